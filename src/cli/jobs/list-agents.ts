import type { SessionView } from '../../agents/sessions.ts'
import { type UsageKey, type UsageRow, usageKeys } from '../../agents/usage-rows.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { didYouMean, show } from '../../graph/read-values.ts'
import type { Jobs } from '../../jobs/client/jobs.ts'
import type { ListedAgent } from '../../runtime/agents/agents.ts'
import { shownText } from '../../text/shown-text.ts'
import type { Tone } from '../screen/colours.ts'
import { inColumns } from '../screen/spans.ts'
import { displayWidth } from '../screen/text-width.ts'
import type { CommandIo } from './command-io.ts'
import { shownLength } from './job-look.ts'
import { jsonList } from './list-jobs.ts'
import { readPastInstant } from './read-instant.ts'

const none = 'dagmar: the configuration names no agents; docs/agents.md says how it does'

/** Prints the agents of the configuration, with what they do now. */
export async function listAgents(
  jobs: Jobs,
  { json }: { readonly json?: boolean },
  io: CommandIo,
): Promise<number> {
  const agents = await jobs.agents()
  if (json === true) await io.print(jsonList(agents))
  else if (agents.length === 0) io.note(none)
  else {
    const haveSessions = agents.some(({ sessions }) => sessions.length > 0)
    const kept = haveSessions ? ['sessions'] : []
    const head = ['agent', 'status', 'load', 'today', 'left', 'last sign', ...kept, 'does']
    const rows = agents.map((agent) => agentCells(agent, haveSessions, io.now()))
    await io.print(tableOf([head, ...rows], io, toneOf(agents)))
  }
  return 0
}

/** The options of `dagmar usage`, as commander gives them. */
export interface UsageFlags {
  readonly by?: string
  readonly since?: string
  readonly json?: boolean
}

/** Prints what agents have used. Rejects with `CONFIG_INVALID`. */
export async function listUsage(jobs: Jobs, flags: UsageFlags, io: CommandIo): Promise<number> {
  const by = readKey(flags.by ?? 'agent')
  const since = flags.since === undefined ? undefined : readPastInstant('--since', flags.since, io.now())
  const rows = await jobs.usage({ by, ...(since === undefined ? {} : { since }) })
  if (flags.json === true) await io.print(jsonList(rows))
  else if (rows.length === 0) io.note('dagmar: no agent has used anything')
  else
    await io.print(
      tableOf([[by, 'attempts', 'tokens', 'cost'], ...rows.map((row) => usageCells(row, by))], io),
    )
  return 0
}

function agentCells(
  { id, status, load, maxLoad, lastHeartbeatAt, usage, jobs, sessions, allowance }: ListedAgent,
  haveSessions: boolean,
  now: number,
): string[] {
  const { tokens, jobs: attempts, tokensLeft, jobsLeft, byModel } = usage
  const ofModels = Object.entries(allowance?.modelTokens ?? {}).filter(([, most]) => most > 0)
  const left = [
    ...(tokensLeft === undefined ? [] : [counted(tokensLeft, 'token')]),
    ...ofModels.map(
      ([model, most]) => `${counted(Math.max(0, most - (byModel[model] ?? 0)), 'token')} of ${model}`,
    ),
    ...(jobsLeft === undefined ? [] : [counted(jobsLeft, 'attempt')]),
  ]
  return [
    id,
    status,
    maxLoad === 0 ? `${load}` : `${load} of ${maxLoad}`,
    `${counted(tokens, 'token')} in ${counted(attempts, 'attempt')}`,
    left.length === 0 ? 'no limit' : left.join(', '),
    `${shownLength(Math.max(0, now - lastHeartbeatAt))} ago`,
    ...(haveSessions ? [sessions.map((session) => sessionText(session, now)).join(', ')] : []),
    jobs.map(({ runId, taskId }) => `${runId} ${taskId}`).join(', '),
  ]
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

/** With how long it has waited. */
function sessionText({ id, idleSince }: SessionView, now: number): string {
  return idleSince === undefined ? id : `${id} (idle ${shownLength(Math.max(0, now - idleSince))})`
}

function usageCells({ key, tokens, costUsd, attempts }: UsageRow, by: UsageKey): string[] {
  return [
    key === '' ? (by === 'job' ? '(older ones)' : '(none named)') : key,
    String(attempts),
    String(tokens),
    costUsd === 0 ? '' : `$${costUsd.toFixed(2)}`,
  ]
}

function toneOf(agents: readonly ListedAgent[]): (row: number) => Tone {
  const tones: Readonly<Record<ListedAgent['status'], Tone>> = {
    available: 'plain',
    busy: 'busy',
    offline: 'odd',
  }
  return (row) => tones[agents[row - 1]!.status]
}

const widest = 60

/** The first row is the head. The last cell of a row is as long as it is, up to the terminal's edge. */
function tableOf(
  rows: readonly (readonly string[])[],
  { columns = Number.POSITIVE_INFINITY, paint }: CommandIo,
  tone: (row: number) => Tone = () => 'plain',
): string {
  const widths = rows[0]!.map((_, at) =>
    Math.min(widest, Math.max(...rows.map((row) => displayWidth(shownText(row[at]!))))),
  )
  const lines = rows.map((row, at) => {
    const cells = row.map((cell, column) => inColumns(cell, widths[column]!))
    const line = cells.join('  ').trimEnd()
    const cut = displayWidth(line) < columns ? line : inColumns(line, columns - 1).trimEnd()
    return paint(cut, at === 0 ? 'faint' : tone(at))
  })
  return lines.map((line) => `${line}\n`).join('')
}

function readKey(given: string): UsageKey {
  const key = usageKeys.find((known) => known === given)
  if (key !== undefined) return key
  throw new DagmarError('CONFIG_INVALID', {
    message: `--by is ${show(given)}, but it must be one of ${usageKeys.join(', ')}.${didYouMean(given, [...usageKeys])}`,
  })
}

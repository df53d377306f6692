import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { DagmarError } from '../../errors/dagmar-error.ts'
import type { PlanFile } from '../../plan-file/parse-plan.ts'
import { processExecutor } from '../../executors/process/process-executor.ts'
import type { Plan } from '../../graph/plan.ts'
import { shownText } from '../../text/shown-text.ts'
import { readConcurrency } from '../read-concurrency.ts'
import { agentsOfUser, readPlan } from '../read-plan.ts'
import { commandColours, wantsColours } from '../screen/colours.ts'
import { answersAhead, refuseUnanswered } from './answers-ahead.ts'
import { configurationFile } from './configuration-file.ts'
import { groupsFor, isUnattended, lookFor } from './choose-display.ts'
import type { InspectedRun } from './inspect-run.ts'
import { readPort } from '../read-port.ts'
import { isDagModule } from './dag-module-path.ts'
import { defaultConcurrency } from './default-concurrency.ts'
import { missingInputs, needsLeftOut, readResults, withOutputs } from './earlier-results.ts'
import { readReports } from './reports.ts'
import { asksForAgents } from './agents-for.ts'
import { runPlan } from './run-plan.ts'
import { selectTasks } from '../../plan-file/select-tasks.ts'

/** The options of `dagmar run` as commander gives them. */
export interface RunFlags {
  readonly concurrency?: string
  readonly input?: string
  readonly set?: readonly string[]
  readonly only?: readonly string[]
  readonly from?: readonly string[]
  readonly results?: string
  readonly dryRun?: boolean
  readonly keepGoing?: boolean
  readonly failFast?: boolean
  readonly logDir?: string
  readonly inspect?: boolean
  readonly inspectPort?: string
  readonly inspectControl?: boolean
  readonly json?: boolean
  readonly quiet?: boolean
  readonly verbose?: boolean
  readonly color: boolean
  readonly group?: boolean
  readonly report?: readonly string[]
  readonly answer?: readonly string[]
  readonly yes?: boolean
}

/** Resolves with the exit code. Rejects with `DagmarError` for a bad plan, input or flag. */
export async function runCommand(path: string, flags: RunFlags): Promise<number> {
  refuseContradictions(path, flags)
  const inspected = inspectedBy(flags)
  const given = flags.concurrency === undefined ? undefined : readConcurrency(flags.concurrency)
  const { plan: whole, input: planned, groups, agents, notify } = await readPlanOrDag(path)
  const plan = selectTasks(whole, {
    groups,
    ...(flags.only === undefined ? {} : { only: flags.only }),
    ...(flags.from === undefined ? {} : { from: flags.from }),
    ...(flags.keepGoing === true ? { afterFailure: 'go-on' } : {}),
    ...(flags.failFast === true ? { afterFailure: 'end' } : {}),
  })
  const concurrency = given ?? plan.concurrency ?? defaultConcurrency
  const leftOut = needsLeftOut(whole, plan)
  const outputs = flags.results === undefined ? undefined : await readResults(flags.results)
  const note = missingInputs(leftOut, outputs)
  if (flags.dryRun === true) return dryRun(plan, concurrency, agents, note)

  const input = await inputOf(planned, flags)
  const { env, stdin, stdout } = process
  const notified = [...notify, ...(await notifiedByUser(env))]
  const look = lookFor(flags.json === true, { env, isTerminal: stdout.isTTY })
  const logDir = flags.logDir === undefined ? undefined : readFolder(flags.logDir)
  const isColoured = wantsColours({ env, isTerminal: stdout.isTTY, isRefused: !flags.color })
  const forceColor = isColoured && look !== 'json' ? commandColours(stdout) : undefined
  const processes = processExecutor({
    ...(logDir === undefined ? {} : { logDir }),
    ...(forceColor === undefined ? {} : { forceColor }),
  })
  const isAttended =
    stdin.isTTY && look !== 'json' && ![path, flags.input, flags.results].includes('-') && !isUnattended(env)
  const isShownToSomebody = inspected?.control === true && inspected.stays
  if (!isAttended && !isShownToSomebody) refuseUnanswered(plan, flags)
  return runPlan(plan, {
    input,
    concurrency,
    answersAhead: flags.answer === undefined && flags.yes !== true ? undefined : answersAhead(flags, plan),
    processes: outputs === undefined ? processes : withOutputs(processes, leftOut, outputs),
    notes: note === undefined ? [] : [note],
    look,
    level: flags.quiet === true ? 'quiet' : flags.verbose === true ? 'verbose' : 'normal',
    isColoured,
    logDir: flags.logDir,
    inspected,
    groups: groupsFor(flags.group === true, look, env),
    agents,
    notify: notified,
    reports: readReports(flags.report ?? []),
    isModule: isDagModule(path),
    planPath: path === '-' ? undefined : path,
    isAttended,
  })
}

function inspectedBy({ inspect, inspectPort, inspectControl }: RunFlags): InspectedRun | undefined {
  if (inspect !== true) return undefined
  return {
    port: inspectPort === undefined ? 0 : readPort('--inspect-port', inspectPort),
    control: inspectControl === true,
    stays: !isUnattended(process.env),
  }
}

/** A plan file, or a module that exports a dag by default. */
async function readPlanOrDag(
  path: string,
): Promise<Pick<PlanFile, 'plan' | 'input' | 'groups' | 'agents' | 'notify'>> {
  if (!isDagModule(path)) return readPlan(path)
  const { readDagModule } = await import('./read-dag-module.ts')
  const plan = await readDagModule(path)
  const agents = asksForAgents(plan) ? await agentsOfUser(process.env) : []
  return { plan, input: undefined, groups: new Map(), agents, notify: [] }
}

async function notifiedByUser(env: NodeJS.ProcessEnv): Promise<PlanFile['notify']> {
  const file = configurationFile(env)
  if (file === undefined) return []
  const { readConfiguration } = await import('../../plan-file/read-configuration.ts')
  return (await readConfiguration(file)).notify
}

async function dryRun(
  plan: Plan,
  concurrency: number,
  agents: PlanFile['agents'],
  note: string | undefined,
): Promise<number> {
  const { dryRunLines } = await import('./dry-run.ts')
  const lines = await dryRunLines(plan, concurrency, agents)
  if (note !== undefined) lines.push(shownText(note))
  process.stdout.write(lines.map((line) => `${line}\n`).join(''))
  return 0
}

async function inputOf(planned: unknown, flags: RunFlags): Promise<unknown> {
  if (flags.input === undefined && flags.set === undefined) return planned
  const { readInput, runInput } = await import('./run-input.ts')
  const given = flags.input === undefined ? undefined : await readInput(flags.input)
  return runInput({ planned, given, settings: flags.set ?? [] })
}

function refuseContradictions(
  path: string,
  { keepGoing, failFast, quiet, verbose, dryRun: isRehearsal, json, input, from, results, ...more }: RunFlags,
): void {
  if (path === '-' && input === '-') throw misuse('The plan and --input cannot both come from stdin.')
  if (results === '-' && (path === '-' || input === '-'))
    throw misuse('--results cannot come from stdin together with something else.')
  if (results !== undefined && from === undefined)
    throw misuse('--results gives what --from leaves out: give --from as well.')
  if (keepGoing === true && failFast === true)
    throw misuse('--keep-going and --fail-fast exclude each other.')
  if (more.inspect !== true && (more.inspectPort !== undefined || more.inspectControl === true))
    throw misuse('--inspect-port and --inspect-control belong to --inspect: give it as well.')
  if (isRehearsal === true && more.inspect === true)
    throw misuse('--dry-run and --inspect exclude each other.')
  if (isRehearsal === true && json === true) throw misuse('--dry-run and --json exclude each other.')
  if (quiet === true && verbose === true) throw misuse('--quiet and --verbose exclude each other.')
}

/** A folder that is there, or can be made. */
function readFolder(path: string): string {
  if (existsSync(path) && !statSync(path).isDirectory())
    throw misuse(`--log-dir is ${path}, which is no folder.`)
  return resolve(path)
}

function misuse(message: string): DagmarError {
  return new DagmarError('CONFIG_INVALID', { message })
}

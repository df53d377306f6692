import { DagmarError } from '../../errors/dagmar-error.ts'
import type { Job, Jobs } from '../../jobs/client/jobs.ts'
import { type AttemptLogFile, attemptLogs, writtenSince } from '../../jobs/logs/attempt-logs.ts'
import { outputFolder } from '../../jobs/home.ts'
import { followLogs } from '../../jobs/logs/follow-logs.ts'
import { readLog } from '../../jobs/logs/read-log.ts'
import { ShownLog } from '../../jobs/logs/shown-log.ts'
import { shownText } from '../../text/shown-text.ts'
import { inColumns } from '../screen/spans.ts'
import { displayWidth } from '../screen/text-width.ts'
import { jobNamed } from './chosen-jobs.ts'
import type { CommandIo } from './command-io.ts'
import { taskUnknown } from './job-verbs.ts'
import { readPastInstant } from './read-instant.ts'

/** The options of `dagmar logs`, as commander gives them. */
export interface LogsFlags {
  readonly follow?: boolean
  readonly tail?: number
  readonly since?: string
  readonly attempt?: number
}

interface Wanted {
  readonly job: Job
  /** Where the logs lie. */
  readonly folder: string
  readonly taskIds: readonly string[]
  /** Only the logs of this one. */
  readonly taskId: string | undefined
  readonly flags: LogsFlags
  /** Epoch milliseconds. */
  readonly since: number | undefined
}

const widestName = 40

/**
 * Prints what the tasks of a job have put out: made harmless on a terminal, and as it is where a program reads it.
 * Resolves with the exit code.
 */
export async function printLogs(
  jobs: Jobs,
  given: string,
  taskId: string | undefined,
  flags: LogsFlags,
  io: CommandIo,
): Promise<number> {
  const since = flags.since === undefined ? undefined : readPastInstant('--since', flags.since, io.now())
  if (flags.follow === true && since !== undefined && flags.tail !== undefined) {
    throw new DagmarError('CONFIG_INVALID', {
      message: 'With --follow, --since and --tail exclude each other: both say where to begin.',
    })
  }
  const job = await jobNamed(jobs, given)
  const details = await job.details()
  const { tasks } = details
  const folder = outputFolder(details.folder)
  // In the order in which they began, as one reads them.
  const begun = tasks.toSorted(
    (a, b) => (a.startedAt ?? Number.MAX_VALUE) - (b.startedAt ?? Number.MAX_VALUE),
  )
  const taskIds = begun.map(({ id }) => id)
  if (taskId !== undefined && !taskIds.includes(taskId)) throw taskUnknown(job.id, taskId, taskIds)
  const wanted: Wanted = { job, folder, taskIds, taskId, flags, since }
  return flags.follow === true ? follow(wanted, io) : printThere(wanted, io)
}

/** What is there, a log after the other, each under its name where there are several. */
async function printThere({ folder, taskIds, taskId, flags, since }: Wanted, io: CommandIo): Promise<number> {
  const all = await attemptLogs(folder, taskId === undefined ? taskIds : [taskId])
  const late = since === undefined ? all : writtenSince(all, since)
  const logs = late.filter(({ attempt }) => flags.attempt === undefined || attempt === flags.attempt)
  if (logs.length === 0) io.note('dagmar: nothing has been put out')
  for (const [index, log] of logs.entries()) {
    if (logs.length > 1) await io.print(`${index === 0 ? '' : '\n'}${headOf(log, io)}\n`)
    const shown = new ShownLog({ isColoured: io.isColoured })
    const options = flags.tail === undefined ? {} : { tailLines: flags.tail }
    for await (const bytes of readLog(log, options)) {
      if (!(await (isRaw(io) ? io.printBytes(bytes) : printLines(shown.push(bytes), '', io)))) return 0
    }
    await printLines(shown.end(), '', io)
  }
  return 0
}

function headOf(
  { taskId, attempt }: Pick<AttemptLogFile, 'taskId' | 'attempt'>,
  { paint }: CommandIo,
): string {
  const text = `${shownText(taskId)}${attempt === 1 ? '' : `, attempt ${attempt}`}`
  return paint(`==> ${text} <==`, 'strong')
}

/** What is there and what comes, until the job is settled. Of several tasks each line has the name of its task. */
async function follow(wanted: Wanted, io: CommandIo): Promise<number> {
  const { job, folder, taskIds, taskId, flags } = wanted
  const isOne = taskId !== undefined || taskIds.length === 1
  const isWhole = isOne && isRaw(io)
  const width = Math.min(widestName, Math.max(...taskIds.map((id) => displayWidth(shownText(id)))))
  const shown = new Map<string, ShownLog>()
  const old = await bytesBefore(wanted)
  const prefixOf = (id: string): string =>
    isOne ? '' : `${io.paint(inColumns(id, width), 'strong')} ${io.paint('|', 'faint')} `
  const pieces = followLogs({
    folder,
    taskIds,
    ...(taskId === undefined ? {} : { taskId }),
    settled: job.settled(),
    ...(flags.tail === undefined ? {} : { tailLines: flags.tail }),
  })
  for await (const { taskId: id, attempt, bytes, isAfterGap } of pieces) {
    if (flags.attempt !== undefined && attempt !== flags.attempt) continue
    const key = keyOf({ taskId: id, attempt })
    const log = shown.get(key) ?? new ShownLog({ isColoured: io.isColoured })
    shown.set(key, log)
    if (isAfterGap === true) {
      old.delete(key)
      const gap = `${prefixOf(id)}${io.paint(`… what came before is kept no more …`, 'faint')}`
      if (isWhole) io.note(gap)
      else await io.print(`${gap}\n`)
    }
    const passed = Math.min(bytes.length, old.get(key) ?? 0)
    old.set(key, (old.get(key) ?? 0) - passed)
    const rest = bytes.subarray(passed)
    if (!(await (isWhole ? io.printBytes(rest) : printLines(log.push(rest), prefixOf(id), io)))) return 0
  }
  for (const [key, log] of shown) await printLines(log.end(), prefixOf(taskOf(key)), io)
  return 0
}

/** How much there is of the logs that were written to before `--since`, which is passed over. */
async function bytesBefore({ folder, taskIds, since }: Wanted): Promise<Map<string, number>> {
  if (since === undefined) return new Map()
  const logs = await attemptLogs(folder, taskIds)
  const late = new Set(writtenSince(logs, since))
  return new Map(logs.filter((log) => !late.has(log)).map((log) => [keyOf(log), log.bytes]))
}

const keyOf = ({ taskId, attempt }: Pick<AttemptLogFile, 'taskId' | 'attempt'>): string =>
  `${attempt}/${taskId}`
const taskOf = (key: string): string => key.slice(key.indexOf('/') + 1)

/** True where no terminal shows it. */
function isRaw({ columns }: CommandIo): boolean {
  return columns === undefined
}

/** False where nobody reads any longer. */
async function printLines(lines: readonly string[], prefix: string, io: CommandIo): Promise<boolean> {
  return lines.length === 0 || io.print(lines.map((line) => `${prefix}${line}\n`).join(''))
}

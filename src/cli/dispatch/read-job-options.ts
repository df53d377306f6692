import { DagmarError } from '../../errors/dagmar-error.ts'
import { show } from '../../graph/read-values.ts'
import type { JobOptions } from '../../jobs/client/jobs.ts'
import type { JobSelection } from '../../jobs/spec.ts'
import type { PlanFile } from '../../plan-file/parse-plan.ts'
import { selectTasks, tasksNamed } from '../../plan-file/select-tasks.ts'
import { toMs } from '../../time/duration.ts'
import { readLabels } from '../jobs/job-filters.ts'
import { readFutureInstant } from '../jobs/read-instant.ts'
import { readConcurrency } from '../read-concurrency.ts'
import { answersByTask } from '../run/answers-ahead.ts'

/** The options of a job as commander gives them. */
export interface JobFlags {
  readonly name?: string
  readonly project?: string
  readonly label?: readonly string[]
  readonly after?: readonly string[]
  readonly afterAny?: boolean
  readonly at?: string
  readonly in?: string
  readonly concurrency?: string
  readonly input?: string
  readonly set?: readonly string[]
  readonly only?: readonly string[]
  readonly from?: readonly string[]
  readonly answer?: readonly string[]
  readonly yes?: boolean
  readonly keepGoing?: boolean
  readonly failFast?: boolean
}

/**
 * How a plan is dispatched, but for `after`, whose ids only the supervisor knows. Rejects with `CONFIG_INVALID`,
 * `TASK_UNKNOWN` or `INPUT_INVALID`.
 */
export async function readJobOptions(
  { plan, input: planned, groups, notify }: PlanFile,
  flags: JobFlags,
  now: number,
): Promise<JobOptions> {
  refuseContradictions(flags)
  const { name, project, label, concurrency, answer, yes } = flags
  const select = selectionOf(plan, groups, flags)
  const input = await inputOf(planned, flags)
  const notBefore = startOf(flags, now)
  return {
    ...(name === undefined ? {} : { name: named('--name', name) }),
    ...(project === undefined ? {} : { project: named('--project', project) }),
    ...(label === undefined ? {} : { labels: readLabels(label) }),
    ...(select === undefined ? {} : { select }),
    ...(input === undefined ? {} : { input }),
    // JSON has no word for infinity.
    ...(concurrency === undefined
      ? {}
      : { concurrency: Math.min(readConcurrency(concurrency), Number.MAX_SAFE_INTEGER) }),
    ...(answer === undefined ? {} : { answers: Object.fromEntries(answersByTask(answer, plan)) }),
    ...(yes === true ? { confirms: true } : {}),
    ...(notify.length === 0 ? {} : { notify }),
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(flags.afterAny === true ? { afterAny: true } : {}),
  }
}

function selectionOf(
  plan: PlanFile['plan'],
  groups: PlanFile['groups'],
  { only, from, keepGoing, failFast }: JobFlags,
): JobSelection | undefined {
  const afterFailure = keepGoing === true ? 'go-on' : failFast === true ? 'end' : undefined
  const select: JobSelection = {
    ...(only === undefined ? {} : { only: tasksNamed(plan, only, groups) }),
    ...(from === undefined ? {} : { from: tasksNamed(plan, from, groups) }),
    ...(afterFailure === undefined ? {} : { afterFailure }),
  }
  // What the supervisor would refuse is refused here.
  selectTasks(plan, select)
  return Object.keys(select).length === 0 ? undefined : select
}

async function inputOf(planned: unknown, { input, set }: JobFlags): Promise<unknown> {
  if (input === undefined && set === undefined) return planned
  const { readInput, runInput } = await import('../run/run-input.ts')
  const given = input === undefined ? undefined : await readInput(input)
  return runInput({ planned, given, settings: set ?? [] })
}

function startOf({ at, in: after }: JobFlags, now: number): number | undefined {
  if (at !== undefined) return readFutureInstant('--at', at, now)
  if (after === undefined) return undefined
  const length = toMs(after)
  if (length !== undefined && Number.isFinite(length)) return now + length
  throw misuse(`--in is ${show(after)}, but it must be a length such as '90s' or '2h'.`)
}

function named(option: string, text: string): string {
  if (text.trim() !== '' && text.length <= 200) return text
  throw misuse(`${option} is ${show(text)}, but it must be a text of 1 to 200 characters.`)
}

function refuseContradictions({ at, in: after, keepGoing, failFast, ...flags }: JobFlags): void {
  if (at !== undefined && after !== undefined) throw misuse('--at and --in exclude each other.')
  if (keepGoing === true && failFast === true)
    throw misuse('--keep-going and --fail-fast exclude each other.')
  if (flags.afterAny === true && flags.after === undefined)
    throw misuse('--after-any says how --after is meant: give --after as well.')
}

function misuse(message: string): DagmarError {
  return new DagmarError('CONFIG_INVALID', { message })
}

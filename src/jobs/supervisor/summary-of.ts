import { noTasks } from '../../events/task-view.ts'
import type { RunView } from '../../events/fold.ts'
import { listed } from '../../text/listed.ts'
import { shownText } from '../../text/shown-text.ts'
import type { JobStatus, JobSummary } from '../job.ts'
import type { JobSpec } from '../spec.ts'

/** What the supervisor knows of a job that its run does not tell. */
export interface Known {
  readonly spec: JobSpec
  readonly total: number
  readonly isHeld: boolean
  readonly message: string
}

export type Placeless = Omit<JobSummary, 'place'>

/** What stands in a summary from the dispatch on. */
export function fromSpec({
  id,
  name,
  project,
  labels,
  dispatchedAt,
  notBefore,
  after,
}: JobSpec): Pick<Placeless, 'id' | 'name' | 'project' | 'labels' | 'dispatchedAt' | 'notBefore' | 'after'> {
  return {
    id,
    name,
    project,
    labels,
    dispatchedAt,
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(after === undefined ? {} : { after }),
  }
}

/** A job that has no run yet. */
export function waitingSummary({ spec, total, isHeld, message }: Known): Placeless {
  return {
    ...fromSpec(spec),
    status: isHeld ? 'paused' : 'dispatched',
    total,
    counts: { ...noTasks(), pending: total },
    progress: 0,
    message: message === '' ? waitsFor(spec) : message,
  }
}

/** What somebody may want to know of a job that has not begun. Instants are those of the supervisor's place. */
function waitsFor({ notBefore, after = [] }: Known['spec']): string {
  const parts = [
    ...(notBefore === undefined ? [] : [`until ${new Date(notBefore).toLocaleString('sv')}`]),
    ...(after.length === 0 ? [] : [`for ${listed(after)}`]),
  ]
  return parts.length === 0 ? '' : `waits ${parts.join(' and ')}`
}

/** A job as its run stands. */
export function runSummary(known: Known, view: RunView): Placeless {
  const { counts, settledAt, tasks } = view
  const total = tasks.size
  let [done, firstStart, isAsking] = [0, Number.POSITIVE_INFINITY, false]
  let rootCause: string | undefined
  for (const {
    id,
    outcome,
    progress,
    firstStartedAt = Number.POSITIVE_INFINITY,
    questions,
  } of tasks.values()) {
    if (outcome?.status === 'failed') rootCause ??= `${id}: ${shownText(outcome.failure.message)}`
    if (outcome !== undefined) done++
    else if (progress !== undefined) done += progress.percent / 100
    if (firstStartedAt < firstStart) firstStart = firstStartedAt
    if (questions.length > 0) isAsking = true
  }
  const reason = view.failure?.message ?? view.reason
  // At the end, why it failed counts more than what was said last.
  const message = view.status === 'failed' ? (reason ?? rootCause ?? known.message) : known.message
  const hasStarted = firstStart !== Number.POSITIVE_INFINITY
  return {
    ...waitingSummary(known),
    status: statusOf(view, hasStarted),
    total,
    counts,
    message,
    progress: progressOf(view, total, done),
    ...(hasStarted ? { startedAt: firstStart } : {}),
    ...(settledAt === undefined ? {} : { settledAt }),
    ...(isAsking ? { isAsking } : {}),
    ...(reason === undefined ? {} : { reason }),
  }
}

/** A job that ended badly is as far as it got: what was skipped because of that is not done. */
function progressOf({ status, counts }: RunView, total: number, done: number): number {
  if (status === 'failed' || status === 'killed') return total === 0 ? 0 : counts.completed / total
  return total === 0 ? 1 : done / total
}

/** A job that ended before it had a run. */
export function endedSummary(
  known: Known,
  { status, reason, at }: { readonly status: JobStatus; readonly reason: string; readonly at: number },
): Placeless {
  const counts = { ...noTasks(), skipped: known.total }
  return { ...waitingSummary(known), status, reason, counts, progress: 0, settledAt: at, message: reason }
}

function statusOf({ status, counts }: RunView, hasStarted: boolean): JobStatus {
  if (status !== 'running') return status
  const { starting, running, stalled, stopping } = counts
  const live = starting + running + stalled + stopping
  if (stalled > 0 && stalled === live) return 'stalled'
  if (hasStarted) return 'running'
  return starting > 0 ? 'starting' : 'dispatched'
}

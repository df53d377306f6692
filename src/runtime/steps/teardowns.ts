import type { RunEnding } from '../../../machines/dag.ts'
import type { SkipReason, TaskId } from '../../../machines/outcome.ts'
import type { PlannedTask } from '../../graph/plan.ts'
import type { Run } from '../run/run.ts'

const skipReasons: Readonly<Record<RunEnding, SkipReason>> = {
  killed: 'run-killed',
  drained: 'run-drained',
  aborted: 'run-aborted',
  'timed-out': 'run-timed-out',
  deadlocked: 'run-aborted',
  'store-failed': 'run-aborted',
}

/** Why a run that is ended early skips tasks. */
export function skippedByEnding({ dagContext }: Run): {
  readonly because: SkipReason
  readonly causedBy?: TaskId
} {
  const { ending, causedBy } = dagContext
  return { because: skipReasons[ending!], ...(causedBy === undefined ? {} : { causedBy }) }
}

/** True for a task that still runs, or may, in a run that is ended early. */
export function isSpared({ dagContext }: Run, { teardown }: PlannedTask): boolean {
  return teardown && !dagContext.endsTeardowns
}

/**
 * True where a dependency of the teardown has started, ever: else there is nothing behind which to tidy up. An attempt
 * that its executor was asked to start counts, since nobody knows how far it came.
 */
export function hasCause({ plan, books, live }: Run, index: number): boolean {
  return plan.tasks[index]!.needs.some(
    (need) => (live.get(need)?.context.attempt ?? books.attempts[need]!) > 0,
  )
}

/** True where nobody is to wait for the teardown any longer: it waits itself, for an answer, or without a cause. */
export function waitsInVain(run: Run, index: number): boolean {
  const context = run.live.get(index)?.context
  if (context?.waitingFor === 'answer') return true
  const isWaiting = context === undefined || context.state === 'dispatched'
  return isWaiting && run.books.frontier.areNeedsSettled(index) && !hasCause(run, index)
}

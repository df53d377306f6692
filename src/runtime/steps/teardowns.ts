import type { RunEnding } from '../../../machines/dag.ts'
import type { SkipReason, TaskId } from '../../../machines/outcome.ts'
import type { PlannedTask } from '../../graph/plan.ts'
import type { Run } from '../run/run.ts'
import { asksFirst } from './ask-first.ts'

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
 * True for a teardown whose dependencies are settled, and none of which has ever started: there is nothing behind which
 * to tidy up. Nor is anybody asked whether a teardown may start, when the run is to end. An attempt that its executor
 * was asked to start counts, since nobody knows how far it came.
 */
export function isPointless(run: Run, index: number): boolean {
  const { plan, books, live } = run
  if (!books.frontier.areNeedsSettled(index)) return false
  if (asksFirst(run, index)) return true
  const attemptsOf = (need: number): number => live.get(need)?.context.attempt ?? books.attempts[need]!
  return plan.tasks[index]!.needs.every((need) => attemptsOf(need) === 0)
}

/** True where nobody is to wait for the teardown any longer: it has not started, and is pointless, or asks somebody. */
export function waitsInVain(run: Run, index: number): boolean {
  const context = run.live.get(index)?.context
  if (context?.waitingFor === 'answer') return true
  return (context === undefined || context.state === 'dispatched') && isPointless(run, index)
}

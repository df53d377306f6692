import type { Outcome, SkipReason, TaskId } from '../../../machines/outcome.ts'
import { countsAs } from '../run/outcome-of.ts'
import type { Run } from '../run/run.ts'

/** Rules that a failed dependency can make impossible because it failed. */
const wantsNoFailure: ReadonlySet<unknown> = new Set([
  'all-completed',
  'any-completed',
  'none-failed',
  'none-failed-min-one-completed',
])

/** Rules that a skipped dependency can make impossible because it never ran. */
const wantsNoSkip: ReadonlySet<unknown> = new Set([
  'all-completed',
  'any-completed',
  'none-skipped',
  'none-failed-min-one-completed',
])

/**
 * Why the settlement of `cause` makes the rule of a task impossible. A skip is handed on with its reason and its first
 * cause, so that consequences name the failure they come from and not each other.
 */
export function skipReasonOf(
  run: Run,
  index: number,
  cause: number,
  outcome: Outcome,
): { readonly because: SkipReason; readonly causedBy: TaskId } {
  const { rule } = run.plan.tasks[index]!
  const causeId = run.plan.tasks[cause]!.id
  if (outcome.status === 'skipped' && wantsNoSkip.has(rule)) {
    return { because: outcome.because, causedBy: outcome.causedBy ?? causeId }
  }
  if (countsAs(outcome) === 'failed' && wantsNoFailure.has(rule)) {
    return { because: run.books.answered.has(cause) ? 'answered' : 'dependency-failed', causedBy: causeId }
  }
  return { because: 'rule-unmet', causedBy: causeId }
}

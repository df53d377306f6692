import type { Outcome, SkipReason, TaskId } from '../../../machines/outcome.ts'
import { countsAs, isBanned, isBlockedByFailure } from '../../graph/rules.ts'
import type { Run } from '../run/run.ts'

/**
 * Why a task is skipped whose rule its settled dependencies make impossible: it is blocked where one of them failed and
 * the rule minds. The cause is the first of them, as the task names them, that stands in its way; where that one was
 * skipped itself, what skipped it, so that consequences name the failure they come from and not each other.
 */
export function skipReasonOf(
  run: Run,
  index: number,
): { readonly because: SkipReason; readonly causedBy: TaskId } {
  const { needs, rule } = run.plan.tasks[index]!
  const { outcomes } = run.books
  const settled = needs.filter((need) => outcomes[need] !== undefined)
  const minds = (need: number): boolean => isBanned(rule, countsAs(outcomes[need]!))
  const failed = isBlockedByFailure(rule)
    ? settled.filter((need) => countsAs(outcomes[need]!) === 'failed')
    : []
  const isBlocked = failed.length > 0
  const among = isBlocked ? failed : settled
  const cause = among.find(minds) ?? among[0]!
  return {
    because: isBlocked ? 'dependency-failed' : 'rule-unmet',
    causedBy: firstCause(run.plan.tasks[cause]!.id, outcomes[cause]!),
  }
}

function firstCause(taskId: TaskId, outcome: Outcome): TaskId {
  return outcome.status === 'skipped' ? (outcome.causedBy ?? taskId) : taskId
}

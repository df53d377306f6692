import type { Outcome, SkipReason, TaskId } from '../../../machines/outcome.ts'
import { ruleHolds } from '../facts/rule-oracle.ts'
import type { PlainTask } from './plain-task.ts'

const wantsNoFailure = new Set([
  'all-completed',
  'any-completed',
  'none-failed',
  'none-failed-min-one-completed',
])
const wantsNoSkip = new Set([
  'all-completed',
  'any-completed',
  'none-skipped',
  'none-failed-min-one-completed',
])

const possible: readonly Outcome[] = [
  { status: 'completed', output: undefined },
  { status: 'killed', reason: '', abandoned: false },
  { status: 'skipped', because: 'rule-unmet' },
]

/** Met now, open, or never to be met however the other dependencies settle. */
export function ruleState(
  task: PlainTask,
  outcomes: readonly (Outcome | undefined)[],
): 'met' | 'open' | 'never' {
  const holds = (given: readonly (Outcome | undefined)[]): boolean =>
    ruleHolds(
      task.rule,
      given.map((outcome, at) => [String(at), outcome] as const),
    )
  if (holds(outcomes)) return 'met'
  const canHold = (given: readonly (Outcome | undefined)[]): boolean => {
    const at = given.indexOf(undefined)
    return at === -1 ? holds(given) : possible.some((outcome) => canHold(given.with(at, outcome)))
  }
  return canHold(outcomes) ? 'open' : 'never'
}

/** Why a task is skipped: with the reason and the first cause of the skip before it, where it is handed on. */
export function skipOf(
  task: PlainTask,
  cause: PlainTask,
): { readonly because: SkipReason; readonly causedBy: TaskId } {
  const rule = String(task.rule)
  const outcome = cause.outcome!
  if (outcome.status === 'skipped' && wantsNoSkip.has(rule)) {
    return { because: outcome.because, causedBy: outcome.causedBy ?? cause.id }
  }
  const failed = outcome.status === 'killed' || (outcome.status === 'failed' && !outcome.ignored)
  if (failed && wantsNoFailure.has(rule)) {
    return { because: cause.wasAnswered ? 'answered' : 'dependency-failed', causedBy: cause.id }
  }
  return { because: 'rule-unmet', causedBy: cause.id }
}

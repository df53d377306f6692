import type { Outcome, TaskId } from '../../../machines/outcome.ts'
import type { Rule } from '../../graph/rules.ts'

type Dependency = readonly [id: TaskId, outcome: Outcome | undefined]

/** Whether a rule holds for dependencies, some of which may not be settled: said a second time, from the definition. */
export function ruleHolds(rule: Rule, dependencies: readonly Dependency[]): boolean {
  if (dependencies.length === 0 || rule === 'always') return true
  const outcomes = dependencies.map(([, outcome]) => outcome)
  const settled = outcomes.filter((outcome) => outcome !== undefined)
  const isAllSettled = settled.length === outcomes.length
  const completed = settled.filter(isCompleted).length
  const failed = settled.filter(isFailed).length
  const skipped = settled.filter(({ status }) => status === 'skipped').length
  if (typeof rule === 'function') {
    return isAllSettled && rule(Object.fromEntries(dependencies.map(([id, outcome]) => [id, outcome!])))
  }
  switch (rule) {
    case 'all-completed':
      return completed === outcomes.length
    case 'all-settled':
      return isAllSettled
    case 'all-failed':
      return failed === outcomes.length
    case 'all-skipped':
      return skipped === outcomes.length
    case 'any-completed':
      return completed > 0
    case 'any-failed':
      return failed > 0
    case 'any-settled':
      return settled.length > 0
    case 'none-failed':
      return isAllSettled && failed === 0
    case 'none-failed-min-one-completed':
      return isAllSettled && failed === 0 && completed > 0
    case 'none-skipped':
      return isAllSettled && skipped === 0
  }
}

function isCompleted(outcome: Outcome): boolean {
  return outcome.status === 'completed' || (outcome.status === 'failed' && outcome.ignored)
}

function isFailed(outcome: Outcome): boolean {
  return outcome.status === 'killed' || (outcome.status === 'failed' && !outcome.ignored)
}

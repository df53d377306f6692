import type { Outcome, TaskId } from '../../machines/outcome.ts'

/** The rules that have a name, each about how a task's dependencies settled. */
export const ruleNames = [
  'all-completed',
  'all-settled',
  'all-failed',
  'all-skipped',
  'any-completed',
  'any-failed',
  'any-settled',
  'none-failed',
  'none-failed-min-one-completed',
  'none-skipped',
  'always',
] as const

/**
 * A rule by its name. A killed dependency counts as failed, an ignored failure as completed.
 * The `any-…` rules are met as soon as one dependency meets them, `always` is met at once,
 * the others once every dependency is settled.
 */
export type RuleName = (typeof ruleNames)[number]

/**
 * A rule of one's own: true lets the task start, false skips it. Called once, when every dependency is settled,
 * with their outcomes by task id. It must be pure: a recovered run calls it again.
 */
export type RuleFunction = (outcomes: Readonly<Record<TaskId, Outcome>>) => boolean

export type Rule = RuleName | RuleFunction

/** How many dependencies a task has, and how many of them settled in which way so far. */
export interface DependencyCounts {
  readonly needs: number
  /** With the ignored failures. */
  readonly completed: number
  /** With the killed. */
  readonly failed: number
  readonly skipped: number
}

/** `met`: the task may start. `never`: it can no longer be met, so the task is skipped. `open`: neither yet. */
export type RuleState = 'met' | 'open' | 'never'

/** What a named rule says by now. Without dependencies every rule is met. */
export function evaluateRule(rule: RuleName, counts: DependencyCounts): RuleState {
  const { needs, completed, failed, skipped } = counts
  if (needs === 0) return 'met'
  const settled = completed + failed + skipped
  switch (rule) {
    case 'always':
      return 'met'
    case 'all-settled':
      return settled === needs ? 'met' : 'open'
    case 'all-completed':
      return all(completed, settled, needs)
    case 'all-failed':
      return all(failed, settled, needs)
    case 'all-skipped':
      return all(skipped, settled, needs)
    case 'any-completed':
      return any(completed, settled, needs)
    case 'any-failed':
      return any(failed, settled, needs)
    case 'any-settled':
      return any(settled, settled, needs)
    case 'none-failed':
      return none(failed, settled, needs)
    case 'none-skipped':
      return none(skipped, settled, needs)
    case 'none-failed-min-one-completed':
      return settled === needs && completed === 0 ? 'never' : none(failed, settled, needs)
  }
}

/** True for the rules that one dependency alone can meet: without dependencies they make no sense. */
export function isAnyRule(rule: Rule): boolean {
  return rule === 'any-completed' || rule === 'any-failed' || rule === 'any-settled'
}

/** What a picture writes at the edges of a task; undefined for the rule that goes without saying. */
export function ruleLabel(rule: Rule): string | undefined {
  if (typeof rule === 'function') return 'function'
  return rule === 'all-completed' ? undefined : rule
}

function all(wanted: number, settled: number, needs: number): RuleState {
  if (wanted < settled) return 'never'
  return settled === needs ? 'met' : 'open'
}

function any(wanted: number, settled: number, needs: number): RuleState {
  if (wanted > 0) return 'met'
  return settled === needs ? 'never' : 'open'
}

function none(unwanted: number, settled: number, needs: number): RuleState {
  if (unwanted > 0) return 'never'
  return settled === needs ? 'met' : 'open'
}

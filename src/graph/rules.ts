import type { Outcome, TaskId } from '../../machines/outcome.ts'

/** The rules that have names. Each is about how a task's dependencies settled. */
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
 * A rule by its name. A killed dependency counts as failed, an ignored failure as completed. The `any-…` rules are met
 * as soon as one dependency meets them, and `always` at once, without waiting for any. The others are decided when
 * every dependency is settled, or earlier where they can no longer be met.
 */
export type RuleName = (typeof ruleNames)[number]

/**
 * A rule as a function of the dependencies' outcomes by task id: true lets the task start, false skips it. Called once,
 * when every dependency is settled. It must be pure, because a recovered run calls it again.
 */
export type RuleFunction = (outcomes: Readonly<Record<TaskId, Outcome>>) => boolean

export type Rule = RuleName | RuleFunction

/** How many dependencies a task has, and how many of them have settled in which way. */
export interface DependencyCounts {
  readonly needs: number
  /** Ignored failures included. */
  readonly completed: number
  /** Killed tasks included. */
  readonly failed: number
  readonly skipped: number
}

/** `met`: the task may start. `never`: it can no longer be met, so the task is skipped. `open`: neither yet. */
export type RuleState = 'met' | 'open' | 'never'

/** What a named rule says now. Without dependencies every rule is met. */
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

/** True for the rules that a single dependency can meet. They make no sense without dependencies. */
export function isAnyRule(rule: Rule): boolean {
  return rule === 'any-completed' || rule === 'any-failed' || rule === 'any-settled'
}

/** What a picture writes at the edges of a task; undefined for the default rule. */
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

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
 * A rule by its name. A killed dependency counts as failed, and so does a blocked one, which was skipped because a
 * dependency of its own failed, was killed or is blocked; an ignored failure counts as completed. The `any-…` rules are
 * met as soon as one dependency meets them, and `always` at once, without waiting for any. The others are decided when
 * every dependency is settled, or earlier where a failure or a completion makes them impossible.
 */
export type RuleName = (typeof ruleNames)[number]

/**
 * A rule as a function of the dependencies' outcomes by task id: true lets the task start, false skips it. Called once,
 * when every dependency is settled. It must be pure, because a recovered run calls it again.
 */
export type RuleFunction = (outcomes: Readonly<Record<TaskId, Outcome>>) => boolean

export type Rule = RuleName | RuleFunction

/** A rule as plain data. For a function only its name is kept, which may be empty. */
export type StatedRule = RuleName | { readonly function: string }

export function statedRule(rule: Rule): StatedRule {
  return typeof rule === 'function' ? { function: rule.name } : rule
}

/** How a settled dependency counts in a rule. */
export type CountsAs = 'completed' | 'failed' | 'skipped'

/** How an outcome counts in the rules of those that depend on the task: one that is blocked has failed, too. */
export function countsAs(outcome: Outcome): CountsAs {
  switch (outcome.status) {
    case 'completed':
      return 'completed'
    case 'failed':
      return outcome.ignored ? 'completed' : 'failed'
    case 'killed':
      return 'failed'
    case 'skipped':
      return outcome.because === 'dependency-failed' ? 'failed' : 'skipped'
  }
}

/** What a rule demands of the dependencies of a task. */
export interface RuleDemand {
  /** The ways in which no dependency may settle. */
  readonly bans: readonly CountsAs[]
  /** The ways in one of which at least one dependency has to settle. Empty where there is no such demand. */
  readonly wantsOne: readonly CountsAs[]
  /** When it is met: before anything settles, as soon as a wanted dependency has settled, or when all have. */
  readonly isMet: 'at once' | 'by one' | 'by all'
  /**
   * True for the rules that want no failure, or a completion: a task that such a rule skips is blocked if a dependency
   * failed. To the other rules a failure is an end like any other.
   */
  readonly isBlockedByFailure: boolean
}

const settled = ['completed', 'failed', 'skipped'] as const satisfies readonly CountsAs[]

/**
 * Everything that the runtime, `why` and `checkDag` know of the rules. To add a rule, add its name above and a line
 * here.
 */
export const ruleDemands: Readonly<Record<RuleName, RuleDemand>> = {
  'all-completed': demand({ bans: ['failed', 'skipped'], isBlockedByFailure: true }),
  'all-settled': demand({}),
  'all-failed': demand({ bans: ['completed', 'skipped'] }),
  'all-skipped': demand({ bans: ['completed', 'failed'] }),
  'any-completed': demand({ wantsOne: ['completed'], isMet: 'by one', isBlockedByFailure: true }),
  'any-failed': demand({ wantsOne: ['failed'], isMet: 'by one' }),
  'any-settled': demand({ wantsOne: settled, isMet: 'by one' }),
  'none-failed': demand({ bans: ['failed'], isBlockedByFailure: true }),
  'none-failed-min-one-completed': demand({
    bans: ['failed'],
    wantsOne: ['completed'],
    isBlockedByFailure: true,
  }),
  'none-skipped': demand({ bans: ['skipped'] }),
  always: demand({ isMet: 'at once' }),
}

function demand(wanted: Partial<RuleDemand>): RuleDemand {
  return { bans: [], wantsOne: [], isMet: 'by all', isBlockedByFailure: false, ...wanted }
}

/** How many dependencies a task has, and how many of them have settled, by how they count. */
export interface DependencyCounts extends Readonly<Record<CountsAs, number>> {
  readonly needs: number
}

/**
 * `met`: the task may start. `never`: it can no longer be met, so the task is skipped. `hopeless`: it can no longer be
 * met either, but because of skips alone; the task is skipped once all its dependencies are settled, so that the order
 * in which they settle does not decide whether it is blocked. `open`: nothing is decided yet.
 */
export type RuleState = 'met' | 'open' | 'hopeless' | 'never'

/** What a named rule says now. Without dependencies every rule is met. */
export function evaluateRule(rule: RuleName, counts: DependencyCounts): RuleState {
  const { needs, completed, failed, skipped } = counts
  const { bans, wantsOne, isMet } = ruleDemands[rule]
  if (needs === 0 || isMet === 'at once') return 'met'
  const isLast = completed + failed + skipped === needs
  for (const banned of bans) {
    if (counts[banned] > 0 && (isLast || banned !== 'skipped')) return 'never'
  }
  if (isLast || isMet === 'by one') {
    if (wantsOne.length === 0 || wantsOne.some((wanted) => counts[wanted] > 0)) return 'met'
    if (isLast) return 'never'
  }
  return skipped > 0 && bans.includes('skipped') ? 'hopeless' : 'open'
}

/** True for the rules that are met before any dependency settles. */
export function isMetAtOnce(rule: Rule): boolean {
  return typeof rule !== 'function' && ruleDemands[rule].isMet === 'at once'
}

/** True for the rules that a single dependency can meet. They make no sense without dependencies. */
export function isAnyRule(rule: Rule): boolean {
  return typeof rule !== 'function' && ruleDemands[rule].isMet === 'by one'
}

/** Whether a task that the rule skips is blocked if a dependency failed. Never for a function. */
export function isBlockedByFailure(rule: Rule | StatedRule): boolean {
  return typeof rule === 'string' && ruleDemands[rule].isBlockedByFailure
}

/** Whether a single dependency that settles in this way makes the rule impossible. */
export function isBanned(rule: Rule, as: CountsAs): boolean {
  return typeof rule !== 'function' && ruleDemands[rule].bans.includes(as)
}

/** Whether a task with a single dependency that fails may start because of that. */
export function isMetByFailure(rule: Rule): boolean {
  if (typeof rule === 'function' || isMetAtOnce(rule)) return false
  return evaluateRule(rule, { needs: 1, completed: 0, failed: 1, skipped: 0 }) === 'met'
}

/** What a picture writes at the edges of a task; undefined for the default rule. */
export function ruleLabel(task: { readonly rule: Rule; readonly teardown: boolean }): string | undefined {
  const rule = typeof task.rule === 'function' ? 'function' : task.rule
  if (!task.teardown) return rule === 'all-completed' ? undefined : rule
  return rule === 'all-settled' ? 'teardown' : `teardown, ${rule}`
}

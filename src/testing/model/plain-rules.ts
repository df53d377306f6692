import type { Outcome, SkipReason, TaskId } from '../../../machines/outcome.ts'
import type { RuleName } from '../../graph/rules.ts'

/** How a settled dependency counts: one that was killed or is blocked has failed, an ignored failure is completed. */
type Standing = 'completed' | 'failed' | 'skipped'

/** A dependency by its id, and its outcome once it is settled. */
export type PlainDependency = readonly [id: TaskId, outcome: Outcome | undefined]

interface PlainRule {
  /** When it is looked at: at once, whenever a dependency settles, or when all have settled. */
  readonly when: 'at once' | 'at each' | 'at the end'
  /** What it says of the dependencies that are settled. */
  readonly says: (settled: readonly Standing[]) => boolean
  /** What of it a failure spoils, if anything: a task that it skips is blocked then. */
  readonly wants?: 'none failed' | 'one completed' | 'none failed, one completed'
}

const completed = (one: Standing): boolean => one === 'completed'
const failed = (one: Standing): boolean => one === 'failed'
const skipped = (one: Standing): boolean => one === 'skipped'

const rules: Readonly<Record<RuleName, PlainRule>> = {
  'all-completed': {
    when: 'at the end',
    says: (settled) => settled.every(completed),
    wants: 'none failed, one completed',
  },
  'all-settled': { when: 'at the end', says: () => true },
  'all-failed': { when: 'at the end', says: (settled) => settled.every(failed) },
  'all-skipped': { when: 'at the end', says: (settled) => settled.every(skipped) },
  'any-completed': { when: 'at each', says: (settled) => settled.some(completed), wants: 'one completed' },
  'any-failed': { when: 'at each', says: (settled) => settled.some(failed) },
  'any-settled': { when: 'at each', says: (settled) => settled.length > 0 },
  'none-failed': { when: 'at the end', says: (settled) => !settled.some(failed), wants: 'none failed' },
  'none-failed-min-one-completed': {
    when: 'at the end',
    says: (settled) => !settled.some(failed) && settled.some(completed),
    wants: 'none failed, one completed',
  },
  'none-skipped': { when: 'at the end', says: (settled) => !settled.some(skipped) },
  always: { when: 'at once', says: () => true },
}

/** Without dependencies every rule is met. */
export function isMet(name: RuleName, dependencies: readonly PlainDependency[]): boolean {
  const { when, says } = rules[name]
  const settled = standingsOf(dependencies)
  if (dependencies.length === 0 || when === 'at once') return true
  return (when === 'at each' || settled.length === dependencies.length) && says(settled)
}

/** Whether there is a way in which the dependencies that are open may settle so that the rule is met. */
export function canBeMet(name: RuleName, dependencies: readonly PlainDependency[]): boolean {
  const isMetSomehow = (settled: readonly Standing[]): boolean =>
    settled.length === dependencies.length
      ? rules[name].says(settled)
      : (['completed', 'failed', 'skipped'] as const).some((next) => isMetSomehow([...settled, next]))
  return isMet(name, dependencies) || isMetSomehow(standingsOf(dependencies))
}

/**
 * Whether it is time to skip a task: its rule can no longer be met. Where only skips are to blame, so that it could be
 * met if these were open yet, it waits until all dependencies are settled.
 */
export function isToBeSkipped(name: RuleName, dependencies: readonly PlainDependency[]): boolean {
  if (canBeMet(name, dependencies)) return false
  const withoutSkips = dependencies.map(([id, outcome]): PlainDependency => {
    const isSkip = outcome !== undefined && standingOf(outcome) === 'skipped'
    return [id, isSkip ? undefined : outcome]
  })
  return dependencies.every(([, outcome]) => outcome !== undefined) || !canBeMet(name, withoutSkips)
}

/**
 * Why a task is skipped, and the task that caused it: the first dependency that makes the rule impossible whatever the
 * others do, or the first at all where it takes several; of a blocked task, among those that failed. The cause of one
 * that was skipped is the cause of its own skip.
 */
export function skipOf(
  name: RuleName,
  dependencies: readonly PlainDependency[],
): { readonly because: SkipReason; readonly causedBy: TaskId } {
  const settled = dependencies.flatMap(([id, outcome]) => (outcome === undefined ? [] : [{ id, outcome }]))
  const failures = settled.filter(({ outcome }) => standingOf(outcome) === 'failed')
  const isBlocked = rules[name].wants !== undefined && failures.length > 0
  const suspects = isBlocked ? failures : settled
  const cause = suspects.find(({ id }) => !canBeMet(name, dependencies.map(onlySettled(id)))) ?? suspects[0]!
  const { outcome } = cause
  return {
    because: isBlocked ? 'dependency-failed' : 'rule-unmet',
    causedBy: (outcome.status === 'skipped' ? outcome.causedBy : undefined) ?? cause.id,
  }
}

function onlySettled(only: TaskId): (dependency: PlainDependency) => PlainDependency {
  return ([id, outcome]) => [id, id === only ? outcome : undefined]
}

function standingsOf(dependencies: readonly PlainDependency[]): readonly Standing[] {
  return dependencies.flatMap(([, outcome]) => (outcome === undefined ? [] : [standingOf(outcome)]))
}

function standingOf(outcome: Outcome): Standing {
  if (outcome.status === 'completed') return 'completed'
  if (outcome.status === 'failed' && outcome.ignored) return 'completed'
  const isBlocked = outcome.status === 'skipped' && outcome.because === 'dependency-failed'
  return outcome.status === 'skipped' && !isBlocked ? 'skipped' : 'failed'
}

import type { Plan } from '../../graph/plan.ts'
import type { Rule } from '../../graph/rules.ts'

/** How a task may end as its dependents' rules count it, whatever fails, and without a kill by hand. */
interface Ends {
  readonly completed: boolean
  readonly failed: boolean
  readonly skipped: boolean
}

/**
 * The tasks whose rule can be met in no run in which nobody kills a task by hand: proven by what each dependency may
 * come to, one by one. That dependencies hang together is not seen, so that a rule may be impossible and not be here.
 */
export function impossibleRules({ tasks }: Plan): ReadonlySet<number> {
  const ends = new Map<number, Ends>()
  const impossible = new Set<number>()
  const endsOf = (index: number): Ends => {
    const known = ends.get(index)
    if (known !== undefined) return known
    const { needs, rule, policy } = tasks[index]!
    const of = needs.map(endsOf)
    const canStart = needs.length === 0 || isPossible(rule, of)
    if (!canStart) impossible.add(index)
    const ignores = policy.onFailure === 'ignore'
    const own = {
      completed: canStart,
      // A rule of its own may throw, which fails the task without a start.
      failed: (canStart || typeof rule === 'function') && !ignores,
      skipped: needs.length > 0 && mayBeUnmet(rule, of),
    }
    ends.set(index, own)
    return own
  }
  // In the order of dependencies, so that a long chain does not nest calls.
  const unmet = tasks.map(({ needs }) => needs.length)
  const next = tasks.filter(({ needs }) => needs.length === 0).map(({ index }) => index)
  for (const index of next) {
    endsOf(index)
    for (const dependent of tasks[index]!.dependents) if (--unmet[dependent]! === 0) next.push(dependent)
  }
  return impossible
}

function isPossible(rule: Rule, of: readonly Ends[]): boolean {
  if (typeof rule === 'function') return true
  switch (rule) {
    case 'all-completed':
      return of.every(({ completed }) => completed)
    case 'all-failed':
      return of.every(({ failed }) => failed)
    case 'all-skipped':
      return of.every(({ skipped }) => skipped)
    case 'any-completed':
      return of.some(({ completed }) => completed)
    case 'any-failed':
      return of.some(({ failed }) => failed)
    case 'none-failed':
      return of.every(({ completed, skipped }) => completed || skipped)
    case 'none-failed-min-one-completed':
      return (
        of.every(({ completed, skipped }) => completed || skipped) && of.some(({ completed }) => completed)
      )
    case 'none-skipped':
      return of.every(({ completed, failed }) => completed || failed)
    case 'all-settled':
    case 'any-settled':
    case 'always':
      return true
  }
}

function mayBeUnmet(rule: Rule, of: readonly Ends[]): boolean {
  if (typeof rule === 'function') return true
  switch (rule) {
    case 'all-completed':
      return of.some(({ failed, skipped }) => failed || skipped)
    case 'all-failed':
      return of.some(({ completed, skipped }) => completed || skipped)
    case 'all-skipped':
      return of.some(({ completed, failed }) => completed || failed)
    case 'any-completed':
      return of.every(({ failed, skipped }) => failed || skipped)
    case 'any-failed':
      return of.every(({ completed, skipped }) => completed || skipped)
    case 'none-failed':
      return of.some(({ failed }) => failed)
    case 'none-failed-min-one-completed':
      return of.some(({ failed }) => failed) || of.every(({ skipped }) => skipped)
    case 'none-skipped':
      return of.some(({ skipped }) => skipped)
    case 'all-settled':
    case 'any-settled':
    case 'always':
      return false
  }
}

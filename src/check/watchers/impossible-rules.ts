import type { Plan, PlannedTask } from '../../graph/plan.ts'
import { type CountsAs, isBlockedByFailure, type Rule, ruleDemands } from '../../graph/rules.ts'

/** How a task may end, as rules count it, whatever fails, if nobody kills it. */
type Ends = ReadonlySet<CountsAs>

/**
 * The tasks whose rule can be met in no run, unless somebody kills a task. Proven from how each dependency may end,
 * taken one by one. How dependencies depend on each other is not considered, so that not every impossible rule is
 * found.
 */
export function impossibleRules({ tasks }: Plan): ReadonlySet<number> {
  const ends: Ends[] = []
  const impossible = new Set<number>()
  // In the order of dependencies, so that a long chain needs no recursion.
  const unmet = tasks.map(({ needs }) => needs.length)
  const next = tasks.filter(({ needs }) => needs.length === 0).map(({ index }) => index)
  for (const index of next) {
    const task = tasks[index]!
    const before = task.needs.map((need) => ends[need]!)
    const canStart = canBeMet(task.rule, before)
    if (!canStart) impossible.add(index)
    ends[index] = endsOf(task, before, canStart)
    for (const dependent of task.dependents) if (--unmet[dependent]! === 0) next.push(dependent)
  }
  return impossible
}

function endsOf({ rule, policy, confirm }: PlannedTask, before: readonly Ends[], canStart: boolean): Ends {
  const ends = new Set<CountsAs>()
  if (canStart) ends.add('completed')
  // A person may say no.
  if (canStart && confirm !== undefined) ends.add('skipped')
  // A rule function may throw, which fails the task before it starts.
  const canFail = canStart || typeof rule === 'function'
  if (canFail && policy.onFailure !== 'ignore') ends.add('failed')
  if (!isBlockedByFailure(rule)) {
    if (canBeUnmet(rule, before)) ends.add('skipped')
    return ends
  }
  // Blocked if a dependency failed, skipped if dependencies were merely skipped.
  if (before.some((one) => one.has('failed')) && canBeUnmet(rule, before)) ends.add('failed')
  if (canBeUnmet(rule, before.map(withoutFailure))) ends.add('skipped')
  return ends
}

function withoutFailure(ends: Ends): Ends {
  return new Set([...ends].filter((end) => end !== 'failed'))
}

function canBeMet(rule: Rule, before: readonly Ends[]): boolean {
  if (typeof rule === 'function' || before.length === 0) return true
  const { bans, wantsOne, isMet } = ruleDemands[rule]
  if (isMet === 'at once') return true
  const hasOne = wantsOne.length === 0 || before.some((ends) => wantsOne.some((end) => ends.has(end)))
  return hasOne && before.every((ends) => [...ends].some((end) => !bans.includes(end)))
}

function canBeUnmet(rule: Rule, before: readonly Ends[]): boolean {
  if (before.length === 0 || before.some((ends) => ends.size === 0)) return false
  if (typeof rule === 'function') return true
  const { bans, wantsOne } = ruleDemands[rule]
  return (
    before.some((ends) => bans.some((end) => ends.has(end))) ||
    (wantsOne.length > 0 && before.every((ends) => [...ends].some((end) => !wantsOne.includes(end))))
  )
}

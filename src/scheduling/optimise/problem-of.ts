import { estimatesOf } from '../../graph/critical-path.ts'
import { topologicalOrder } from '../../graph/cycle.ts'
import type { PlannedTask } from '../../graph/plan.ts'
import { evaluateRule, isMetAtOnce } from '../../graph/rules.ts'
import type { Problem } from './problem.ts'

/** The limits that tasks share. */
export interface SharedLimits {
  /** How many tasks may run at once: an integer of 1 or more, or `Infinity`. */
  readonly slots: number
  /**
   * The pools of the run and those of the runtime. A task takes what it uses from each of the two that has the pool.
   */
  readonly pools: readonly Readonly<Record<string, number>>[]
  /** How many attempts each executor may carry. One that is not named has no limit. */
  readonly capacities: Readonly<Record<string, number>>
}

/**
 * The tasks of a plan as they run when each completes at its first attempt, after its estimate. A task without an
 * estimate counts as the median of the others. A task that would be skipped takes no time, a rule that is a function
 * counts as met, and a task with an `any-…` rule waits for all of its dependencies.
 */
export function problemOf(tasks: readonly PlannedTask[], limits: SharedLimits): Problem {
  const size = tasks.length
  const durations = estimatesOf(tasks)
  const waitsFor: number[][] = []
  const skipped = new Uint8Array(size)
  for (const index of topologicalOrder(tasks)) {
    const { needs, rule } = tasks[index]!
    const counts = { needs: needs.length, completed: 0, failed: 0, skipped: 0 }
    for (const need of needs) counts[skipped[need] === 1 ? 'skipped' : 'completed']++
    if (typeof rule === 'string' && evaluateRule(rule, counts) === 'never') {
      skipped[index] = 1
      durations[index] = 0
    }
    const all = needs.flatMap((need) => (skipped[need] === 1 ? waitsFor[need]! : need))
    waitsFor[index] = isMetAtOnce(rule) ? [] : [...new Set(all)]
  }
  const firstOf = new Int32Array(size + 1)
  const unmet = new Int32Array(size)
  const edges = waitsFor.map((needs, index) => (skipped[index] === 1 ? [] : needs))
  for (const [index, needs] of edges.entries()) {
    unmet[index] = needs.length
    for (const need of needs) firstOf[need + 1]!++
  }
  for (let index = 0; index < size; index++) firstOf[index + 1]! += firstOf[index]!
  const next = firstOf.slice()
  const dependents = new Int32Array(firstOf[size]!)
  for (const [index, needs] of edges.entries()) {
    for (const need of needs) dependents[next[need]!++] = index
  }
  const priorities = [...new Set(tasks.map(({ priority }) => priority))].sort((a, b) => b - a)
  const classOf = new Map(priorities.map((priority, place) => [priority, place]))
  return {
    size,
    durations,
    unmet,
    firstOf,
    dependents,
    classes: Int32Array.from(tasks, ({ priority }) => classOf.get(priority)!),
    slots: limits.slots,
    ...lanesOf(tasks, limits),
  }
}

/** Sorts the tasks by what they ask for. */
function lanesOf(
  tasks: readonly PlannedTask[],
  { pools, capacities }: SharedLimits,
): Pick<Problem, 'laneOf' | 'needs' | 'totals'> {
  const amounts = [...pools.flatMap((totals) => Object.values(totals)), ...Object.values(capacities)]
  const names = Object.keys(capacities)
  const needs: number[][] = []
  const byNeed = new Map<string, number>()
  const laneOf = Int32Array.from(tasks, ({ uses, executor }) => {
    const need = [
      ...pools.flatMap((totals) => Object.keys(totals).map((pool) => uses[pool] ?? 0)),
      ...names.map((name) => Number(name === executor)),
    ]
    const key = need.join()
    const lane = byNeed.get(key) ?? needs.push(need) - 1
    byNeed.set(key, lane)
    return lane
  })
  return { laneOf, needs, totals: amounts }
}

import type { TaskId } from '../../machines/outcome.ts'
import { type Links, topologicalOrder } from './cycle.ts'
import type { Order, PlannedTask } from './plan.ts'

/**
 * Each task's `estimateMs`, by index. A task without one counts as the median of the others, or as 1 where no task has
 * one.
 */
export function estimatesOf(tasks: readonly Pick<PlannedTask, 'estimateMs'>[]): Float64Array {
  const missing = medianEstimate(tasks)
  return Float64Array.from(tasks, ({ estimateMs = missing }) => estimateMs)
}

/**
 * The length of the longest path from each task's start to the end of the dag, by index. The task itself is included.
 */
export function remainingPaths(tasks: readonly (Links & Pick<PlannedTask, 'estimateMs'>)[]): Float64Array {
  const estimates = estimatesOf(tasks)
  const remaining = new Float64Array(tasks.length)
  for (const index of topologicalOrder(tasks).toReversed()) {
    const task = tasks[index]!
    let longest = 0
    for (const dependent of task.dependents) longest = Math.max(longest, remaining[dependent]!)
    remaining[index] = longest + estimates[index]!
  }
  return remaining
}

/**
 * Each task's place, by index, in the order that does not change during a run. Lower starts first, equals share a
 * place. Priority comes first; then, unless it is `fifo`, the longest remaining path, then the number of dependents.
 */
export function staticRank(
  tasks: readonly (Links & Pick<PlannedTask, 'priority' | 'estimateMs'>)[],
  order: Order,
): Int32Array {
  if (order === 'fifo' && tasks.every(({ priority }) => priority === tasks[0]!.priority)) {
    return new Int32Array(tasks.length)
  }
  const remaining = order === 'fifo' ? undefined : remainingPaths(tasks)
  const compare = (a: number, b: number): number =>
    tasks[b]!.priority - tasks[a]!.priority ||
    (remaining === undefined
      ? 0
      : remaining[b]! - remaining[a]! || tasks[b]!.dependents.length - tasks[a]!.dependents.length)
  const sorted = Int32Array.from(tasks, (_, index) => index).sort(compare)
  const rank = new Int32Array(tasks.length)
  for (let place = 1; place < sorted.length; place++) {
    const [before, here] = [sorted[place - 1]!, sorted[place]!]
    rank[here] = rank[before]! + (compare(before, here) === 0 ? 0 : 1)
  }
  return rank
}

export interface CriticalPath {
  /** From the first task of the chain to the last; empty for a dag without tasks. */
  readonly ids: readonly TaskId[]
  /** The sum of their durations. */
  readonly length: number
}

/** The chain of dependencies that took longest, given how long each task took (0 or more). */
export function criticalPath(
  { tasks }: { readonly tasks: readonly Pick<PlannedTask, 'id' | 'needs' | 'dependents'>[] },
  durations: (taskId: TaskId, index: number) => number,
): CriticalPath {
  const pathLength = new Float64Array(tasks.length)
  const before = new Int32Array(tasks.length).fill(-1)
  let last = -1
  for (const index of topologicalOrder(tasks)) {
    for (const need of tasks[index]!.needs) {
      if (before[index] === -1 || pathLength[need]! > pathLength[before[index]!]!) before[index] = need
    }
    const longest = before[index] === -1 ? 0 : pathLength[before[index]!]!
    pathLength[index] = longest + durations(tasks[index]!.id, index)
    if (last === -1 || pathLength[index] > pathLength[last]!) last = index
  }
  const ids: TaskId[] = []
  for (let at = last; at !== -1; at = before[at]!) ids.push(tasks[at]!.id)
  return { ids: ids.toReversed(), length: last === -1 ? 0 : pathLength[last]! }
}

/** What a task without an estimate counts as: the median of the others, or 1 where no task has one. */
export function medianEstimate(tasks: readonly Pick<PlannedTask, 'estimateMs'>[]): number {
  const given = tasks.flatMap((task) => (task.estimateMs === undefined ? [] : [task.estimateMs]))
  if (given.length === 0) return 1
  given.sort((a, b) => a - b)
  const middle = given.length >> 1
  return given.length % 2 === 1 ? given[middle]! : (given[middle - 1]! + given[middle]!) / 2
}

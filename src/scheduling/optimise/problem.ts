/** A dag to be scheduled, as flat arrays by task: how long each task takes, what it waits for and what it holds. */
export interface Problem {
  readonly size: number
  /** Of 0 or more, in any unit. */
  readonly durations: Float64Array
  /** How many tasks a task waits for. */
  readonly unmet: Int32Array
  /** The dependents of task `t` are `dependents[firstOf[t]]` to `dependents[firstOf[t + 1] - 1]`. */
  readonly firstOf: Int32Array
  readonly dependents: Int32Array
  /** By task: tasks of a lower class come first in every list. Classes are 0, 1, 2 … without gaps. */
  readonly classes: Int32Array
  /** Tasks of one lane ask for the same. */
  readonly laneOf: Int32Array
  /**
   * By lane and resource: how much of it a task holds while it runs. The one slot that every task holds is not listed.
   */
  readonly needs: readonly (readonly number[])[]
  /** By resource: how much there is. */
  readonly totals: readonly number[]
  /** Most tasks at once: an integer of 1 or more, or `Infinity`. */
  readonly slots: number
}

/** The same tasks with all dependencies turned around, in a single class. */
export function reversed(problem: Problem): Problem {
  const { size, firstOf, dependents } = problem
  const unmet = new Int32Array(size)
  const first = new Int32Array(size + 1)
  for (const task of dependents) first[task + 1]!++
  for (let task = 0; task < size; task++) {
    first[task + 1]! += first[task]!
    unmet[task] = firstOf[task + 1]! - firstOf[task]!
  }
  const next = first.slice()
  const needs = new Int32Array(dependents.length)
  for (let task = 0; task < size; task++) {
    for (let link = firstOf[task]!; link < firstOf[task + 1]!; link++) {
      needs[next[dependents[link]!]!++] = task
    }
  }
  return { ...problem, unmet, firstOf: first, dependents: needs, classes: new Int32Array(size) }
}

/** By task: the longest path that ends with it, the task included. */
export function longestPaths({ size, durations, unmet, firstOf, dependents }: Problem): Float64Array {
  const paths = durations.slice()
  const left = unmet.slice()
  const order = new Int32Array(size)
  let end = 0
  for (let task = 0; task < size; task++) if (left[task] === 0) order[end++] = task
  for (let next = 0; next < end; next++) {
    const task = order[next]!
    for (let link = firstOf[task]!; link < firstOf[task + 1]!; link++) {
      const dependent = dependents[link]!
      paths[dependent] = Math.max(paths[dependent]!, paths[task]! + durations[dependent]!)
      if (--left[dependent]! === 0) order[end++] = dependent
    }
  }
  return paths
}

/** A task's edges, as indices. */
export interface Links {
  readonly needs: readonly number[]
  readonly dependents: readonly number[]
}

/**
 * The indices in an order in which each comes after those it needs; ties go by index. Tasks on a cycle, or behind one,
 * are left out.
 */
export function topologicalOrder(tasks: readonly Links[]): Int32Array {
  const unmet = new Int32Array(tasks.length)
  const order = new Int32Array(tasks.length)
  let end = 0
  for (let index = 0; index < tasks.length; index++) {
    const needs = tasks[index]!.needs.length
    unmet[index] = needs
    if (needs === 0) order[end++] = index
  }
  for (let next = 0; next < end; next++) {
    for (const dependent of tasks[order[next]!]!.dependents)
      if (--unmet[dependent]! === 0) order[end++] = dependent
  }
  return order.subarray(0, end)
}

/**
 * A cycle, as indices: each task needs the next one, and the last needs the first. Undefined when there is none. In a
 * small dag it is a shortest cycle; in a large one the search for shorter ones is cut off, so that it stays linear in
 * the dag's size.
 */
export function findCycle(tasks: readonly Links[]): readonly number[] | undefined {
  if (standsBehindItsNeeds(tasks)) return undefined
  const order = topologicalOrder(tasks)
  if (order.length === tasks.length) return undefined
  const remaining = betweenCycles(tasks, order)
  const first = someTaskOnACycle(tasks, remaining)
  const search = new CycleSearch(tasks, remaining)
  let best = search.shortestThrough(first, Number.POSITIVE_INFINITY)!
  const allowance = 10_000 + 4 * search.edgesSeen
  for (let start = 0; start < tasks.length && search.edgesSeen < allowance && best.length > 1; start++) {
    if (remaining[start] === 1) best = search.shortestThrough(start, best.length) ?? best
  }
  const least = best.indexOf(best.reduce((a, b) => Math.min(a, b)))
  return [...best.slice(least), ...best.slice(0, least)]
}

/** Most dags name each task after those it needs, and then there is no cycle. */
function standsBehindItsNeeds(tasks: readonly Links[]): boolean {
  for (let index = 0; index < tasks.length; index++) {
    for (const need of tasks[index]!.needs) if (need >= index) return false
  }
  return true
}

/**
 * Marks the tasks that lie on cycles or between two: those that remain when sources and sinks are taken away until
 * there are none.
 */
function betweenCycles(tasks: readonly Links[], order: Int32Array): Uint8Array {
  const remaining = new Uint8Array(tasks.length).fill(1)
  for (const index of order) remaining[index] = 0
  const waiting = Int32Array.from(tasks, (task) => task.dependents.length)
  const sinks: number[] = []
  for (let index = 0; index < tasks.length; index++) if (waiting[index] === 0) sinks.push(index)
  for (let sink = sinks.pop(); sink !== undefined; sink = sinks.pop()) {
    remaining[sink] = 0
    for (const need of tasks[sink]!.needs) if (--waiting[need]! === 0) sinks.push(need)
  }
  return remaining
}

/**
 * Every remaining task needs another remaining one, so a walk along the dependencies must return to a task it has seen.
 */
function someTaskOnACycle(tasks: readonly Links[], remaining: Uint8Array): number {
  const visited = new Uint8Array(tasks.length)
  let at = remaining.indexOf(1)
  while (visited[at] === 0) {
    visited[at] = 1
    at = tasks[at]!.needs.find((need) => remaining[need] === 1)!
  }
  return at
}

/** Breadth-first searches that share their arrays. */
class CycleSearch {
  /** How many edges the searches have looked at so far. */
  edgesSeen = 0
  readonly #tasks: readonly Links[]
  readonly #remaining: Uint8Array
  readonly #queue: Int32Array
  /** The task from which the search that is named in `#seenBy` reached this one. */
  readonly #cameFrom: Int32Array
  readonly #seenBy: Int32Array
  readonly #depth: Int32Array

  constructor(tasks: readonly Links[], remaining: Uint8Array) {
    this.#tasks = tasks
    this.#remaining = remaining
    this.#queue = new Int32Array(tasks.length)
    this.#cameFrom = new Int32Array(tasks.length)
    this.#seenBy = new Int32Array(tasks.length).fill(-1)
    this.#depth = new Int32Array(tasks.length)
  }

  /** The shortest cycle through `start`, if it has fewer than `limit` tasks. */
  shortestThrough(start: number, limit: number): number[] | undefined {
    let end = 0
    this.#queue[end++] = start
    this.#seenBy[start] = start
    this.#depth[start] = 1
    for (let next = 0; next < end; next++) {
      const at = this.#queue[next]!
      const depth = this.#depth[at]!
      if (depth >= limit) return undefined
      for (const need of this.#tasks[at]!.needs) {
        this.edgesSeen++
        if (need === start) return this.#pathTo(at, start)
        if (this.#remaining[need] === 0 || this.#seenBy[need] === start) continue
        this.#seenBy[need] = start
        this.#cameFrom[need] = at
        this.#depth[need] = depth + 1
        this.#queue[end++] = need
      }
    }
    return undefined
  }

  #pathTo(end: number, start: number): number[] {
    const path = [end]
    for (let at = end; at !== start; path.push(at)) at = this.#cameFrom[at]!
    return path.toReversed()
  }
}

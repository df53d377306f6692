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
  const first = shortestThrough(
    someTaskOnACycle(tasks, remaining),
    Number.POSITIVE_INFINITY,
    tasks,
    remaining,
  )
  let best = first.cycle!
  let left = 10_000 + 3 * first.edgesSeen
  for (let start = 0; start < tasks.length && left > 0 && best.length > 1; start++) {
    if (remaining[start] === 0) continue
    const { cycle = best, edgesSeen } = shortestThrough(start, best.length, tasks, remaining)
    best = cycle
    left -= edgesSeen
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

/** Marks the tasks that lie on cycles or between two: those that are left out of the order, from either end. */
function betweenCycles(tasks: readonly Links[], order: Int32Array): Uint8Array {
  const mirror = tasks.map(({ needs, dependents }) => ({ needs: dependents, dependents: needs }))
  const remaining = new Uint8Array(tasks.length).fill(1)
  for (const index of order) remaining[index] = 0
  for (const index of topologicalOrder(mirror)) remaining[index] = 0
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

/** The shortest cycle through `start`, if it has fewer than `limit` tasks: a breadth-first search. */
function shortestThrough(
  start: number,
  limit: number,
  tasks: readonly Links[],
  remaining: Uint8Array,
): { readonly cycle?: readonly number[]; readonly edgesSeen: number } {
  const cameFrom = new Map<number, number>()
  let edgesSeen = 0
  for (let length = 1, reached = [start]; length < limit && reached.length > 0; length++) {
    const next: number[] = []
    for (const at of reached) {
      for (const need of tasks[at]!.needs) {
        edgesSeen++
        if (need === start) return { cycle: pathTo(at, cameFrom), edgesSeen }
        if (remaining[need] === 0 || cameFrom.has(need)) continue
        cameFrom.set(need, at)
        next.push(need)
      }
    }
    reached = next
  }
  return { edgesSeen }
}

function pathTo(end: number, cameFrom: ReadonlyMap<number, number>): readonly number[] {
  const path: number[] = []
  for (let at: number | undefined = end; at !== undefined; at = cameFrom.get(at)) path.push(at)
  return path.toReversed()
}

/**
 * Task indices with the best on top: by rank, then by which became ready first, then by index. A binary heap over the
 * owner's arrays of numbers, so that a comparison neither calls nor allocates anything.
 */
export class TaskHeap {
  readonly #rank: Int32Array
  readonly #since: Float64Array
  #tasks: number[]

  /** `since` is read at each comparison: the entry of a task must not change while the task is in the heap. */
  constructor(rank: Int32Array, since: Float64Array) {
    this.#rank = rank
    this.#since = since
    this.#tasks = []
  }

  /** In no particular order. */
  get tasks(): readonly number[] {
    return this.#tasks
  }

  /** The best task, or -1. */
  peek(): number {
    return this.#tasks.length === 0 ? -1 : this.#tasks[0]!
  }

  push(task: number): void {
    const tasks = this.#tasks
    let at = tasks.length
    tasks.push(task)
    while (at > 0) {
      const above = (at - 1) >> 1
      const other = tasks[above]!
      if (!this.isBefore(task, other)) break
      tasks[at] = other
      at = above
    }
    tasks[at] = task
  }

  /** Takes out the best. */
  pop(): void {
    const tasks = this.#tasks
    const last = tasks.pop()
    if (last === undefined || tasks.length === 0) return
    const half = tasks.length >> 1
    let at = 0
    while (at < half) {
      let below = 2 * at + 1
      const right = below + 1
      if (right < tasks.length && this.isBefore(tasks[right]!, tasks[below]!)) below = right
      const best = tasks[below]!
      if (!this.isBefore(best, last)) break
      tasks[at] = best
      at = below
    }
    tasks[at] = last
  }

  /** Keeps only these tasks. */
  reset(tasks: readonly number[]): void {
    this.#tasks = []
    for (const task of tasks) this.push(task)
  }

  /** True when `a` comes before `b`. Neither needs to be in the heap. */
  isBefore(a: number, b: number): boolean {
    const byRank = this.#rank[a]! - this.#rank[b]!
    if (byRank !== 0) return byRank < 0
    const bySince = this.#since[a]! - this.#since[b]!
    return bySince === 0 ? a < b : bySince < 0
  }
}

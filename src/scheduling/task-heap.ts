/**
 * Task indices with the best on top: by rank, then by who came first, then by index. A binary heap over arrays of
 * numbers that its owner keeps, so that nothing is called and nothing made for a comparison.
 */
export class TaskHeap {
  readonly #rank: Int32Array
  readonly #since: Float64Array
  #tasks: number[]

  /** `since` is read as it is then: a task that is in the heap must not change there. */
  constructor(rank: Int32Array, since: Float64Array) {
    this.#rank = rank
    this.#since = since
    this.#tasks = []
  }

  /** In no order to rely on. */
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

  /** Keeps these alone. */
  reset(tasks: readonly number[]): void {
    this.#tasks = []
    for (const task of tasks) this.push(task)
  }

  /** The order of all its tasks, whether they are in it or not. */
  isBefore(a: number, b: number): boolean {
    const byRank = this.#rank[a]! - this.#rank[b]!
    if (byRank !== 0) return byRank < 0
    const bySince = this.#since[a]! - this.#since[b]!
    return bySince === 0 ? a < b : bySince < 0
  }
}

import type { LiveTask } from './live-task.ts'

/** The tasks of a run that have an actor, by index. */
export class LiveTasks {
  readonly #live: (LiveTask | undefined)[]
  #size = 0

  constructor(tasks: number) {
    this.#live = Array.from({ length: tasks }, () => undefined)
  }

  get size(): number {
    return this.#size
  }

  get(index: number): LiveTask | undefined {
    return this.#live[index]
  }

  add(index: number, live: LiveTask): void {
    this.#live[index] = live
    this.#size++
  }

  delete(index: number): void {
    this.#live[index] = undefined
    this.#size--
  }

  /** In the order of the plan, without those that end meanwhile. */
  *[Symbol.iterator](): IterableIterator<LiveTask> {
    for (let index = 0; this.#size > 0 && index < this.#live.length; index++) {
      const live = this.#live[index]
      if (live !== undefined) yield live
    }
  }
}

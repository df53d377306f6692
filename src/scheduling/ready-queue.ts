import { TaskHeap } from './task-heap.ts'

/**
 * The ready tasks of one run that hold no slot, the best first: by the plan's static rank, then by which became ready
 * first, then by their place in the dag.
 *
 * Tasks are kept in lanes. All tasks of a lane ask for the same executor and the same amounts of the same pools, so
 * when the first of them cannot be granted none can, and the lane stays closed until what it lacks is free again.
 */
export class ReadyQueue {
  readonly #laneOf: Int32Array
  readonly #lanes: readonly TaskHeap[]
  readonly #closed: Uint8Array
  /** When the task became ready, as a rising count. 0 before. */
  readonly #since: Float64Array
  readonly #queued: Uint8Array
  /** 1 while the heap of its lane holds the task, including a removed task that has not been dropped yet. */
  readonly #inLane: Uint8Array
  #count = 0
  #size = 0

  constructor(laneOf: Int32Array, lanes: number, rank: Int32Array) {
    this.#laneOf = laneOf
    this.#since = new Float64Array(rank.length)
    this.#queued = new Uint8Array(rank.length)
    this.#inLane = new Uint8Array(rank.length)
    this.#closed = new Uint8Array(lanes)
    this.#lanes = Array.from({ length: lanes }, () => new TaskHeap(rank, this.#since))
  }

  /** How many tasks wait, closed lanes included. */
  get size(): number {
    return this.#size
  }

  /** Adds a task behind those of its rank that became ready before. */
  push(task: number): void {
    if (this.#queued[task] === 1) return
    this.#dropRemoved(task)
    this.#since[task] = ++this.#count
    this.#insert(task)
  }

  /** Puts back a task that was taken and declined. It keeps its place. */
  restore(task: number): void {
    if (this.#queued[task] === 1) return
    this.#dropRemoved(task)
    this.#insert(task)
  }

  /** The best task of the open lanes, or -1. */
  peek(): number {
    let best = -1
    for (let lane = 0; lane < this.#lanes.length; lane++) {
      if (this.#closed[lane] === 1) continue
      const head = this.#head(lane)
      if (head !== -1 && (best === -1 || this.#lanes[lane]!.isBefore(head, best))) best = head
    }
    return best
  }

  /** The best task of a lane, open or closed, or -1. */
  peekLane(lane: number): number {
    return this.#head(lane)
  }

  /** Takes out what `peek` just gave. */
  take(task: number): void {
    this.#lanes[this.#laneOf[task]!]!.pop()
    this.#inLane[task] = 0
    this.#queued[task] = 0
    this.#size--
  }

  /** Takes a task out, wherever it is. False when it is not in the queue. */
  remove(task: number): boolean {
    if (this.#queued[task] === 0) return false
    this.#queued[task] = 0
    this.#size--
    return true
  }

  has(task: number): boolean {
    return this.#queued[task] === 1
  }

  laneOf(task: number): number {
    return this.#laneOf[task]!
  }

  close(lane: number): void {
    this.#closed[lane] = 1
  }

  open(lane: number): void {
    this.#closed[lane] = 0
  }

  #insert(task: number): void {
    this.#queued[task] = 1
    this.#inLane[task] = 1
    this.#size++
    this.#lanes[this.#laneOf[task]!]!.push(task)
  }

  /** A removed task must leave the heap before it comes back, because its place there is about to change. */
  #dropRemoved(task: number): void {
    if (this.#inLane[task] === 0) return
    const lane = this.#laneOf[task]!
    const kept: number[] = []
    for (const other of this.#lanes[lane]!.tasks) {
      if (this.#queued[other] === 1) kept.push(other)
      else this.#inLane[other] = 0
    }
    this.#lanes[lane]!.reset(kept)
  }

  /** The first task of a lane. Removed tasks are dropped on the way. */
  #head(lane: number): number {
    const tasks = this.#lanes[lane]!
    for (;;) {
      const task = tasks.peek()
      if (task === -1) return -1
      if (this.#queued[task] === 1) return task
      tasks.pop()
      this.#inLane[task] = 0
    }
  }
}

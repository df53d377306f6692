import { PlacedHeap } from '../containers/placed-heap.ts'

/** What takes its turn: it offers tasks, of which the best has this priority; undefined when it has none. */
export interface TurnTaker {
  headPriority(): number | undefined
  /** Among equals a lower one goes first, whoever had a turn. It stays the same. */
  readonly askedAt: number
  /**
   * When it last had a turn, gave something back, or first asked, as a rising count. 0 before; maintained by `Turns`.
   */
  servedAt: number
}

/** One count for all instances, because a taker may move from one to another. */
let turns = 0

interface Waiting<Taker> {
  readonly taker: Taker
  /** The priority that it is sorted by. It may have fallen since: that is looked at when its turn comes. */
  priority: number
  /** Its index in the heap. */
  place: number
}

/**
 * Decides whose turn it is among those that want to take up tasks: the highest priority first, among equals the one
 * that was asked for first, and where that is the same, the one whose last turn is longest ago, whether or not it has
 * been waiting since. Each operation takes logarithmic time. Mostly only one waits, which comes and goes with each
 * task: it is kept outside the heap.
 */
export class Turns<Taker extends TurnTaker> {
  /** The only one that waits; undefined when there are none or more. */
  #only: Taker | undefined
  /** Those that have asked since the last turn: what they offer is looked at with the next one. */
  readonly #asked = new Set<Taker>()
  readonly #heap = new PlacedHeap<Waiting<Taker>>(isBefore)
  readonly #waiting = new Map<Taker, Waiting<Taker>>()

  /** How many wait, those that may turn out to have nothing to offer included. */
  get size(): number {
    return this.#only === undefined ? this.#heap.size + this.#asked.size : 1
  }

  /** Lets a taker wait for its turn. Call it again when what it offers may have become better. */
  add(taker: Taker): void {
    if (taker.servedAt === 0) taker.servedAt = ++turns
    if (this.#only === taker) return
    if (this.size === 0) {
      this.#only = taker
      return
    }
    if (this.#only !== undefined) this.#asked.add(this.#only)
    this.#only = undefined
    this.#asked.add(taker)
  }

  /** As `add`, but behind all that wait now, because it has given back something that they wait for. */
  addLast(taker: Taker): void {
    taker.servedAt = ++turns
    const known = this.#waiting.get(taker)
    if (known !== undefined) this.#heap.moved(known)
    this.add(taker)
  }

  delete(taker: Taker): void {
    if (this.#only === taker) this.#only = undefined
    this.#asked.delete(taker)
    const known = this.#waiting.get(taker)
    if (known !== undefined) this.#remove(known)
  }

  /** The one whose turn it is, put behind its equals. Those with nothing to offer are taken out. */
  next(): Taker | undefined {
    if (this.#only !== undefined) {
      if (this.#only.headPriority() === undefined) this.#only = undefined
      else this.#only.servedAt = ++turns
      return this.#only
    }
    if (this.#asked.size > 0) this.#sortAsked()
    for (let top = this.#heap.first; top !== undefined; top = this.#heap.first) {
      const priority = top.taker.headPriority()
      if (priority === undefined) {
        this.#remove(top)
        continue
      }
      const isFirst = priority >= top.priority
      top.priority = priority
      if (isFirst) top.taker.servedAt = ++turns
      this.#heap.moved(top)
      if (isFirst) return top.taker
    }
    return undefined
  }

  #sortAsked(): void {
    for (const taker of this.#asked) {
      const priority = taker.headPriority()
      const known = this.#waiting.get(taker)
      if (priority === undefined) continue
      if (known === undefined) this.#insert(taker, priority)
      else if (priority > known.priority) {
        known.priority = priority
        this.#heap.moved(known)
      }
    }
    this.#asked.clear()
  }

  #insert(taker: Taker, priority: number): void {
    const waiting = { taker, priority, place: 0 }
    this.#waiting.set(taker, waiting)
    this.#heap.push(waiting)
  }

  #remove(waiting: Waiting<Taker>): void {
    this.#waiting.delete(waiting.taker)
    this.#heap.remove(waiting)
  }
}

function isBefore(a: Waiting<TurnTaker>, b: Waiting<TurnTaker>): boolean {
  if (a.priority !== b.priority) return a.priority > b.priority
  if (a.taker.askedAt !== b.taker.askedAt) return a.taker.askedAt < b.taker.askedAt
  return a.taker.servedAt < b.taker.servedAt
}

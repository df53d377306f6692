import TinyQueue from 'tinyqueue'
import { ReusedList } from './reused-list.ts'

interface Entry {
  readonly at: number
  readonly key: number
}

// One function for all, so that code compiled for it stays of use when a run's deadlines are gone.
const earlier = (a: Entry, b: Entry): number => a.at - b.at || a.key - b.key

/**
 * The instants at which the keys (tasks, by index) want to be woken; at most one for each key.
 * The heap learns of an instant when the earliest one is asked for, if it still counts by then; and of one that moved
 * later, as with every heartbeat, when the earlier one comes up.
 */
export class Deadlines {
  /** The instant that counts, by key; `Infinity` for none. */
  readonly #at: Float64Array
  /** The earliest instant that the heap holds for the key; `Infinity` for none. */
  readonly #pushed: Float64Array
  /** The keys whose instant the heap is still to learn of: most are given up again before anybody asks. */
  readonly #unpushed = new ReusedList<number>()
  #heap = new TinyQueue<Entry>([], earlier)
  #set = 0

  constructor(keys: number) {
    this.#at = new Float64Array(keys).fill(Number.POSITIVE_INFINITY)
    this.#pushed = new Float64Array(keys).fill(Number.POSITIVE_INFINITY)
  }

  /** Replaces the key's instant; `Infinity` takes it out. */
  set(key: number, at: number): void {
    const before = this.#at[key]!
    if (before === at) return
    if (before === Number.POSITIVE_INFINITY) this.#set++
    if (at === Number.POSITIVE_INFINITY) this.#set--
    this.#at[key] = at
    if (at < this.#pushed[key]!) this.#unpushed.push(key)
  }

  /** The key's instant, or `Infinity`. */
  at(key: number): number {
    return this.#at[key]!
  }

  /** The earliest instant, or `Infinity`. */
  next(): number {
    const entry = this.#clean()
    return entry === undefined ? Number.POSITIVE_INFINITY : entry.at
  }

  /** Takes out the key of the earliest instant that has come by `now`, or -1. */
  takeDue(now: number): number {
    const entry = this.#clean()
    if (entry === undefined || entry.at > now) return -1
    this.#heap.pop()
    this.#pushed[entry.key] = Number.POSITIVE_INFINITY
    this.#at[entry.key] = Number.POSITIVE_INFINITY
    this.#set--
    return entry.key
  }

  /** The first entry that is true; the others are dropped, or pushed again at their later instant. */
  #clean(): Entry | undefined {
    if (this.#unpushed.length > 0) this.#push()
    for (;;) {
      const entry = this.#heap.peek()
      if (entry === undefined) return undefined
      const { key } = entry
      if (entry.at === this.#at[key] && entry.at === this.#pushed[key]) return entry
      this.#heap.pop()
      if (entry.at !== this.#pushed[key]) continue
      const at = this.#at[key]!
      this.#pushed[key] = at
      if (at !== Number.POSITIVE_INFINITY) this.#heap.push({ at, key })
    }
  }

  #push(): void {
    for (let next = 0; next < this.#unpushed.length; next++) {
      const key = this.#unpushed.at(next)
      const at = this.#at[key]!
      if (at >= this.#pushed[key]!) continue
      this.#pushed[key] = at
      this.#heap.push({ at, key })
    }
    this.#unpushed.clear()
    // Most timeouts are never reached: what they leave behind may not outgrow what is still awaited.
    if (this.#heap.length > 2 * this.#set + 64) this.#compact()
  }

  #compact(): void {
    const entries: Entry[] = []
    // By key, because the heap may hold one key's instant twice, and what is kept must be as few as what is set.
    for (const key of new Set(this.#heap.data.map((entry) => entry.key))) {
      const at = this.#at[key]!
      this.#pushed[key] = at
      if (at !== Number.POSITIVE_INFINITY) entries.push({ key, at })
    }
    this.#heap = new TinyQueue(entries, earlier)
  }
}

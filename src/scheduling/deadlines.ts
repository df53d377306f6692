import TinyQueue from 'tinyqueue'
import { ReusedList } from './reused-list.ts'

interface Entry {
  readonly at: number
  readonly key: number
}

// One function for all runs, so that code compiled for it outlives the deadlines of any one.
const earlier = (a: Entry, b: Entry): number => a.at - b.at || a.key - b.key

/**
 * The instants at which keys (tasks, by index) want to be woken, at most one for each key. Instants are put into the
 * heap lazily: a new one when the earliest instant is next asked for, if it still counts then, and one that has moved
 * later, as with every heartbeat, when its earlier entry comes up.
 */
export class Deadlines {
  /** The instant that counts, by key. `Infinity` for none. */
  readonly #at: Float64Array
  /** The earliest instant that the heap holds for a key. `Infinity` for none. */
  readonly #pushed: Float64Array
  /** The keys whose instant is not in the heap yet. Most of these instants are given up before anybody asks. */
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

  /** Moves every instant by this many milliseconds. */
  shift(byMs: number): void {
    for (let key = 0; key < this.#at.length; key++) {
      this.#at[key]! += byMs
      this.#pushed[key]! += byMs
    }
    const entries = this.#heap.data.map(({ at, key }) => ({ at: at + byMs, key }))
    this.#heap = new TinyQueue(entries, earlier)
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

  /** Takes out the key with the earliest instant that is not after `now`. -1 when there is none. */
  takeDue(now: number): number {
    const entry = this.#clean()
    if (entry === undefined || entry.at > now) return -1
    this.#heap.pop()
    this.#pushed[entry.key] = Number.POSITIVE_INFINITY
    this.#at[entry.key] = Number.POSITIVE_INFINITY
    this.#set--
    return entry.key
  }

  /** The first entry that still counts. Outdated ones before it are dropped, or pushed again at their later instant. */
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
    // Most timeouts are never reached. Their entries must not outnumber the instants that are still awaited.
    if (this.#heap.length > 2 * this.#set + 64) this.#compact()
  }

  #compact(): void {
    const entries: Entry[] = []
    // By key, because the heap may hold two entries of one key, and only one of them may stay.
    for (const key of new Set(this.#heap.data.map((entry) => entry.key))) {
      const at = this.#at[key]!
      this.#pushed[key] = at
      if (at !== Number.POSITIVE_INFINITY) entries.push({ key, at })
    }
    this.#heap = new TinyQueue(entries, earlier)
  }
}

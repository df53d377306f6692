import { PlacedHeap } from '../containers/placed-heap.ts'
import { ReusedList } from '../containers/reused-list.ts'

interface Entry {
  readonly key: number
  /** The instant that it is sorted by. The one that counts may be later. */
  at: number
  /** Its index in the heap. */
  place: number
}

// One function for all runs, so that code compiled for it outlives the deadlines of any one.
const isEarlier = (a: Entry, b: Entry): boolean => a.at < b.at || (a.at === b.at && a.key < b.key)

/**
 * The instants at which keys (tasks, by index) want to be woken, at most one for each key. The heap is lazy: it gets an
 * instant when the earliest one is next asked for, if it still counts then, and learns that one has moved later, as with
 * every heartbeat, when its earlier entry comes up.
 */
export class Deadlines {
  /** The instant that counts, by key. `Infinity` for none. */
  readonly #at: Float64Array
  /** What the heap holds, by key. */
  readonly #entries: (Entry | undefined)[]
  /** The keys whose instant is not in the heap yet. Most of these instants are given up before anybody asks. */
  readonly #unpushed = new ReusedList<number>()
  readonly #heap = new PlacedHeap<Entry>(isEarlier)

  constructor(keys: number) {
    this.#at = new Float64Array(keys).fill(Number.POSITIVE_INFINITY)
    this.#entries = Array.from({ length: keys })
  }

  /** Replaces the key's instant; `Infinity` takes it out. */
  set(key: number, at: number): void {
    if (this.#at[key] === at) return
    this.#at[key] = at
    const entry = this.#entries[key]
    if (entry === undefined) this.#unpushed.push(key)
    else if (at === Number.POSITIVE_INFINITY) {
      this.#entries[key] = undefined
      this.#heap.remove(entry)
    } else if (at < entry.at) this.#move(entry, at)
  }

  /** Moves every instant by this many milliseconds. */
  shift(byMs: number): void {
    for (let key = 0; key < this.#at.length; key++) this.#at[key]! += byMs
    for (const entry of this.#heap.members) entry.at += byMs
  }

  /** The key's instant, or `Infinity`. */
  at(key: number): number {
    return this.#at[key]!
  }

  /** The earliest instant, or `Infinity`. */
  next(): number {
    return this.#first()?.at ?? Number.POSITIVE_INFINITY
  }

  /** Takes out the key with the earliest instant that is not after `now`. -1 when there is none. */
  takeDue(now: number): number {
    const entry = this.#first()
    if (entry === undefined || entry.at > now) return -1
    this.set(entry.key, Number.POSITIVE_INFINITY)
    return entry.key
  }

  #first(): Entry | undefined {
    if (this.#unpushed.length > 0) this.#push()
    for (let entry = this.#heap.first; entry !== undefined; entry = this.#heap.first) {
      const at = this.#at[entry.key]!
      if (entry.at === at) return entry
      this.#move(entry, at)
    }
    return undefined
  }

  #push(): void {
    for (let next = 0; next < this.#unpushed.length; next++) {
      const key = this.#unpushed.at(next)
      const at = this.#at[key]!
      if (at === Number.POSITIVE_INFINITY || this.#entries[key] !== undefined) continue
      const entry = { key, at, place: 0 }
      this.#entries[key] = entry
      this.#heap.push(entry)
    }
    this.#unpushed.clear()
  }

  #move(entry: Entry, at: number): void {
    entry.at = at
    this.#heap.moved(entry)
  }
}

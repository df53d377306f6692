import TinyQueue from 'tinyqueue'

interface Entry {
  readonly at: number
  readonly key: number
}

/**
 * The instants at which the keys (tasks, by index) want to be woken; at most one for each key.
 * An instant that moves later, as with every heartbeat, is only noted: the heap learns of it when the earlier one
 * comes up. One that moves earlier is pushed at once.
 */
export class Deadlines {
  /** The instant that counts, by key; `Infinity` for none. */
  readonly #at: Float64Array
  /** The earliest instant that the heap holds for the key; `Infinity` for none. */
  readonly #pushed: Float64Array
  #heap = new TinyQueue<Entry>([], (a, b) => a.at - b.at || a.key - b.key)
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
    if (at < this.#pushed[key]!) {
      this.#pushed[key] = at
      this.#heap.push({ at, key })
    }
    // Most timeouts are never reached: what they leave behind may not outgrow what is still awaited.
    if (this.#heap.length > 2 * this.#set + 64) this.#compact()
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

  #compact(): void {
    const entries: Entry[] = []
    // By key, because the heap may hold one key's instant twice, and what is kept must be as few as what is set.
    for (const key of new Set(this.#heap.data.map((entry) => entry.key))) {
      const at = this.#at[key]!
      this.#pushed[key] = at
      if (at !== Number.POSITIVE_INFINITY) entries.push({ key, at })
    }
    this.#heap = new TinyQueue(entries, (a, b) => a.at - b.at || a.key - b.key)
  }
}

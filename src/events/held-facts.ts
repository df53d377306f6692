import { type BriefFact, type BriefSource, factOf } from './brief-fact.ts'
import type { RunFact } from './facts.ts'

/**
 * The last `capacity` run facts, in order, without a gap. Brief ones are kept in columns; they become objects when
 * somebody looks, and stay those.
 */
export class HeldFacts {
  readonly #of: BriefSource
  readonly #capacity: number
  #items: (RunFact | BriefFact)[] = []
  #more: unknown[] = []
  #at: Float64Array
  /** What stands before it is dropped. */
  #head = 0
  /** The `seq` of the first item, dropped or not. */
  #first = 1

  constructor(capacity: number, of: BriefSource) {
    this.#capacity = capacity
    this.#of = of
    // What a run of tasks that succeed tells, so that small runs are small, and large ones are not copied often.
    this.#at = new Float64Array(Math.min(64, 5 * of.tasks.length + 4))
  }

  get length(): number {
    return this.#items.length - this.#head
  }

  /** The `seq` of the first that is held; undefined for none. */
  get firstSeq(): number | undefined {
    return this.length === 0 ? undefined : this.#first + this.#head
  }

  push(fact: RunFact): void {
    this.#put(fact, fact.seq, 0, undefined)
  }

  pushBrief(told: BriefFact, seq: number, at: number, more: unknown): void {
    this.#put(told, seq, at, more)
  }

  at(index: number): RunFact | undefined {
    const place = this.#head + index
    const item = this.#items[place]
    if (typeof item !== 'number') return item
    const fact = factOf(this.#of, item, this.#first + place, this.#at[place]!, this.#more[place])
    this.#items[place] = fact
    this.#more[place] = undefined
    return fact
  }

  *[Symbol.iterator](): IterableIterator<RunFact> {
    for (let index = 0; index < this.length; index++) yield this.at(index)!
  }

  #put(item: RunFact | BriefFact, seq: number, at: number, more: unknown): void {
    if (this.#items.length === 0) this.#first = seq
    const place = this.#items.length
    if (place === this.#at.length) {
      const longer = new Float64Array(2 * place)
      longer.set(this.#at)
      this.#at = longer
    }
    this.#items.push(item)
    this.#more.push(more)
    this.#at[place] = at
    if (this.length <= this.#capacity) return
    this.#items[this.#head] = 0
    this.#more[this.#head] = undefined
    this.#head++
    this.#giveBack()
  }

  /** Gives memory back in strides as long as what is kept, so that a push costs constant time. */
  #giveBack(): void {
    if (this.#head <= this.length + 1_024) return
    this.#items = this.#items.slice(this.#head)
    this.#more = this.#more.slice(this.#head)
    this.#at = this.#at.slice(this.#head)
    this.#first += this.#head
    this.#head = 0
  }
}

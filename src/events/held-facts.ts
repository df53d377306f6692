import { type BriefFact, type BriefSource, factOf } from './brief-fact.ts'
import type { RunFact } from './facts.ts'

/** In place of a brief fact: the fact itself is there. */
const whole = -1

/** What a whole fact weighs, where a brief one weighs 1. */
export const wholeWeight = 16

/**
 * The latest run facts, in order, without a gap. Brief ones are kept in columns: an object is made each time that
 * somebody looks.
 */
export class HeldFacts {
  readonly #of: BriefSource
  #told: Int32Array
  /** What a brief fact says more, or the whole one. */
  #more: unknown[] = []
  /** Many brief facts have one instant: it stands here once, with the `seq` of the first that has it. */
  #instants: number[] = []
  #instantsFrom: number[] = []
  /** What stands before it is dropped. */
  #head = 0
  #wholes = 0
  /** The `seq` of the first item, dropped or not. */
  #first = 1

  constructor(of: BriefSource) {
    this.#of = of
    // What a run of tasks that succeed tells, so that small runs are small, and large ones are not copied often.
    this.#told = new Int32Array(Math.min(64, 5 * of.tasks.length + 4))
  }

  get length(): number {
    return this.#more.length - this.#head
  }

  /** How much memory it takes, roughly: in brief facts. */
  get weight(): number {
    return this.length + (wholeWeight - 1) * this.#wholes
  }

  /** The `seq` of the first that is held; undefined for none. */
  get firstSeq(): number | undefined {
    return this.length === 0 ? undefined : this.#first + this.#head
  }

  push(fact: RunFact): void {
    this.#wholes++
    this.#put(whole, fact.seq, fact)
  }

  pushBrief(told: BriefFact, seq: number, at: number, more: unknown): void {
    if (this.#instants.at(-1) !== at) {
      this.#instants.push(at)
      this.#instantsFrom.push(seq)
    }
    this.#put(told, seq, more)
  }

  /** Below `length`. */
  at(index: number): RunFact {
    const place = this.#head + index
    const told = this.#told[place]!
    if (told === whole) return this.#more[place] as RunFact
    const seq = this.#first + place
    return factOf(this.#of, told, seq, this.#instantOf(seq), this.#more[place])
  }

  /** The last so many. */
  *last(count: number): IterableIterator<RunFact> {
    for (let index = Math.max(0, this.length - count); index < this.length; index++) yield this.at(index)
  }

  #instantOf(seq: number): number {
    let [least, most] = [0, this.#instants.length - 1]
    while (least < most) {
      const middle = (least + most + 1) >> 1
      if (this.#instantsFrom[middle]! <= seq) least = middle
      else most = middle - 1
    }
    return this.#instants[least]!
  }

  #put(told: BriefFact, seq: number, more: unknown): void {
    const place = this.#more.length
    if (place === 0) this.#first = seq
    if (place === this.#told.length) {
      const longer = new Int32Array(2 * place)
      longer.set(this.#told)
      this.#told = longer
    }
    this.#told[place] = told
    this.#more.push(more)
  }

  /** Drops the first. */
  drop(): void {
    if (this.#told[this.#head] === whole) this.#wholes--
    this.#more[this.#head] = undefined
    this.#head++
    this.#giveBack()
  }

  /** Gives memory back in strides as long as what is kept, so that a push costs constant time. */
  #giveBack(): void {
    if (this.#head <= this.length + 1_024) return
    this.#told = this.#told.slice(this.#head)
    this.#more = this.#more.slice(this.#head)
    this.#first += this.#head
    this.#head = 0
    const gone = this.#instantsFrom.findLastIndex((from) => from <= this.#first)
    this.#instants.splice(0, gone)
    this.#instantsFrom.splice(0, gone)
  }
}

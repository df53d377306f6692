import { type BriefFact, type BriefSource, factOf } from '../../events/brief-fact.ts'
import { type Fact, isRunFact, type RunFact } from '../../events/facts.ts'
import { ReusedList } from '../../containers/reused-list.ts'

/** Something to do with its subject; where that is a task, for one attempt of it. */
export type Effect<Subject> = (subject: Subject, attempt: number) => void

/** The facts and effects of a run that gather in one macrostep. */
export class Batch {
  readonly #facts = new ReusedList<Fact | BriefFact>()
  /** Of the brief facts, in their order: when and as which they were told, and what they say more. */
  readonly #seqs = new ReusedList<number>()
  readonly #instants = new ReusedList<number>()
  readonly #more = new ReusedList<unknown>()
  /** A function and its subject for each effect. Closures would cost one more object per task. */
  readonly #effects = new ReusedList<Effect<never>>()
  readonly #subjects = new ReusedList<unknown>()
  readonly #attempts = new ReusedList<number>()

  #runFacts = 0

  /** True when it has facts that must be written. */
  get hasRunFacts(): boolean {
    return this.#runFacts > 0
  }

  get hasEffects(): boolean {
    return this.#effects.length > 0
  }

  tell(fact: Fact): void {
    this.#facts.push(fact)
  }

  tellRunFact(fact: RunFact): void {
    this.#runFacts++
    this.#facts.push(fact)
  }

  tellBrief(told: BriefFact, seq: number, at: number, more: unknown): void {
    this.#runFacts++
    this.#facts.push(told)
    this.#seqs.push(seq)
    this.#instants.push(at)
    this.#more.push(more)
  }

  effect<Subject>(what: Effect<Subject>, subject: Subject, attempt: number): void {
    this.#effects.push(what)
    this.#subjects.push(subject)
    this.#attempts.push(attempt)
  }

  /** The facts that are to be written, in full. `of` is the run. A copy, which the caller may keep. */
  runFacts(of: BriefSource): readonly RunFact[] {
    let briefs = 0
    const facts = this.#facts.toArray().map((fact) => {
      if (typeof fact !== 'number') return fact
      const at = briefs++
      return factOf(of, fact, this.#seqs.at(at), this.#instants.at(at), this.#more.at(at))
    })
    return facts.filter(isRunFact)
  }

  /** Tells each fact, in order. */
  tellTo(log: {
    tell(fact: Fact): void
    tellBrief(told: BriefFact, seq: number, at: number, more: unknown): void
  }): void {
    let briefs = 0
    for (let index = 0; index < this.#facts.length; index++) {
      const fact = this.#facts.at(index)
      if (typeof fact !== 'number') {
        log.tell(fact)
        continue
      }
      const at = briefs++
      log.tellBrief(fact, this.#seqs.at(at), this.#instants.at(at), this.#more.at(at))
    }
  }

  /** Carries out each effect, in order. */
  carryOut(): void {
    for (let index = 0; index < this.#effects.length; index++) {
      const what = this.#effects.at(index)
      what(this.#subjects.at(index) as never, this.#attempts.at(index))
    }
  }

  clear(): void {
    this.#runFacts = 0
    this.#facts.clear()
    this.#seqs.clear()
    this.#instants.clear()
    this.#more.clear()
    this.#effects.clear()
    this.#subjects.clear()
    this.#attempts.clear()
  }
}

/** More empty batches than this are given up. */
const mostSpare = 64

/**
 * The batches of all runs of a runtime. Each is used again for other steps and runs, since there are many and most hold
 * only a few facts: a run without changes has none.
 */
export class Batches {
  readonly #spare: Batch[] = []

  take(): Batch {
    return this.#spare.pop() ?? new Batch()
  }

  giveBack(batch: Batch): void {
    batch.clear()
    if (this.#spare.length < mostSpare) this.#spare.push(batch)
  }
}

import { type Fact, isRunFact, type RunFact } from '../../events/facts.ts'
import { ReusedList } from '../../scheduling/reused-list.ts'

/** Something to do with its subject; where that is a task, for one attempt of it. */
export type Effect<Subject> = (subject: Subject, attempt: number) => void

/**
 * The facts and effects of one macrostep. It is used again for later ones, since there are many and most hold only a
 * few.
 */
export class Batch {
  readonly #facts = new ReusedList<Fact>()
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

  effect<Subject>(what: Effect<Subject>, subject: Subject, attempt: number): void {
    this.#effects.push(what)
    this.#subjects.push(subject)
    this.#attempts.push(attempt)
  }

  /** A copy, which the caller may keep. */
  runFacts(): readonly RunFact[] {
    return this.#facts.toArray().filter(isRunFact)
  }

  /** Tells each fact, in order. */
  tellTo(log: { tell(fact: Fact): void }): void {
    for (let index = 0; index < this.#facts.length; index++) log.tell(this.#facts.at(index))
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
    this.#effects.clear()
    this.#subjects.clear()
    this.#attempts.clear()
  }
}

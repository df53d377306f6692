import { type Fact, isRunFact, type RunFact } from '../events/facts.ts'

type Effect = (subject: never) => void

/** Above this many, the room that facts have taken is given back. */
const mostKept = 1_024

/** The facts and effects of one macrostep. It is used again for a later one: most hold a handful, and there are many. */
export class Gathered {
  #facts: Fact[] = []
  #facted = 0
  /** What to do, and with what, by turns: a closure for each would be one more object a task. */
  #effects: unknown[] = []
  #effected = 0

  tell(fact: Fact): void {
    this.#facts[this.#facted++] = fact
  }

  effect<Subject>(what: (subject: Subject) => void, subject: Subject): void {
    this.#effects[this.#effected++] = what
    this.#effects[this.#effected++] = subject
  }

  /** A copy: it is kept by whom it is given to. */
  runFacts(): readonly RunFact[] {
    return this.#facts.slice(0, this.#facted).filter(isRunFact)
  }

  /** Tells each fact, in order. */
  tellEach(tell: { tell(fact: Fact): void }): void {
    for (let index = 0; index < this.#facted; index++) tell.tell(this.#facts[index]!)
  }

  /** Carries out each effect, in order. */
  carryOut(): void {
    for (let index = 0; index < this.#effected; index += 2) {
      const what = this.#effects[index] as Effect
      what(this.#effects[index + 1] as never)
    }
  }

  /** Holds nothing any more. */
  clear(): void {
    this.#facts = cleared(this.#facts, this.#facted)
    this.#effects = cleared(this.#effects, this.#effected)
    this.#facted = 0
    this.#effected = 0
  }
}

function cleared<T>(items: T[], length: number): T[] {
  if (length > mostKept) return []
  for (let index = 0; index < length; index++) items[index] = undefined as T
  return items
}

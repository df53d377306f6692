import { asError } from '../../errors/foreign-value.ts'
import type { RunFact } from '../../events/facts.ts'
import type { AppendGroup, Journal, Store } from '../../ports/store.ts'
import { Batch, type Effect } from './batch.ts'
import type { Macrostep } from './macrostep.ts'

/** Something whose facts go into a journal: the outbox of a run. */
export interface Journalled {
  readonly journal: Journal
  /** True while it waits to be written. Kept here, so that asking twice costs nothing. */
  isWaiting: boolean
  /** Hands over the facts gathered so far, which are written next. */
  takeFacts(): readonly RunFact[]
  /** The facts that were handed over are safe: they may be told, and their effects carried out. */
  written(): void
  /** The facts that were handed over were refused. */
  refused(cause: unknown): void
}

/** The batches here hold effects alone. */

/**
 * Writes the facts of all runs. Those of one macrostep are one append, with a group for each run. Only one append is
 * under way at a time, and the facts of later steps gather behind it, so that a refused append cannot leave a hole in a
 * journal.
 */
export class JournalWriter {
  readonly #store: Store
  readonly #macrostep: Macrostep
  #waiting: Journalled[] = []
  #isUnderWay = false
  /** What waits for no store. */
  #urgent = new Batch()

  constructor(store: Store, macrostep: Macrostep) {
    this.#store = store
    this.#macrostep = macrostep
  }

  /** Includes what the outbox has gathered in the next append. */
  want(journalled: Journalled): void {
    if (journalled.isWaiting) return
    journalled.isWaiting = true
    this.#waiting.push(journalled)
  }

  /** Has an effect carried out at the end of this step, after the facts of which a store says at once that they are safe. */
  urge<Subject>(what: Effect<Subject>, subject: Subject, attempt: number): void {
    this.#urgent.effect(what, subject, attempt)
  }

  /**
   * Appends what waits, unless an append is under way, and carries out what is urgent. Call it at the end of each round of
   * a macrostep.
   */
  flush(): void {
    if (!this.#isUnderWay && this.#waiting.length > 0) this.#appendWaiting()
    const urgent = this.#urgent
    if (!urgent.hasEffects) return
    this.#urgent = new Batch()
    urgent.carryOut()
  }

  #appendWaiting(): void {
    const writing = this.#waiting
    this.#waiting = []
    const groups: AppendGroup[] = []
    const askedOf: Journalled[] = []
    for (const journalled of writing) {
      journalled.isWaiting = false
      const facts = journalled.takeFacts()
      if (facts.length === 0) {
        journalled.written()
        continue
      }
      groups.push({ journal: journalled.journal, facts })
      askedOf.push(journalled)
    }
    if (groups.length > 0) this.#append(groups, askedOf)
  }

  #append(groups: readonly AppendGroup[], askedOf: readonly Journalled[]): void {
    let answer: ReturnType<Store['append']>
    try {
      answer = this.#store.append(groups)
    } catch (thrown) {
      for (const journalled of askedOf) journalled.refused(thrown)
      return
    }
    if (answer === undefined) {
      for (const journalled of askedOf) journalled.written()
      return
    }
    this.#isUnderWay = true
    void this.#settle(answer, askedOf)
  }

  async #settle(
    answer: Promise<readonly (undefined | Error)[]>,
    askedOf: readonly Journalled[],
  ): Promise<void> {
    let refusals: readonly unknown[]
    try {
      refusals = answersFor(askedOf.length, await answer)
    } catch (thrown) {
      // Not what was thrown, which may be nothing at all.
      const refusal = errorOf(thrown)
      refusals = askedOf.map(() => refusal)
    }
    this.#isUnderWay = false
    // Facts that follow from this, or have gathered meanwhile, are written at the end of this step.
    this.#macrostep.run(() => {
      for (const [index, journalled] of askedOf.entries()) {
        const refusal = refusals[index]
        if (refusal === undefined) journalled.written()
        else journalled.refused(refusal)
      }
    })
  }
}

/** A store whose answer says nothing of a group has not said that it is safe. */
function answersFor(groups: number, answers: unknown): readonly unknown[] {
  if (Array.isArray(answers) && answers.length === groups) return answers
  const said = Array.isArray(answers) ? `${answers.length} answers` : String(answers)
  throw new Error(`it answered an append of ${groups} groups with ${said}`)
}

function errorOf(thrown: unknown): Error {
  return asError(thrown)
}

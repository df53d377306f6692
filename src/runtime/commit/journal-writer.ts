import type { RunFact } from '../../events/facts.ts'
import type { AppendGroup, Journal, Store } from '../../ports/store.ts'
import type { Macrostep } from './macrostep.ts'

/** One whose facts go into a journal: the outbox of a run. */
export interface Journalled {
  readonly journal: Journal
  /** True while it waits for its turn to be written. Kept here, so that asking twice costs nothing. */
  isWaiting: boolean
  /** Takes what has gathered so far: these facts are written next. */
  takeFacts(): readonly RunFact[]
  /** The facts taken are safe: they may be told, and their effects carried out. */
  written(): void
  /** The facts taken are not safe, and never will be. */
  refused(cause: unknown): void
}

/**
 * Writes the facts of all runs: those of one macrostep are one append, a group for each run. One append is under way at a
 * time, and what later steps bring gathers behind it; so a rejected append can leave no hole in a journal.
 */
export class JournalWriter {
  readonly #store: Store
  readonly #macrostep: Macrostep
  #waiting: Journalled[] = []
  #isUnderWay = false

  constructor(store: Store, macrostep: Macrostep) {
    this.#store = store
    this.#macrostep = macrostep
  }

  /** Has what the outbox gathered written with the next append. */
  want(journalled: Journalled): void {
    if (journalled.isWaiting) return
    journalled.isWaiting = true
    this.#waiting.push(journalled)
  }

  /** Appends what waits, unless an append is under way. To be called at the end of each round of a macrostep. */
  flush(): void {
    if (this.#isUnderWay || this.#waiting.length === 0) return
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
    let refusals: readonly (undefined | Error)[]
    try {
      refusals = await answer
    } catch (thrown) {
      refusals = askedOf.map(() => errorOf(thrown))
    }
    this.#isUnderWay = false
    // What this brings about, and what has gathered meanwhile, is written at the end of this step.
    this.#macrostep.run(() => {
      for (const [index, journalled] of askedOf.entries()) {
        const refusal = refusals[index]
        if (refusal === undefined) journalled.written()
        else journalled.refused(refusal)
      }
    })
  }
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}

import { asError } from '../../errors/foreign-value.ts'
import type { RunFact } from '../../events/facts.ts'
import type { AppendGroup, Journal, Store } from '../../ports/store.ts'
import { type Clock, longestTimerMs, type TimerId } from '../../time/clock.ts'
import { showMs } from '../../time/show-ms.ts'
import { Batch, type Effect } from './batch.ts'
import type { Macrostep } from './macrostep.ts'

/** Something whose facts go into a journal: the outbox of a run. */
export interface Journalled {
  readonly journal: Journal
  /** The `seq` of the first and the last fact that are not known to be safe. */
  readonly unsafe: readonly [from: number, to: number]
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
  readonly #clock: Clock
  #waiting: Journalled[] = []
  /** Those whose append the store has not answered, and since when it has had that: the instant. */
  #underWay: { readonly askedOf: readonly Journalled[]; readonly since: number } | undefined
  #limitMs = Number.POSITIVE_INFINITY
  #limitTimer: TimerId
  /** True once the store took longer than the limit. It is asked no more. */
  #isGivenUp = false
  /** The facts that a store that was given up may not have written. */
  readonly unwritten: { readonly runId: string; readonly from: number; readonly to: number }[] = []
  /** What waits for no store. */
  #urgent = new Batch()

  constructor(store: Store, macrostep: Macrostep, clock: Clock) {
    this.#store = store
    this.#macrostep = macrostep
    this.#clock = clock
  }

  /** Since when the store has owed an answer, in epoch milliseconds; undefined while it owes none. */
  get awaitedSince(): number | undefined {
    return this.#underWay?.since
  }

  /** From now on a store that takes longer than this to answer counts as failed. */
  limit(ms: number): void {
    this.#limitMs = ms
    if (this.#underWay !== undefined) this.#armLimit()
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
    if (this.#isGivenUp) this.#refuse(this.#takeWaiting())
    else if (this.#underWay === undefined && this.#waiting.length > 0) this.#appendWaiting()
    const urgent = this.#urgent
    if (!urgent.hasEffects) return
    this.#urgent = new Batch()
    urgent.carryOut()
  }

  #appendWaiting(): void {
    const groups: AppendGroup[] = []
    const askedOf: Journalled[] = []
    for (const journalled of this.#takeWaiting()) {
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

  #takeWaiting(): readonly Journalled[] {
    const waiting = this.#waiting
    this.#waiting = []
    for (const journalled of waiting) journalled.isWaiting = false
    return waiting
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
    this.#underWay = { askedOf, since: this.#macrostep.at }
    if (this.#limitMs !== Number.POSITIVE_INFINITY) this.#armLimit()
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
    // It was given up, and answers all the same.
    if (this.#underWay?.askedOf !== askedOf) return
    this.#answered()
    // Facts that follow from this, or have gathered meanwhile, are written at the end of this step.
    this.#macrostep.run(() => {
      for (const [index, journalled] of askedOf.entries()) {
        const refusal = refusals[index]
        if (refusal === undefined) journalled.written()
        else journalled.refused(refusal)
      }
    })
  }

  #armLimit(): void {
    this.#clock.clearTimeout(this.#limitTimer)
    this.#limitTimer =
      this.#limitMs === Number.POSITIVE_INFINITY
        ? undefined
        : this.#clock.setTimeout(() => this.#giveUp(), Math.min(this.#limitMs, longestTimerMs))
  }

  #answered(): void {
    this.#underWay = undefined
    if (this.#limitTimer === undefined) return
    this.#clock.clearTimeout(this.#limitTimer)
    this.#limitTimer = undefined
  }

  #giveUp(): void {
    const { askedOf } = this.#underWay!
    this.#isGivenUp = true
    this.#answered()
    this.#macrostep.run(() => this.#refuse(new Set([...askedOf, ...this.#takeWaiting()])))
  }

  #refuse(all: Iterable<Journalled>): void {
    for (const journalled of all) {
      const [from, to] = journalled.unsafe
      if (from <= to) this.unwritten.push({ runId: journalled.journal.runId, from, to })
      journalled.refused(new Error(`it has not answered for ${showMs(this.#limitMs)}`))
    }
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

import type { FactLog } from '../events/fact-log.ts'
import { type Fact, isRunFact, type NewPassingFact, type NewRunFact, type RunFact } from '../events/facts.ts'
import type { Store } from '../ports/store.ts'
import type { Macrostep } from './macrostep.ts'

export interface OutboxOptions {
  readonly runId: string
  readonly store: Store
  readonly log: FactLog
  readonly macrostep: Macrostep
  /** Has `commit` called at the end of the macrostep. */
  readonly touch: () => void
  readonly now: () => number
  /** Called once, in a macrostep of its own, when the store has failed. */
  readonly storeFailed: (cause: unknown) => void
}

/**
 * Facts first, effects after: what a run tells and does gathers here through a macrostep. At its end the facts go to
 * the store; once they are safe, observers see them and the effects are released, in order.
 */
export class Outbox {
  readonly #options: OutboxOptions
  #facts: Fact[] = []
  #effects: (() => void)[] = []
  #seq = 0
  /** The appends under way: what comes after them waits for them. */
  #underWay: Promise<void> | undefined
  #isCut = false

  constructor(options: OutboxOptions) {
    this.#options = options
  }

  /** The `seq` of the latest fact, committed or not. */
  get seq(): number {
    return this.#seq
  }

  /** True once the store has failed: facts are dropped, effects released at once. */
  get isCut(): boolean {
    return this.#isCut
  }

  /** Numbers and dates a fact; returns its `seq`. */
  tell(fact: NewRunFact): number {
    const { runId, now, touch } = this.#options
    this.#facts.push({ seq: ++this.#seq, at: now(), runId, ...fact } as RunFact)
    touch()
    return this.#seq
  }

  pass(fact: NewPassingFact): void {
    const { runId, now, touch } = this.#options
    this.#facts.push({ afterSeq: this.#seq, at: now(), runId, ...fact } as Fact)
    touch()
  }

  /** Something to do once the facts told so far are safe. */
  effect(effect: () => void): void {
    this.#effects.push(effect)
    this.#options.touch()
  }

  commit(): void {
    const facts = this.#facts
    const effects = this.#effects
    this.#facts = []
    this.#effects = []
    if (this.#isCut) {
      this.#release([], effects)
      return
    }
    let appended: void | Promise<void> = undefined
    try {
      const runFacts = facts.filter(isRunFact)
      if (runFacts.length > 0) appended = this.#options.store.append(this.#options.runId, runFacts)
    } catch (thrown) {
      this.#cut(thrown)
      return
    }
    if (appended === undefined && this.#underWay === undefined) this.#release(facts, effects)
    else this.#releaseLater(appended, facts, effects)
  }

  /** Tells facts past the store, as the last of a run whose store has failed. */
  close(facts: readonly NewRunFact[]): void {
    const { log, runId, now } = this.#options
    for (const fact of facts) log.tell({ seq: log.lastSeq + 1, at: now(), runId, ...fact } as RunFact)
    this.#seq = log.lastSeq
  }

  #releaseLater(
    appended: void | Promise<void>,
    facts: readonly Fact[],
    effects: readonly (() => void)[],
  ): void {
    const { macrostep } = this.#options
    const before = this.#underWay ?? Promise.resolve()
    // Held by both, so that a rejection that comes while an earlier append is awaited is not taken for unhandled.
    const settle = async (): Promise<void> => {
      const safe = Promise.all([before, appended])
      try {
        await safe
        if (!this.#isCut) macrostep.run(() => this.#release(facts, effects))
      } catch (thrown) {
        macrostep.run(() => this.#cut(thrown))
      } finally {
        if (this.#underWay === mine) this.#underWay = undefined
      }
    }
    const mine = settle()
    this.#underWay = mine
  }

  #release(facts: readonly Fact[], effects: readonly (() => void)[]): void {
    for (const fact of facts) this.#options.log.tell(fact)
    for (const effect of effects) effect()
  }

  #cut(thrown: unknown): void {
    if (this.#isCut) return
    this.#isCut = true
    this.#facts = []
    this.#effects = []
    this.#options.storeFailed(thrown)
  }
}

import type { FactLog } from '../../events/fact-log.ts'
import type { Fact, NewPassingFact, NewRunFact, RunFact } from '../../events/facts.ts'
import type { Store } from '../../ports/store.ts'
import { Batch } from './batch.ts'
import type { Committer, Macrostep } from './macrostep.ts'

export interface OutboxOptions {
  readonly runId: string
  /** Undefined where nothing is kept beyond the process. */
  readonly store: Store | undefined
  readonly log: FactLog
  readonly macrostep: Macrostep
  /** Its `commit` is called at the end of the macrostep. */
  readonly committer: Committer
  /** Called once, in a macrostep of its own, when the store has failed. */
  readonly storeFailed: (cause: unknown) => void
}

/**
 * Facts first, effects after: what a run tells and does gathers here through a macrostep. At its end the facts go to
 * the store; once they are safe, observers see them and the effects are released, in order.
 */
export class Outbox {
  readonly #options: OutboxOptions
  readonly #runId: string
  readonly #macrostep: Macrostep
  #batch = new Batch()
  /** Empty; taken in turns with the other one. */
  #spare = new Batch()
  #seq = 0
  /** The appends under way: what comes after them waits for them. */
  #underWay: Promise<void> | undefined
  /** True once the store has failed: facts are dropped, effects released at once. */
  #isCut = false

  constructor(options: OutboxOptions) {
    this.#options = options
    this.#runId = options.runId
    this.#macrostep = options.macrostep
  }

  /** The `seq` of the latest fact, committed or not. */
  get seq(): number {
    return this.#seq
  }

  /** Numbers and dates a fact; returns its `seq`. */
  tell(fact: NewRunFact): number {
    const envelope = { seq: this.#seq + 1, at: this.#macrostep.at, runId: this.#runId }
    return this.put({ ...envelope, ...fact } as RunFact)
  }

  /** `tell`, for a fact that has `seq + 1`, the instant of the macrostep and the run's id already: nothing is copied. */
  put(fact: RunFact): number {
    this.#batch.tell(fact)
    this.#touch()
    return ++this.#seq
  }

  pass(fact: NewPassingFact): void {
    const envelope = { afterSeq: this.#seq, at: this.#macrostep.at, runId: this.#runId }
    this.#batch.tell({ ...envelope, ...fact } as Fact)
    this.#touch()
  }

  /** Something to do with the subject once the facts told so far are safe. */
  effect<Subject>(what: (subject: Subject) => void, subject: Subject): void {
    this.#batch.effect(what, subject)
    this.#touch()
  }

  commit(): void {
    const batch = this.#batch
    this.#batch = this.#spare
    if (this.#isCut) {
      batch.carryOut()
      this.#reuse(batch)
      return
    }
    let appended: void | Promise<void> = undefined
    if (this.#options.store !== undefined) {
      try {
        const facts = batch.runFacts()
        if (facts.length > 0) appended = this.#options.store.append(this.#runId, facts)
      } catch (thrown) {
        this.#cut(thrown)
        return
      }
    }
    if (appended === undefined && this.#underWay === undefined) {
      this.#release(batch)
      this.#reuse(batch)
    } else {
      this.#spare = new Batch()
      this.#releaseLater(appended, batch)
    }
  }

  /** Tells facts past the store, as the last of a run whose store has failed. */
  close(facts: readonly NewRunFact[]): void {
    const { log } = this.#options
    for (const fact of facts) {
      log.tell({ seq: log.lastSeq + 1, at: this.#macrostep.at, runId: this.#runId, ...fact } as RunFact)
    }
    this.#seq = log.lastSeq
  }

  #touch(): void {
    this.#macrostep.touch(this.#options.committer)
  }

  #reuse(batch: Batch): void {
    batch.clear()
    this.#spare = batch
  }

  #releaseLater(appended: void | Promise<void>, batch: Batch): void {
    const before = this.#underWay ?? Promise.resolve()
    // Held by both, so that a rejection that comes while an earlier append is awaited is not taken for unhandled.
    const settle = async (): Promise<void> => {
      const safe = Promise.all([before, appended])
      try {
        await safe
        if (!this.#isCut) this.#macrostep.run(() => this.#release(batch))
      } catch (thrown) {
        this.#macrostep.run(() => this.#cut(thrown))
      } finally {
        if (this.#underWay === mine) this.#underWay = undefined
      }
    }
    const mine = settle()
    this.#underWay = mine
  }

  #release(batch: Batch): void {
    batch.tellTo(this.#options.log)
    batch.carryOut()
  }

  #cut(thrown: unknown): void {
    if (this.#isCut) return
    this.#isCut = true
    this.#batch = new Batch()
    this.#spare = new Batch()
    this.#options.storeFailed(thrown)
  }
}

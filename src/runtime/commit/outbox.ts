import type { BriefFact, BriefSource } from '../../events/brief-fact.ts'
import type { FactLog } from '../../events/fact-log.ts'
import type { Fact, NewPassingFact, NewRunFact, RunFact } from '../../events/facts.ts'
import type { PlannedTask } from '../../graph/plan.ts'
import type { Journal } from '../../ports/store.ts'
import type { Batch, Batches, Effect } from './batch.ts'
import type { Journalled, JournalWriter } from './journal-writer.ts'
import type { Committer, Macrostep } from './macrostep.ts'

export interface OutboxOptions {
  readonly runId: string
  /** The tasks that brief facts are about. */
  readonly tasks: readonly PlannedTask[]
  /**
   * The journal that facts are written to before anything follows from them. Undefined for a runtime without a store.
   */
  readonly journal: Journal | undefined
  readonly writer: JournalWriter | undefined
  readonly log: FactLog
  readonly macrostep: Macrostep
  readonly batches: Batches
  /** The one that is to commit at the end of the macrostep. */
  readonly committer: Committer
  /** Called once, in a macrostep, when the store has refused facts. */
  readonly storeFailed: (cause: unknown) => void
}

/**
 * Facts first, effects after. What a run tells and does in a macrostep gathers here. At the end of the step the facts
 * go to the store; once they are safe, observers see them, and the effects are released in order.
 */
export class Outbox implements Journalled {
  readonly journal: Journal
  isWaiting = false
  /** What takes out of facts what they must not say. */
  kept: { told<F extends Fact>(fact: F): F } | undefined
  readonly #options: OutboxOptions
  readonly #runId: string
  readonly #source: BriefSource
  readonly #macrostep: Macrostep
  readonly #writer: JournalWriter | undefined
  readonly #committer: Committer
  readonly #batches: Batches
  /** What gathers in this step; undefined where nothing has. */
  #gathering: Batch | undefined
  /** The batch that is being written. */
  #underWay: Batch | undefined
  #seq: number
  /** True once the store has refused facts, or the run is broken. From then on facts are dropped, and effects are released at once. */
  #isCut = false

  constructor(options: OutboxOptions) {
    this.#options = options
    this.#runId = options.runId
    this.#source = { runId: options.runId, tasks: options.tasks }
    this.#committer = options.committer
    this.#batches = options.batches
    this.#macrostep = options.macrostep
    this.#writer = options.writer
    this.journal = options.journal ?? { runId: options.runId, lastSeq: 0 }
    this.#seq = this.journal.lastSeq
  }

  /** The `seq` of the latest fact, committed or not. */
  get seq(): number {
    return this.#seq
  }

  get unsafe(): readonly [from: number, to: number] {
    return [this.#options.log.lastSeq + 1, this.#seq]
  }

  /** Since when something of it waits for the store to answer, in epoch milliseconds; undefined where nothing does. */
  get awaitsStoreSince(): number | undefined {
    const waits = this.#underWay !== undefined || this.isWaiting
    return waits ? this.#writer?.awaitedSince : undefined
  }

  /** Tells a fact: numbers and dates it, and returns its `seq`. */
  tell(fact: NewRunFact): number {
    return this.put({ seq: this.#seq + 1, at: this.#macrostep.at, runId: this.#runId, ...fact } as RunFact)
  }

  /** Tells a fact that has its `seq` (the next one), its instant and its run id already, so that nothing is copied. */
  put(fact: RunFact): number {
    this.#batch().tellRunFact(this.kept?.told(fact) ?? fact)
    this.#touch()
    return ++this.#seq
  }

  /** Tells a fact of a first attempt in one number; see `BriefFact`. */
  putBrief(told: BriefFact, more: unknown): number {
    const seq = ++this.#seq
    this.#gathering ??= this.#batches.take()
    this.#gathering.tellBrief(told, seq, this.#macrostep.at, more)
    if (!this.#committer.isTouched) this.#touch()
    return seq
  }

  /** Tells a passing fact. It is shown after the facts told so far, and never written. */
  pass(fact: NewPassingFact): void {
    const passing = { afterSeq: this.#seq, at: this.#macrostep.at, runId: this.#runId, ...fact } as Fact
    this.#batch().tell(this.kept?.told(passing) ?? passing)
    this.#touch()
  }

  /** Calls `what` with the subject, and the attempt that it is about, once the facts told so far are safe. */
  effect<Subject>(what: Effect<Subject>, subject: Subject, attempt = 0): void {
    this.#batch().effect(what, subject, attempt)
    this.#touch()
  }

  /** `effect`, but where the store takes its time, it does not wait: at the end of this step. */
  urgentEffect<Subject>(what: Effect<Subject>, subject: Subject, attempt: number): void {
    if (this.#writer === undefined || this.#isCut) this.effect(what, subject, attempt)
    else this.#writer.urge(what, subject, attempt)
  }

  /**
   * The end of a macrostep: what has gathered goes to the writer if it has facts that must be safe first, and is
   * released otherwise.
   */
  commit(): void {
    const writer = this.#writer
    const isSafe = writer === undefined || this.#isCut
    const waits = this.#underWay !== undefined || this.isWaiting || this.#gathering?.hasRunFacts === true
    if (isSafe || !waits) this.#release(this.#take())
    else writer.want(this)
  }

  takeFacts(): readonly RunFact[] {
    this.#underWay = this.#take()
    return this.#isCut ? [] : (this.#underWay?.runFacts(this.#source) ?? [])
  }

  written(): void {
    const batch = this.#underWay
    this.#underWay = undefined
    this.#release(batch)
  }

  refused(cause: unknown): void {
    this.#underWay = undefined
    if (this.#isCut) return
    this.cut()
    this.#options.storeFailed(cause)
  }

  /** What has gathered is dropped, and so are all later facts. */
  cut(): void {
    this.#isCut = true
    this.#gathering = undefined
  }

  /** Tells the last facts of a run whose store has failed, or that is broken, without the store. */
  close(facts: readonly NewRunFact[]): void {
    const { log } = this.#options
    for (const fact of facts) {
      const told = { seq: log.lastSeq + 1, at: this.#macrostep.at, runId: this.#runId, ...fact } as RunFact
      log.tell(this.kept?.told(told) ?? told)
    }
    this.#seq = log.lastSeq
  }

  #touch(): void {
    this.#macrostep.touch(this.#committer)
  }

  #batch(): Batch {
    this.#gathering ??= this.#batches.take()
    return this.#gathering
  }

  #take(): Batch | undefined {
    const batch = this.#gathering
    this.#gathering = undefined
    return batch
  }

  #release(batch: Batch | undefined): void {
    if (batch === undefined) return
    if (!this.#isCut) batch.tellTo(this.#options.log)
    batch.carryOut()
    this.#batches.giveBack(batch)
  }
}

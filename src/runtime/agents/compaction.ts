import { dayOf } from '../../agents/account.ts'
import { readAgentFacts, sumUp } from '../../agents/summing.ts'
import { agentsJournal, type JournalledAgentFact } from '../../events/agent-facts.ts'
import type { RunFact } from '../../events/facts.ts'
import type { Journal, Store } from '../../ports/store.ts'
import type { AgentLog } from './agent-log.ts'

/**
 * Keeps the journal of the facts about agents short: when it is opened, and when a day begins, one fact sums up all from
 * before yesterday, and once that is safe they are dropped. Whatever dies in between, a sum and the facts that it sums up
 * say the same as the sum alone.
 */
export class Compaction {
  readonly #store: Store
  readonly #journal: Journal
  #day = Number.POSITIVE_INFINITY
  #over: Promise<void> = Promise.resolve()

  constructor(store: Store, journal: Journal) {
    this.#store = store
    this.#journal = journal
  }

  /**
   * Sums up what the journal has, before anything else is written to it. Resolves with the number of its last fact. Rejects
   * with what the store says where it does not take the sum.
   */
  async opened(journalled: readonly JournalledAgentFact[], at: number): Promise<number> {
    const { lastSeq } = this.#journal
    if (this.#store.trim === undefined) return lastSeq
    this.#day = dayOf(at)
    const read = readAgentFacts(journalled)
    const summed = sumUp(read, at)
    if (summed === undefined) {
      // Whoever has summed it up may have come no further.
      const [first] = journalled
      if (first !== undefined && first.seq <= read.upTo) this.#trim(read.upTo)
      return lastSeq
    }
    const seq = lastSeq + 1
    const fact = { seq, at, ...summed } as unknown as RunFact
    const [refusal] = (await this.#store.append([{ journal: this.#journal, facts: [fact] }])) ?? []
    if (refusal !== undefined) throw refusal
    this.#trim(summed.upTo)
    return seq
  }

  /** Does nothing on a day that has been seen. */
  catchUp(at: number, log: AgentLog): void {
    const day = dayOf(at)
    if (day <= this.#day) return
    this.#day = day
    this.#over = this.#over.then(() => this.#sumUp(log, at)).catch(() => undefined)
  }

  /** Resolves when nothing is under way. */
  over(): Promise<void> {
    return this.#over
  }

  async #sumUp(log: AgentLog, at: number): Promise<void> {
    const journalled = (await this.#store.read(agentsJournal)) as unknown as readonly JournalledAgentFact[]
    const summed = sumUp(readAgentFacts(journalled), at)
    if (summed !== undefined && (await log.sum(summed))) this.#trim(summed.upTo)
  }

  /** What fails is tried again when the next day begins: a journal that is too long does no harm. */
  #trim(upTo: number): void {
    const trim = async (): Promise<void> => this.#store.trim!(this.#journal, upTo)
    this.#over = this.#over.then(trim).catch(() => undefined)
  }
}

import { type Fact, isRunFact, type RunFact } from '../../events/facts.ts'
import type { ClientConnection } from './client-connection.ts'

/** So many facts are read of a journal at once. */
const mostAtOnce = 500
/** So many are held while the journal is read. */
const mostHeld = 1_000

export interface FactFeedOptions {
  readonly client: ClientConnection
  /** The watch that they are told for. */
  readonly watch: number
  readonly jobId: string
  /** The `seq` of the first one. */
  readonly from: number
  readonly read: (from: number, limit: number) => Promise<readonly RunFact[]>
}

/**
 * Tells a client the facts of a job in order, each once: those that are there, from the journal, and then those that
 * come. A client that falls behind waits for nothing here: what it has missed is read of the journal when it is ready.
 */
export class FactFeed {
  readonly #options: FactFeedOptions
  #next: number
  #held: RunFact[] = []
  #hasMissed = false
  #isReading = false
  #isOver = false
  #isStopped = false

  constructor(options: FactFeedOptions) {
    this.#options = options
    this.#next = Math.max(1, options.from)
    void this.#catchUp()
  }

  see(fact: Fact): void {
    const { client, watch, jobId } = this.#options
    if (!isRunFact(fact)) {
      if (!this.#isReading) client.tell(watch, jobId, fact)
      return
    }
    if (fact.seq < this.#next) return
    if (!this.#isReading && fact.seq === this.#next && client.isReady) {
      this.#tell(fact)
      return
    }
    if (this.#held.length < mostHeld) this.#held.push(fact)
    else this.#hasMissed = true
    void this.#catchUp()
  }

  /** The job has ended: nothing more comes. */
  over(): void {
    this.#isOver = true
    void this.#catchUp()
  }

  stop(): void {
    this.#isStopped = true
  }

  async #catchUp(): Promise<void> {
    if (this.#isReading) return
    this.#isReading = true
    const { client, watch, read } = this.#options
    try {
      do {
        this.#hasMissed = false
        for (let isMore = true; isMore; ) {
          await client.drained()
          const facts = await read(this.#next, mostAtOnce)
          if (this.#isStopped) return
          for (const fact of facts) this.#tell(fact)
          isMore = facts.length > 0
        }
        // Of a run whose store has failed, the last facts are in no journal.
        for (const fact of this.#held.splice(0)) if (fact.seq === this.#next) this.#tell(fact)
      } while (this.#hasMissed)
    } catch (thrown) {
      client.fail(watch, thrown)
      return
    } finally {
      this.#isReading = false
    }
    if (this.#isOver) client.end(watch)
  }

  #tell(fact: RunFact): void {
    const { client, watch, jobId } = this.#options
    client.tell(watch, jobId, fact)
    this.#next = fact.seq + 1
  }
}

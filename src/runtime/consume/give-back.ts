import { thrownText } from '../../errors/foreign-value.ts'
import type { Backoff } from '../../graph/plan.ts'
import { backoffMs } from '../../scheduling/backoff.ts'
import type { Clock } from '../../time/clock.ts'
import type { ItemOutcome } from './outcome-of-item.ts'
import { Pause } from './pause.ts'
import type { ReadSource } from './source.ts'
import type { NewSourceFact } from './source-facts.ts'

export interface GiveBackOptions {
  readonly settle: ReadSource['settle']
  readonly backoff: Backoff
  readonly tries: number
  readonly clock: Clock
  readonly tell: (fact: NewSourceFact) => void
}

/** The longest that one call of `settle` may take. */
const answerWithinMs = 30_000

/** Tells a source what became of its items: once each, or again while it throws. */
export class GiveBack {
  readonly #options: GiveBackOptions
  readonly #waiting = new Set<Pause>()
  #isHurried = false

  constructor(options: GiveBackOptions) {
    this.#options = options
  }

  /** Resolves when the source knows, or is not told again. It never rejects. */
  async tell(itemId: string, item: unknown, outcome: ItemOutcome): Promise<void> {
    const { settle, backoff, tries, clock, tell } = this.#options
    for (let used = 1; ; used++) {
      const message = settle === undefined ? undefined : await this.#call(() => settle(item, outcome))
      if (message === undefined) {
        tell({ type: 'item.settled', itemId, status: outcome.status })
        return
      }
      const isLast = used >= tries || this.#isHurried
      const waitMs = backoffMs(backoff, used, `${itemId}/${used}`)
      const until = isLast ? {} : { until: clock.now() + waitMs }
      tell({ type: 'item.unsettled', itemId, tries: used, message, ...until })
      if (isLast) return
      await this.#pause(waitMs)
    }
  }

  /** Waits for nothing any more: whoever waits to be told again is told now, and no more after that. */
  hurry(): void {
    this.#isHurried = true
    for (const pause of this.#waiting) pause.end()
  }

  /** Why it failed, if it did. */
  async #call(settle: () => unknown): Promise<string | undefined> {
    const limit = new Pause(this.#options.clock)
    try {
      const answer = settle()
      if (typeof answer !== 'object' || answer === null || !('then' in answer)) return undefined
      const silence = limit.wait(answerWithinMs).then(() => 'settle did not answer within 30 s.')
      return await Promise.race([Promise.resolve(answer).then(() => undefined), silence])
    } catch (thrown) {
      return thrownText(thrown) || 'settle failed.'
    } finally {
      limit.end()
    }
  }

  async #pause(ms: number): Promise<void> {
    const pause = new Pause(this.#options.clock)
    this.#waiting.add(pause)
    await pause.wait(ms)
    this.#waiting.delete(pause)
  }
}

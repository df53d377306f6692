import type { NotifiedEvent } from '../../plan-file/notification.ts'
import type { Delivery, DeliveryOptions } from './delivery.ts'

export interface ChannelOptions extends DeliveryOptions {
  /** What it is called in warnings. */
  readonly name: string
  readonly on: readonly NotifiedEvent[]
  readonly send: (event: NotifiedEvent, json: string) => Promise<Delivery>
  readonly warn: (sentence: string) => void
}

const waitsMs: readonly number[] = [500, 1_000]
/** So many are under way at once. */
const mostAtOnce = 4
/** So many wait for their turn: who is that far behind hears of the rest from the run's end. */
const mostWaiting = 100

/** One way to tell somebody: tries three times, and warns once of what does not arrive. */
export class Channel {
  readonly on: readonly NotifiedEvent[]
  readonly #options: ChannelOptions
  readonly #waiting: (() => Promise<void>)[] = []
  readonly #emptied: (() => void)[] = []
  #underWay = 0
  #mayWarn = true

  constructor(options: ChannelOptions) {
    this.on = options.on
    this.#options = options
  }

  /** What is said last waits for no other. */
  tell(event: NotifiedEvent, json: string, isLast: boolean): void {
    const deliver = () => this.#deliver(event, json)
    if (isLast || this.#underWay < mostAtOnce) void this.#carryOut(deliver)
    else if (this.#waiting.length < mostWaiting) this.#waiting.push(deliver)
    else this.#warn('more than 100 notifications wait, and no more are kept')
  }

  /** Resolves when nothing is under way and nothing waits. */
  idle(): Promise<void> {
    if (this.#underWay === 0) return Promise.resolve()
    return new Promise((resolve) => this.#emptied.push(resolve))
  }

  /** No more warnings. */
  silence(): void {
    this.#mayWarn = false
  }

  async #carryOut(deliver: () => Promise<void>): Promise<void> {
    this.#underWay++
    await deliver()
    this.#underWay--
    if (this.#options.ending.aborted) this.#waiting.length = 0
    const next = this.#waiting.shift()
    if (next !== undefined) void this.#carryOut(next)
    if (this.#underWay === 0) for (const listener of this.#emptied.splice(0)) listener()
  }

  async #deliver(event: NotifiedEvent, json: string): Promise<void> {
    const { send, ending } = this.#options
    for (let tries = 0; !ending.aborted; tries++) {
      const failed = await send(event, json)
      if (failed === undefined) return
      const waitMs = waitsMs[tries]
      if (!failed.mayBeTriedAgain || waitMs === undefined || ending.aborted) {
        this.#warn(failed.reason)
        return
      }
      await this.#wait(waitMs)
      if (ending.aborted) this.#warn(failed.reason)
    }
  }

  #wait(ms: number): Promise<void> {
    const { clock, ending } = this.#options
    return new Promise((resolve) => {
      const over = (): void => {
        clock.clearTimeout(timer)
        ending.removeEventListener('abort', over)
        resolve()
      }
      const timer = clock.setTimeout(over, ms)
      ending.addEventListener('abort', over)
    })
  }

  #warn(reason: string): void {
    if (!this.#mayWarn) return
    this.#mayWarn = false
    this.#options.warn(`${this.#options.name} could not notify: ${reason}`)
  }
}

import type { Deadlines } from '../../scheduling/deadlines.ts'
import { type Clock, longestTimerMs, type TimerId } from '../../time/clock.ts'

/** A timer that fires later than this shows that the process was stopped, or its event loop blocked. */
const muchLateMs = 50

/** The longest time for which reports are heard then, before limits are judged. */
const longestSecondLookMs = 1_000

/**
 * The one timer for a set of deadlines. It is armed for the earliest of them, and armed again only when an earlier one
 * is set. When it fires much too late, reports from that time may be waiting: they are heard before limits are judged.
 */
export class Alarm {
  readonly #clock: Clock
  readonly #deadlines: Deadlines
  readonly #ring: (due: readonly number[]) => void
  #timer: TimerId
  #armedFor = Number.POSITIVE_INFINITY
  /** True while limits that have passed wait to be judged. */
  #isSecondLook = false

  /** `ring` gets the keys whose instants have come, the earliest first. */
  constructor(clock: Clock, deadlines: Deadlines, ring: (due: readonly number[]) => void) {
    this.#clock = clock
    this.#deadlines = deadlines
    this.#ring = ring
  }

  /** Call it when deadlines may have changed. */
  update(): void {
    const next = this.#deadlines.next()
    if (next === Number.POSITIVE_INFINITY) this.#clear()
    else if (next < this.#armedFor) this.#arm()
  }

  #arm(): void {
    this.#clear()
    // First, because reading the clock may show that it was set.
    const now = this.#clock.now()
    this.#armedFor = this.#deadlines.next()
    const waitMs = Math.min(Math.max(0, this.#armedFor - now), longestTimerMs)
    this.#timer = this.#clock.setTimeout(() => this.#fired(), waitMs)
  }

  #clear(): void {
    if (this.#armedFor === Number.POSITIVE_INFINITY) return
    this.#armedFor = Number.POSITIVE_INFINITY
    this.#isSecondLook = false
    this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** Rings no more. */
  stop(): void {
    this.#clear()
  }

  /** The clock was set. The timer, which goes by monotonic time, stays as it is. */
  shift(byMs: number): void {
    this.#armedFor += byMs
  }

  #fired(): void {
    const now = this.#clock.now()
    const lateMs = now - this.#armedFor
    if (lateMs > muchLateMs && !this.#isSecondLook) {
      this.#isSecondLook = true
      this.#timer = this.#clock.setTimeout(() => this.#fired(), Math.min(lateMs, longestSecondLookMs))
      return
    }
    this.#isSecondLook = false
    this.#armedFor = Number.POSITIVE_INFINITY
    this.#timer = undefined
    const due: number[] = []
    for (let key = this.#deadlines.takeDue(now); key !== -1; key = this.#deadlines.takeDue(now)) due.push(key)
    if (due.length > 0) this.#ring(due)
    this.update()
  }
}

import type { Deadlines } from '../../scheduling/deadlines.ts'
import { type Clock, longestTimerMs, type TimerId } from '../../time/clock.ts'

/**
 * The one timer for a set of deadlines. It is armed for the earliest of them, and armed again only when an earlier one
 * is set.
 */
export class Alarm {
  readonly #clock: Clock
  readonly #deadlines: Deadlines
  readonly #ring: (due: readonly number[]) => void
  #timer: TimerId
  #armedFor = Number.POSITIVE_INFINITY

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
    else if (next < this.#armedFor) {
      this.#clear()
      this.#armedFor = next
      const waitMs = Math.min(Math.max(0, next - this.#clock.now()), longestTimerMs)
      this.#timer = this.#clock.setTimeout(() => this.#fired(), waitMs)
    }
  }

  #clear(): void {
    if (this.#armedFor === Number.POSITIVE_INFINITY) return
    this.#armedFor = Number.POSITIVE_INFINITY
    this.#clock.clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #fired(): void {
    this.#armedFor = Number.POSITIVE_INFINITY
    this.#timer = undefined
    const now = this.#clock.now()
    const due: number[] = []
    for (let key = this.#deadlines.takeDue(now); key !== -1; key = this.#deadlines.takeDue(now)) due.push(key)
    if (due.length > 0) this.#ring(due)
    this.update()
  }
}

import TinyQueue from 'tinyqueue'
import type { Clock, TimerId } from './clock.ts'

interface Timer {
  readonly at: number
  readonly order: number
  ring: (() => void) | undefined
}

/**
 * A clock that stands still until it is moved. Timers fire in the order of their instants; those of one instant, in the
 * order in which they were armed.
 */
export class SimulatedClock implements Clock {
  /** The time that timers go by, which nothing sets. */
  #now: number
  /** How far the wall time has been set from it. */
  #setBy = 0
  #armed = 0
  #alive = 0
  readonly #timers = new TinyQueue<Timer>([], (a, b) => a.at - b.at || a.order - b.order)

  constructor(startAt = 0) {
    this.#now = startAt
  }

  now(): number {
    return this.#now + this.#setBy
  }

  monotonic(): number {
    return this.#now
  }

  /**
   * Sets the wall time to an instant, as the clock of a machine may be set. No timer fires earlier or later because of
   * that.
   */
  set(at: number): void {
    this.#setBy = at - this.#now
  }

  setTimeout(ring: () => void, ms: number): TimerId {
    const timer: Timer = { at: this.#now + Math.max(0, ms), order: this.#armed++, ring }
    this.#timers.push(timer)
    this.#alive++
    return timer
  }

  clearTimeout(id: TimerId): void {
    const timer = id as Timer | undefined
    if (timer?.ring === undefined) return
    timer.ring = undefined
    this.#alive--
  }

  /** How many timers are waiting. */
  get pending(): number {
    return this.#alive
  }

  /** How many timers have been armed since the beginning. */
  get armed(): number {
    return this.#armed
  }

  /** The instant of the next timer, or undefined when none waits. */
  get nextAt(): number | undefined {
    for (;;) {
      const timer = this.#timers.peek()
      if (timer === undefined) return undefined
      if (timer.ring !== undefined) return timer.at + this.#setBy
      this.#timers.pop()
    }
  }

  /** Moves to the next timer's instant and fires it. False when none waits. */
  fireNext(): boolean {
    if (this.nextAt === undefined) return false
    const timer = this.#timers.pop()!
    const ring = timer.ring!
    timer.ring = undefined
    this.#alive--
    this.#now = Math.max(this.#now, timer.at)
    ring()
    return true
  }

  /**
   * Moves on by `ms` milliseconds and fires every timer that becomes due on the way. Promises do not continue in
   * between.
   */
  advance(ms: number): void {
    const until = this.#now + ms
    for (let next = this.nextAt; next !== undefined && next <= until + this.#setBy; next = this.nextAt)
      this.fireNext()
    this.#now = until
  }

  /** As `advance`, but lets promises continue before each timer and at the end. */
  async advanceAsync(ms: number): Promise<void> {
    const until = this.#now + ms
    await promisesSettled()
    for (let next = this.nextAt; next !== undefined && next <= until + this.#setBy; next = this.nextAt) {
      this.fireNext()
      await promisesSettled()
    }
    this.#now = until
    await promisesSettled()
  }
}

/**
 * Resolves after one turn of the event loop, when every promise that needs neither a timer nor the outside has
 * continued.
 */
export function promisesSettled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

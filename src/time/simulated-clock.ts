import { PlacedHeap } from '../containers/placed-heap.ts'
import type { Clock, TimerId } from './clock.ts'

interface Timer {
  readonly at: number
  readonly order: number
  readonly ring: () => void
  place: number
}

const isBefore = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)

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
  readonly #timers = new PlacedHeap<Timer>(isBefore)

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
    const timer: Timer = { at: this.#now + Math.max(0, ms), order: this.#armed++, ring, place: 0 }
    this.#timers.push(timer)
    return timer
  }

  clearTimeout(id: TimerId): void {
    const timer = id as Timer | undefined
    if (timer !== undefined && this.#timers.has(timer)) this.#timers.remove(timer)
  }

  /** How many timers are waiting. */
  get pending(): number {
    return this.#timers.size
  }

  /** How many timers have been armed since the beginning. */
  get armed(): number {
    return this.#armed
  }

  /** The instant of the next timer, or undefined when none waits. */
  get nextAt(): number | undefined {
    const next = this.#timers.first
    return next === undefined ? undefined : next.at + this.#setBy
  }

  /** Moves to the next timer's instant and fires it. False when none waits. */
  fireNext(): boolean {
    const timer = this.#timers.first
    if (timer === undefined) return false
    this.#timers.remove(timer)
    this.#now = Math.max(this.#now, timer.at)
    timer.ring()
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

import type { Clock, TimerId } from './clock.ts'

/** A difference between wall time and monotonic time that is more than the two drift apart by themselves. */
const setMs = 100

/**
 * A clock that notices when it was set. The wall time of a machine may be set by hand, by its time service, or by a
 * sleep that its monotonic time does not count; lengths are to be measured by the latter. Whoever keeps instants shifts
 * them by what `clockSet` is told, so that what is left of a wait stays what it was.
 */
export class Timekeeper implements Clock {
  readonly #clock: Clock
  /** Wall time less monotonic time, as it was last seen. */
  #difference: number
  /** Told by how many milliseconds the clock was set, before `now` gives the first instant after that. */
  clockSet: (byMs: number) => void = () => undefined

  constructor(clock: Clock) {
    this.#clock = clock
    this.#difference = clock.now() - this.monotonic()
  }

  now(): number {
    const now = this.#clock.now()
    const byMs = now - this.monotonic() - this.#difference
    if (Math.abs(byMs) > setMs) {
      this.#difference += byMs
      this.clockSet(byMs)
    }
    return now
  }

  /** For a clock that has no monotonic time, its wall time is taken for it: then nothing is noticed. */
  monotonic(): number {
    return this.#clock.monotonic?.() ?? this.#clock.now()
  }

  setTimeout(ring: () => void, ms: number): TimerId {
    return this.#clock.setTimeout(ring, ms)
  }

  clearTimeout(id: TimerId): void {
    this.#clock.clearTimeout(id)
  }
}

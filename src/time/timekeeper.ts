import type { Clock, TimerId } from './clock.ts'

/** A larger jump between wall time and monotonic time is no drift: the clock was set. */
const setMs = 100

/**
 * A clock that notices when it was set. The wall time of a machine may be set by hand, by its time service, or by a
 * sleep that its monotonic time does not count. Lengths are measured by monotonic time: those who keep instants shift
 * them by what `clockSet` reports, so that the rest of a wait stays the same.
 */
export class Timekeeper implements Clock {
  readonly #clock: Clock
  /** Wall time minus monotonic time, when it was last looked at. */
  #difference: number
  /** Called with the milliseconds by which the clock was set, before `now` returns the first instant after that. */
  clockSet: (byMs: number) => void = () => undefined
  /** The instant that was told last, at which nobody has to look again. */
  #told = Number.NaN

  constructor(clock: Clock) {
    this.#clock = clock
    this.#difference = clock.now() - this.monotonic()
  }

  now(): number {
    const now = this.#clock.now()
    if (now === this.#told) return now
    this.#told = now
    const byMs = now - this.monotonic() - this.#difference
    if (Math.abs(byMs) > setMs) {
      this.#difference += byMs
      this.clockSet(byMs)
    }
    return now
  }

  /** For a clock without monotonic time its wall time is used, and then nothing is noticed. */
  monotonic(): number {
    return this.#clock.monotonic?.() ?? this.#clock.now()
  }

  setTimeout(ring: () => void, ms: number): TimerId {
    return this.#clock.setTimeout(() => {
      // Time has passed, whatever the wall time says.
      this.#told = Number.NaN
      ring()
    }, ms)
  }

  clearTimeout(id: TimerId): void {
    this.#clock.clearTimeout(id)
  }
}

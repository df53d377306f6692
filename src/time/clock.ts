/** Identifies a timer, so that it can be cleared. */
export type TimerId = unknown

/** Where dagmar takes all its time from. A simulated clock drives a whole runtime. */
export interface Clock {
  /** The wall time in epoch milliseconds. The clock may be set back or forth at any time. */
  now(): number
  /**
   * Milliseconds since some fixed moment, by a clock that is never set. Lengths are measured by it. Where it is
   * missing, `now` is used, and setting the clock moves every limit.
   */
  monotonic?(): number
  /** Calls `ring` once, `ms` milliseconds from now. */
  setTimeout(ring: () => void, ms: number): TimerId
  clearTimeout(id: TimerId): void
}

/** The system's own clock and timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  setTimeout: (ring, ms) => setTimeout(ring, ms),
  clearTimeout: (id) => {
    clearTimeout(id as ReturnType<typeof setTimeout>)
  },
}

/** The longest wait that a timer of the platform can hold. A longer one is waited for in several parts. */
export const longestTimerMs = 2 ** 31 - 1

/** Identifies a timer, so that it can be cleared. */
export type TimerId = unknown

/** Where dagmar takes all its time from. A simulated clock drives a whole runtime. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Calls `ring` once, `ms` milliseconds from now. */
  setTimeout(ring: () => void, ms: number): TimerId
  clearTimeout(id: TimerId): void
}

/** The system's own clock and timers. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (ring, ms) => setTimeout(ring, ms),
  clearTimeout: (id) => {
    clearTimeout(id as ReturnType<typeof setTimeout>)
  },
}

/** The longest wait that a timer of the platform can hold. A longer one is waited for in several parts. */
export const longestTimerMs = 2 ** 31 - 1

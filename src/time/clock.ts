/** What a clock gives for a timer, to clear it with. */
export type TimerId = unknown

/** All of dagmar's time goes through one of these; a simulated one drives everything. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Calls `ring` once, `ms` milliseconds from now. */
  setTimeout(ring: () => void, ms: number): TimerId
  clearTimeout(id: TimerId): void
}

/** The clock on the wall. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout: (ring, ms) => setTimeout(ring, ms),
  clearTimeout: (id) => {
    clearTimeout(id as ReturnType<typeof setTimeout>)
  },
}

/** The longest wait that a timer of the platform can hold; a longer one is cut there and armed again. */
export const longestTimerMs = 2 ** 31 - 1

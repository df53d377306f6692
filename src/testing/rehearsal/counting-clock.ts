import type { Clock, TimerId } from '../../time/clock.ts'
import type { SimulatedClock } from '../../time/simulated-clock.ts'

/** How many timers the runtime armed, and what became of them. */
export interface TimerCounts {
  readonly armed: number
  readonly fired: number
  readonly mostAtOnce: number
  readonly left: number
}

/** The runtime's own view of a clock: how many timers it arms, and how many wait at once. */
export function countingClock(clock: SimulatedClock): { readonly clock: Clock; counts(): TimerCounts } {
  let armed = 0
  let fired = 0
  let mostAtOnce = 0
  const waiting = new Set<TimerId>()
  return {
    clock: {
      now: () => clock.now(),
      setTimeout(ring, wait) {
        armed++
        const timer = clock.setTimeout(() => {
          waiting.delete(timer)
          fired++
          ring()
        }, wait)
        waiting.add(timer)
        mostAtOnce = Math.max(mostAtOnce, waiting.size)
        return timer
      },
      clearTimeout(timer) {
        waiting.delete(timer)
        clock.clearTimeout(timer)
      },
    },
    counts: () => ({ armed, fired, mostAtOnce, left: waiting.size }),
  }
}

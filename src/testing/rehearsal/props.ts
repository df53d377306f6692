import type { RunFact } from '../../events/facts.ts'
import type { AppendGroup, Store } from '../../ports/store.ts'
import { memoryStore } from '../../stores/memory.ts'
import type { Clock, TimerId } from '../../time/clock.ts'
import type { SimulatedClock } from '../../time/simulated-clock.ts'
import type { Circumstances, Scenario } from '../any/scenario.ts'
import { type AttemptMark, type ScriptedExecutor, scriptedExecutor } from './scripted-executor.ts'

/** How many timers the runtime armed, and what became of them. */
export interface TimerCounts {
  readonly armed: number
  readonly fired: number
  readonly mostAtOnce: number
  readonly left: number
}

/** The executors of a scenario, by name. */
export function executorsOf(
  scenario: Scenario,
  clock: Clock,
  mark: (mark: AttemptMark) => void,
): Readonly<Record<string, ScriptedExecutor>> {
  const opensAt = clock.now() + scenario.pickyOpensAt
  return {
    roomy: scriptedExecutor({ clock, mark, canForce: true }),
    small: scriptedExecutor({ clock, mark, canForce: true, capacity: scenario.smallCapacity }),
    picky: scriptedExecutor({
      clock,
      mark,
      canForce: true,
      accepts: (carrying) => clock.now() >= opensAt && carrying < scenario.pickyLimit,
    }),
    hard: scriptedExecutor({ clock, mark, canForce: false }),
  }
}

/** The store of a play, which writes into `journals`. */
export function storeOf(
  { storeDelay }: Circumstances,
  clock: Clock,
  journals: Map<string, RunFact[]>,
): Store {
  const keep = (groups: readonly AppendGroup[]): void => {
    for (const { journal, facts } of groups) {
      const { runId } = journal
      journals.set(runId, [...(journals.get(runId) ?? []), ...facts])
    }
  }
  return {
    ...memoryStore(),
    append(groups) {
      if (storeDelay === 0) return keep(groups)
      return new Promise((resolve) => {
        clock.setTimeout(() => {
          keep(groups)
          resolve(groups.map(() => undefined))
        }, storeDelay)
      })
    },
  }
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

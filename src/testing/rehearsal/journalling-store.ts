import type { RunFact } from '../../events/facts.ts'
import type { AppendGroup, Store } from '../../ports/store.ts'
import { memoryStore } from '../../stores/memory.ts'
import type { Clock } from '../../time/clock.ts'
import type { Circumstances } from './circumstances.ts'

/** The store of a play, which writes into `journals`. */
export function journallingStore(
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

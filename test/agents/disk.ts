import { type AppendGroup, memoryStore, type RunFact, type Store } from 'dagmar'

/** What is on the disk: the facts of each journal. */
export type Disk = Map<string, RunFact[]>

/** A store over a disk, which holds its owner's process no longer than that lives. */
export function storeOver(disk: Disk): Store {
  const store = memoryStore()
  for (const [runId, facts] of disk) {
    const journal = store.create(runId, { id: 'before' })
    void store.append([{ journal, facts }])
    void store.release(journal)
  }
  const append = (groups: readonly AppendGroup[]) => {
    for (const { journal, facts } of groups) {
      disk.set(journal.runId, [...(disk.get(journal.runId) ?? []), ...facts])
    }
    return store.append(groups)
  }
  return { ...store, isVolatile: false, append }
}

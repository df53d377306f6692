import type { JournalOptions } from 'dagmar/journal'
import type { SqliteOptions } from 'dagmar/sqlite'
import type { Store } from 'dagmar'
import { disk } from '../../src/stores/durable/disk.ts'
import { openJournalStore } from '../../src/stores/journal/open-journal-store.ts'
import { openSqlite } from '../../src/stores/sqlite/open-sqlite.ts'
import { drivers } from './drivers.ts'

export interface DurableStore {
  readonly name: string
  readonly open: (path: string, options?: JournalOptions & SqliteOptions, on?: typeof disk) => Store
}

/** Every store that outlives its process. */
export const durableStores: readonly DurableStore[] = [
  ...drivers.map(
    (driver): DurableStore => ({
      name: driver,
      open: (path, options = {}, on = disk) => openSqlite(path, { driver, ...options }, on),
    }),
  ),
  { name: 'journal', open: (path, options = {}, on = disk) => openJournalStore(path, options, on) },
]

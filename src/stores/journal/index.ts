import type { Store } from '../../ports/store.ts'
import { disk } from '../durable/disk.ts'
import { type JournalOptions, openJournalStore } from './open-journal-store.ts'

export type { Keep } from '../durable/keep.ts'
export type { JournalOptions } from './open-journal-store.ts'
export { readJournal } from './read-run.ts'

/**
 * A store of plain files that needs nothing to be installed: a folder with a file a run, and in it a line of JSON a
 * fact, with a checksum. It is made where there is none. Several processes of one machine may use it at once, each run
 * belonging to one of them. Suits runs one by one; `dagmar/sqlite` suits many at once.
 *
 * Throws `CONFIG_INVALID` for options that make no sense, and `STORE_UNAVAILABLE` where the folder cannot be used.
 *
 * @example
 * ```ts
 * const store = journal('runs')
 * const runtime = createRuntime({ store })
 * ```
 */
export function journal(path: string, options: JournalOptions = {}): Store {
  return openJournalStore(path, options, disk)
}

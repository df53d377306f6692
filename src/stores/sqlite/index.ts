import type { Store } from '../../ports/store.ts'
import { disk } from '../durable/disk.ts'
import { openSqlite, type SqliteOptions } from './open-sqlite.ts'

export type { Keep } from '../durable/keep.ts'
export type { SqliteDriver } from './driver.ts'
export type { SqliteOptions } from './open-sqlite.ts'

/**
 * A store in an SQLite database: a file, and its log beside it. It is made where there is none. Several processes of one
 * machine may use it at once, each run belonging to one of them.
 *
 * Throws `CONFIG_INVALID` for options that make no sense, `PEER_MISSING` where there is no driver, `STORE_NEWER` for a
 * database of a later dagmar, `STORE_DAMAGED` for one that is damaged or incomplete, and `STORE_UNAVAILABLE` where it cannot
 * be opened.
 *
 * @example
 * ```ts
 * const store = sqlite('runs.db')
 * const runtime = createRuntime({ store })
 * ```
 */
export function sqlite(path: string, options: SqliteOptions = {}): Store {
  return openSqlite(path, options, disk)
}

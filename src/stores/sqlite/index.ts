import type { Store } from '../../ports/store.ts'
import { disk } from '../durable/disk.ts'
import { openClaims, type SqliteClaimsOptions } from './open-claims.ts'
import type { SqliteClaims } from './sqlite-claims.ts'
import { openSqlite, type SqliteOptions } from './open-sqlite.ts'

export type { Keep } from '../durable/keep.ts'
export type { SqliteDriver } from './driver.ts'
export type { SqliteOptions } from './open-sqlite.ts'
export type { SqliteClaimsOptions } from './open-claims.ts'
export type { SqliteClaims } from './sqlite-claims.ts'

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

/**
 * Claims in an SQLite database, for `agents({ claims })` of several processes of one machine: of those that have the same
 * task, one does it. The file may be that of a store, or one of its own. A claim is given up with its process. Answers at
 * once, or, while another process writes, as soon as that has finished. Throws as `sqlite`.
 *
 * @example
 * ```ts
 * const team = agents({ list, claims: sqliteClaims('claims.db') })
 * ```
 */
export function sqliteClaims(path: string, options: SqliteClaimsOptions = {}): SqliteClaims {
  return openClaims(path, options)
}

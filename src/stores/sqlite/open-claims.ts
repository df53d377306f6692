import { resolve } from 'node:path'
import { readDuration, readGiven, readOneOf } from '../../graph/read-values.ts'
import type { Duration } from '../../time/duration.ts'
import type { SqliteDriver } from './driver.ts'
import { readPath } from './open-sqlite.ts'
import { ClaimsInDatabase, type SqliteClaims } from './sqlite-claims.ts'

export interface SqliteClaimsOptions {
  /** How long a claim waits while another process holds the database. Then it has failed. @default '30s' */
  readonly lockTimeout?: Duration
  /** How long it is known of a task that it has ended, and that nobody else may do it. @default Infinity */
  readonly keep?: Duration
  /** @default 'node:sqlite' where Node has it, else 'libsql' */
  readonly driver?: SqliteDriver
}

const readers = {
  lockTimeout: readDuration,
  keep: readDuration,
  driver: (value: unknown, path: string) => readOneOf(value, path, ['node:sqlite', 'libsql']),
}

export function openClaims(path: string, options: SqliteClaimsOptions): SqliteClaims {
  const given = readGiven(options, readers, "sqliteClaims' options object", '')
  const { lockTimeout: patienceMs = 30_000, keep: keepMs = Number.POSITIVE_INFINITY, driver } = given
  return new ClaimsInDatabase({ path: resolve(readPath(path, 'sqliteClaims')), driver, patienceMs, keepMs })
}

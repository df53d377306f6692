import { resolve } from 'node:path'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { readDuration, readGiven, readOneOf, show } from '../../graph/read-values.ts'
import type { Store } from '../../ports/store.ts'
import type { Duration } from '../../time/duration.ts'
import type { Disk } from '../durable/disk.ts'
import { type Keep, readKeep } from '../durable/keep.ts'
import type { SqliteDriver } from './driver.ts'
import { SqliteStore } from './sqlite-store.ts'

export interface SqliteOptions {
  /**
   * What has been appended outlives any death of the process. With `full` it outlives a loss of power, too, which costs
   * one sync of the disk for each append; with `normal` the last appends before such a loss may be gone.
   * @default 'full'
   */
  readonly durability?: 'full' | 'normal'
  /** Which settled runs stay. Others are dropped a little at a time, and their room is given back. @default all */
  readonly keep?: Keep
  /** How long an append waits while another process holds the database. Then it is refused. @default '30s' */
  readonly lockTimeout?: Duration
  /** @default 'node:sqlite' where Node has it, else 'libsql' */
  readonly driver?: SqliteDriver
}

const readers = {
  durability: (value: unknown, path: string) => readOneOf(value, path, ['full', 'normal']),
  keep: readKeep,
  lockTimeout: readDuration,
  driver: (value: unknown, path: string) => readOneOf(value, path, ['node:sqlite', 'libsql']),
}

/** As `sqlite`, on the given disk. */
export function openSqlite(path: string, options: SqliteOptions, disk: Disk): Store {
  const given = readGiven(options, readers, "sqlite's options object", '')
  const { durability = 'full', keep, lockTimeout = 30_000, driver } = given
  const settings = { durability, keep, patienceMs: lockTimeout, driver, disk }
  return new SqliteStore({ path: resolve(readPath(path, 'sqlite')), ...settings })
}

/** Throws `CONFIG_INVALID` for what is not the path of a file. `what` is who asks. */
export function readPath(path: unknown, what: string): string {
  if (typeof path === 'string' && path !== '' && !path.startsWith(':') && !path.startsWith('file:'))
    return path
  throw new DagmarError('CONFIG_INVALID', {
    message: `${what}'s path is ${show(path)}, but it must be the path of a file.`,
    hint: 'What is to live in memory is made by memoryStore() or memoryClaims().',
    facts: { field: 'path', value: path },
  })
}

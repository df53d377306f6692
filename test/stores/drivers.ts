import type { SqliteDriver } from 'dagmar/sqlite'

/** Those that this Node has. */
export const drivers: readonly SqliteDriver[] =
  process.getBuiltinModule('node:sqlite') === undefined ? ['libsql'] : ['libsql', 'node:sqlite']

import { createRequire } from 'node:module'
import { DagmarError } from '../../errors/dagmar-error.ts'

/** What SQLite is reached by. `node:sqlite` comes with Node from 22.13 on, `libsql` is a package. */
export type SqliteDriver = 'node:sqlite' | 'libsql'

export type Value = string | number | null | Uint8Array
/** What is bytes is read by `bytesIn` alone: the drivers do not agree on its shape. */
export type Row = Readonly<Record<string, string | number | null>>

/** What both drivers have in common. To give one value alone that is null, or bytes, is not among it. */
export interface Statement {
  run(...values: Value[]): { readonly changes: number | bigint }
  get(...values: Value[]): Row | undefined
  all(...values: Value[]): Row[]
}

export interface Connection {
  exec(sql: string): unknown
  prepare(sql: string): Statement
  close(): unknown
}

/** What lies there as bytes. Undefined for anything else. */
export function bytesIn(value: unknown): Uint8Array | undefined {
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  return value instanceof Uint8Array ? value : undefined
}

type Connect = new (path: string) => Connection

/** Opens a database file with the given driver, or with the first one there is. Throws `PEER_MISSING` without. */
export function connect(path: string, driver?: SqliteDriver): Connection {
  const Database = driver === undefined ? (builtIn() ?? libsql()) : driver === 'libsql' ? libsql() : builtIn()
  if (Database !== undefined) return new Database(path)
  const asked = driver === undefined ? 'SQLite' : driver
  throw new DagmarError('PEER_MISSING', {
    message: `There is no ${asked} here: this Node (${process.versions.node}) ${builtIn() === undefined ? 'comes without it' : 'has its own'}, and the package libsql is not installed.`,
    hint: 'npm install libsql, use Node 22.13 or later, or keep journals with dagmar/journal.',
    facts: { driver: asked },
  })
}

function builtIn(): Connect | undefined {
  const found = process.getBuiltinModule('node:sqlite') as { readonly DatabaseSync: Connect } | undefined
  return found?.DatabaseSync
}

function libsql(): Connect | undefined {
  try {
    return createRequire(import.meta.url)('libsql') as Connect
  } catch {
    return undefined
  }
}

import { closeSync, existsSync, openSync } from 'node:fs'
import { isLocked } from '../../stores/sqlite/database-error.ts'
import { connect, type Connection } from '../../stores/sqlite/driver.ts'

/** Held by one process at a time. The system gives it back when that process is gone, however it went. */
export interface Lock {
  release(): void
}

/**
 * The lock of a file, or nothing where another process holds it. It is the lock of a transaction of SQLite, because Node
 * has none of its own.
 */
export function tryLock(path: string): Lock | undefined {
  // With the modes of a file that is the user's own. To close one gives back all locks that this process has of it.
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600))
  const connection = connect(path)
  try {
    connection.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE')
  } catch (thrown) {
    connection.close()
    if (isLocked(thrown)) return undefined
    throw thrown
  }
  return { release: () => giveBack(connection) }
}

function giveBack(connection: Connection): void {
  try {
    connection.exec('ROLLBACK')
  } finally {
    connection.close()
  }
}

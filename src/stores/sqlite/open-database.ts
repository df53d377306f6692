import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { makeFolder } from '../durable/make-folder.ts'
import { untilDone } from '../durable/patience.ts'
import { databaseError, isLocked } from './database-error.ts'
import { connect, type Connection, type SqliteDriver } from './driver.ts'
import { prepareSchema } from './schema.ts'

/** Opens the database of a store, or makes it, with the folders on its way. */
export function openDatabase(path: string, driver: SqliteDriver | undefined, patienceMs: number): Connection {
  let connection: Connection | undefined
  try {
    refuseTornPair(path)
    makeFolder(dirname(path))
    // The drivers do not say why a file cannot be opened.
    if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK)
    connection = connect(path, driver)
    const opened = connection
    // The order matters: once there is a table, or a log, the file's ways are settled.
    const settle = (): unknown =>
      opened.exec(
        'PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 0',
      )
    untilDone(patienceMs, isLocked, settle)
    untilDone(patienceMs, isLocked, () => prepareSchema(opened, path))
    return opened
  } catch (thrown) {
    connection?.close()
    throw databaseError(path, thrown, 'opened')
  }
}

/**
 * The latest facts are in the log beside the database (`-wal`). SQLite would take a log without its database for a left
 * over one and delete it, and a database without its log for a whole one.
 */
function refuseTornPair(path: string): void {
  const [database, log] = [sizeOf(path), sizeOf(`${path}-wal`)]
  if (log > 0 && database <= 0) {
    throw new DagmarError('STORE_DAMAGED', {
      message: `The database ${path} is ${database < 0 ? 'gone' : 'empty'}, but its log ${path}-wal is there, with facts in it.`,
      hint: 'Put the database back. To begin anew, delete the log.',
      facts: { path },
    })
  }
  if (database > 0 && log < 0 && existsSync(`${path}-shm`)) {
    throw new DagmarError('STORE_DAMAGED', {
      message: `The log ${path}-wal is gone, and with it the facts that were not yet in the database ${path}.`,
      hint: `Put the log back. To go on with what the database has, delete ${path}-shm.`,
      facts: { path },
    })
  }
}

/** -1 for a file that is not there. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? -1
}

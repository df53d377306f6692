import type { Connection } from './driver.ts'

/** Does it in a transaction that others may not write beside. What is thrown undoes all of it. */
export function transact<Done>(connection: Connection, act: () => Done): Done {
  connection.exec('BEGIN IMMEDIATE')
  try {
    const done = act()
    connection.exec('END TRANSACTION')
    return done
  } catch (thrown) {
    rollBack(connection)
    throw thrown
  }
}

/** Some errors have undone everything already. */
function rollBack(connection: Connection): void {
  try {
    connection.exec('ROLLBACK TRANSACTION')
  } catch {
    // There is nothing left to undo.
  }
}

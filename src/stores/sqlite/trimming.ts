import { fenced } from '../refusals.ts'
import type { Connection } from './driver.ts'
import type { SqliteJournal } from './sqlite-journal.ts'
import { transact } from './transaction.ts'

const rowsAtOnce = 1024

/** Drops the first rows of a journal, a little at a time. */
export class Trimming {
  readonly #connection: Connection
  readonly #statements

  constructor(connection: Connection) {
    this.#connection = connection
    this.#statements = {
      fence: connection.prepare('SELECT fence FROM runs WHERE key = ?'),
      rowWith: connection.prepare('SELECT max(seq) AS seq FROM facts WHERE run = ? AND seq <= ?'),
      drop: connection.prepare(
        `DELETE FROM facts WHERE run = ? AND seq IN (SELECT seq FROM facts WHERE run = ? AND seq < ? ORDER BY seq LIMIT ${rowsAtOnce})`,
      ),
    }
  }

  /**
   * Takes one step, in a transaction of its own. False when there is nothing left to do: the row with the fact after
   * `upTo` stays, whole. Throws where the journal was opened again since, and what SQLite throws.
   */
  step({ key, fence, runId }: SqliteJournal, upTo: number): boolean {
    if (key === undefined) return false
    return transact(this.#connection, () => {
      const { fence: latest, rowWith, drop } = this.#statements
      if (latest.get(key)?.['fence'] !== fence) throw fenced(runId)
      const first = Number(rowWith.get(key, upTo + 1)?.['seq'] ?? 0)
      return Number(drop.run(key, key, first).changes) === rowsAtOnce
    })
  }
}

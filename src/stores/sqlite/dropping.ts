import { type Keep, settledSince } from '../durable/keep.ts'
import type { Connection, Statement } from './driver.ts'
import { stored } from './stored-text.ts'
import { transact } from './transaction.ts'

const runsAtOnce = 32
const rowsAtOnce = 256
const pagesAtOnce = 256

/** Drops settled runs that are not kept, a little at a time, and gives their room back to the file system. */
export class Dropping {
  readonly #connection: Connection
  readonly #keep: Keep
  readonly #statements

  constructor(connection: Connection, keep: Keep) {
    this.#connection = connection
    this.#keep = keep
    const settled = 'SELECT key FROM runs WHERE settled_at IS NOT NULL'
    this.#statements = {
      tooOld: connection.prepare(`${settled} AND settled_at < ? ORDER BY settled_at LIMIT ${runsAtOnce}`),
      tooMany: connection.prepare(
        `${settled} ORDER BY settled_at DESC, key DESC LIMIT ${runsAtOnce} OFFSET ?`,
      ),
      settled: connection.prepare(`${settled} AND id = ?`),
      // The rows of its facts go later: from now on it is not there for anybody.
      drop: connection.prepare('INSERT INTO dropped (run) VALUES (?)'),
      dropRun: connection.prepare('DELETE FROM runs WHERE key = ?'),
      dropped: connection.prepare('SELECT run FROM dropped LIMIT 1'),
      dropFacts: connection.prepare(
        `DELETE FROM facts WHERE run = ? AND seq IN (SELECT seq FROM facts WHERE run = ? ORDER BY seq LIMIT ${rowsAtOnce})`,
      ),
      isGone: connection.prepare('DELETE FROM dropped WHERE run = ?'),
    }
  }

  /** Takes one step, in a transaction of its own. False when there is nothing left to do. Throws what SQLite throws. */
  step(): boolean {
    const isMore = transact(this.#connection, () => this.#dropRuns() || this.#dropFacts())
    if (isMore) this.#connection.exec(`PRAGMA incremental_vacuum(${pagesAtOnce})`)
    return isMore
  }

  /** Drops the settled ones of these runs, whatever is kept. What they take is given back by further steps. */
  forget(runIds: readonly string[]): void {
    const { settled, drop, dropRun } = this.#statements
    transact(this.#connection, () => {
      for (const id of runIds) {
        const key = settled.get(stored(id))?.['key']
        if (key === undefined || key === null) continue
        drop.run(key)
        dropRun.run(key)
      }
    })
  }

  #dropRuns(): boolean {
    const { tooOld, tooMany, drop, dropRun } = this.#statements
    const { runs } = this.#keep
    const keys = [
      ...keysIn(tooOld, settledSince(this.#keep)),
      ...(runs === undefined ? [] : keysIn(tooMany, runs)),
    ]
    for (const key of new Set(keys)) {
      drop.run(key)
      dropRun.run(key)
    }
    return keys.length > 0
  }

  #dropFacts(): boolean {
    const { dropped, dropFacts, isGone } = this.#statements
    const run = dropped.get()?.['run']
    if (run === undefined || run === null) return false
    const { changes } = dropFacts.run(run, run)
    if (Number(changes) < rowsAtOnce) isGone.run(run)
    return true
  }
}

function keysIn(statement: Statement, value: number): readonly number[] {
  return statement.all(value).map(({ key }) => Number(key))
}

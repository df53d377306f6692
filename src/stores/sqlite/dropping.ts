import { type Keep, settledSince } from '../durable/keep.ts'
import type { Connection, Statement } from './driver.ts'
import { stored } from './stored-text.ts'
import { transact } from './transaction.ts'

const runsAtOnce = 32
const rowsAtOnce = 256

/** Drops settled runs that are not kept, a little at a time. */
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
      dropOwner: connection.prepare('DELETE FROM owners WHERE run = ?'),
      dropped: connection.prepare('SELECT run FROM dropped LIMIT 1'),
      dropFacts: connection.prepare(
        `DELETE FROM facts WHERE run = ? AND seq IN (SELECT seq FROM facts WHERE run = ? ORDER BY seq LIMIT ${rowsAtOnce})`,
      ),
      dropPacked: connection.prepare(
        `DELETE FROM packed WHERE key IN (SELECT key FROM packed WHERE key BETWEEN (? << 32) AND (? << 32 | 4294967295) LIMIT ${rowsAtOnce})`,
      ),
      isGone: connection.prepare('DELETE FROM dropped WHERE run = ?'),
    }
  }

  /** Takes one step, in a transaction of its own. False when there is nothing left to do. Throws what SQLite throws. */
  step(): boolean {
    // To look locks nobody out.
    const isMore = this.#runsToDrop().length > 0 || this.#statements.dropped.get() !== undefined
    if (isMore) transact(this.#connection, () => this.#dropRuns() || this.#dropFacts())
    return isMore
  }

  /** Drops the settled ones of these runs, whatever is kept. What they take is given back by further steps. */
  forget(runIds: readonly string[]): void {
    const { settled } = this.#statements
    transact(this.#connection, () => {
      for (const id of runIds) {
        const key = settled.get(stored(id))?.['key']
        if (key !== undefined) this.#drop(Number(key))
      }
    })
  }

  #dropRuns(): boolean {
    const keys = this.#runsToDrop()
    for (const key of new Set(keys)) this.#drop(key)
    return keys.length > 0
  }

  #drop(key: number): void {
    const { drop, dropRun, dropOwner } = this.#statements
    drop.run(key)
    dropRun.run(key)
    dropOwner.run(key)
  }

  #runsToDrop(): readonly number[] {
    const { tooOld, tooMany } = this.#statements
    const { runs, days } = this.#keep
    return [
      ...(days === undefined ? [] : keysIn(tooOld, settledSince(this.#keep))),
      ...(runs === undefined ? [] : keysIn(tooMany, runs)),
    ]
  }

  #dropFacts(): boolean {
    const { dropped, dropFacts, dropPacked, isGone } = this.#statements
    const row = dropped.get()
    if (row === undefined) return false
    const run = Number(row['run'])
    const { changes } = dropFacts.run(run, run)
    const packed = dropPacked.run(run, run)
    if (Number(changes) < rowsAtOnce && Number(packed.changes) < rowsAtOnce) isGone.run(run)
    return true
  }
}

function keysIn(statement: Statement, value: number): readonly number[] {
  return statement.all(value).map(({ key }) => Number(key))
}

import type { Keep } from '../durable/keep.ts'
import type { Connection } from './driver.ts'
import { Dropping } from './dropping.ts'
import { Packing } from './packing.ts'

/** Fewer pages than these stay where they are until they are used again. */
const sparePages = 16
const pagesAtOnce = 256

/** What is done to settled runs while nothing else is to be done, a little at a time: they are dropped, or packed. */
export class Tidying {
  readonly #connection: Connection
  readonly #dropping: Dropping
  readonly #packing: Packing

  constructor(connection: Connection, keep: Keep) {
    this.#connection = connection
    this.#dropping = new Dropping(connection, keep)
    this.#packing = new Packing(connection)
  }

  /** Takes one step. False when there is nothing left to do. Throws what SQLite throws. */
  step(): boolean {
    return this.#dropping.step() || this.#packing.step() || this.#giveBack()
  }

  /** Drops the settled ones of these runs, whatever is kept. What they take is given back by further steps. */
  forget(runIds: readonly string[]): void {
    this.#dropping.forget(runIds)
  }

  /** Gives pages that nothing is on any more back to the file system. */
  #giveBack(): boolean {
    const spare = Object.values(this.#connection.prepare('PRAGMA freelist_count').get() ?? {})[0]
    if (Number(spare) <= sparePages) return false
    this.#connection.exec(`PRAGMA incremental_vacuum(${pagesAtOnce})`)
    return true
  }
}

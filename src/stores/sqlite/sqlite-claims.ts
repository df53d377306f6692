import type { ClaimEnd } from '../../events/facts.ts'
import type { ClaimConflict, Claimed, ClaimRequest, Claims } from '../../ports/claims.ts'
import type { Owner } from '../../ports/store.ts'
import { judgeClaim, type LastClaim } from '../claims/claim-rule.ts'
import { thisProcess } from '../durable/owner.ts'
import { untilDone, whenDone } from '../durable/patience.ts'
import { databaseError, isLocked } from './database-error.ts'
import type { Connection, Row, SqliteDriver } from './driver.ts'
import { openDatabase } from './open-database.ts'
import { stored } from './stored-text.ts'
import { transact } from './transaction.ts'

/** Claims in a database, which it holds open. */
export interface SqliteClaims extends Claims {
  /** Closes the database. What is held stays so, as long as its process lives. */
  close(): void
}

export interface ClaimSettings {
  readonly path: string
  readonly driver: SqliteDriver | undefined
  readonly patienceMs: number
  /** How long it is known of a task that it has ended. */
  readonly keepMs: number
}

/** Longest that opening it, which blocks its thread, waits for other processes. */
const blockedMs = 5_000

/** Answers at once, unless another process is writing: then it waits for that beside. */
export class ClaimsInDatabase implements SqliteClaims {
  readonly #settings: ClaimSettings
  readonly #connection: Connection
  readonly #statements: ReturnType<typeof statementsFor>

  constructor(settings: ClaimSettings) {
    const { path, driver, patienceMs } = settings
    this.#settings = settings
    const connection = openDatabase(path, driver, Math.min(patienceMs, blockedMs))
    this.#connection = connection
    try {
      // Each write is synced, since a journal elsewhere says next that the task was claimed, or has ended: after a loss of
      // power nobody else may get the same fence, or do it again.
      connection.exec('PRAGMA synchronous = FULL')
      this.#statements = statementsFor(connection)
    } catch (thrown) {
      connection.close()
      throw databaseError(path, thrown, 'opened')
    }
  }

  claim(request: ClaimRequest): Claimed | ClaimConflict | Promise<Claimed | ClaimConflict> {
    return this.#write(() => transact(this.#connection, () => this.#claim(request)))
  }

  release({ key, fence }: Claimed, ended?: ClaimEnd): void | Promise<void> {
    const { giveBack, end, dropOld } = this.#statements
    const { keepMs } = this.#settings
    return this.#write(() => {
      if (ended === undefined) giveBack.run(stored(key), fence)
      else end.run(ended, Date.now(), stored(key), fence)
      if (ended !== undefined && keepMs < Number.POSITIVE_INFINITY) dropOld.run(Date.now() - keepMs)
    })
  }

  holds({ key, fence }: Claimed): boolean {
    try {
      const holds = (): boolean => this.#statements.holds.get(stored(key), fence) !== undefined
      return untilDone(Math.min(this.#settings.patienceMs, blockedMs), isLocked, holds)
    } catch (thrown) {
      throw databaseError(this.#settings.path, thrown, 'read')
    }
  }

  close(): void {
    this.#connection.close()
  }

  #claim(request: ClaimRequest): Claimed | ClaimConflict {
    const { key, owner } = request
    const { last, drop, add } = this.#statements
    const id = stored(key)
    const known = lastIn(last.get(id))
    const judged = judgeClaim(known, request)
    if (judged === 'still') return { key, fence: known!.fence }
    if (judged !== 'anew') return judged
    drop.run(id)
    const row = add.get(id, JSON.stringify({ process: thisProcess(), ...owner }))
    return { key, fence: Number(row!['fence']) }
  }

  #write<Done>(act: () => Done): Done | Promise<Done> {
    const { path, patienceMs } = this.#settings
    const fail = (thrown: unknown): never => {
      throw databaseError(path, thrown, 'written')
    }
    try {
      return act()
    } catch (thrown) {
      return isLocked(thrown) ? whenDone(patienceMs, isLocked, act).catch(fail) : fail(thrown)
    }
  }
}

function statementsFor(connection: Connection) {
  return {
    last: connection.prepare('SELECT fence, owner, ended FROM claims WHERE id = ?'),
    drop: connection.prepare('DELETE FROM claims WHERE id = ?'),
    add: connection.prepare('INSERT INTO claims (id, owner) VALUES (?, ?) RETURNING fence'),
    giveBack: connection.prepare('DELETE FROM claims WHERE id = ? AND fence = ? AND ended IS NULL'),
    end: connection.prepare(
      'UPDATE claims SET ended = ?, ended_at = ? WHERE id = ? AND fence = ? AND ended IS NULL',
    ),
    holds: connection.prepare('SELECT 1 FROM claims WHERE id = ? AND fence = ? AND ended IS NULL'),
    dropOld: connection.prepare('DELETE FROM claims WHERE ended_at < ?'),
  }
}

function lastIn(row: Row | undefined): LastClaim | undefined {
  if (row === undefined) return undefined
  const owner = JSON.parse(String(row['owner'])) as Owner
  const ended = row['ended'] === null ? undefined : (row['ended'] as ClaimEnd)
  return { fence: Number(row['fence']), owner, ended }
}

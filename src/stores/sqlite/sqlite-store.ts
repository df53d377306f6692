import { fstatSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { asError } from '../../errors/foreign-value.ts'
import type {
  AppendGroup,
  CreateOptions,
  Journal,
  OpenOptions,
  Owner,
  RunQuery,
  Store,
} from '../../ports/store.ts'
import { closeQuietly, type Disk, syncFolder } from '../durable/disk.ts'
import type { Keep } from '../durable/keep.ts'
import { untilDone, whenDone } from '../durable/patience.ts'
import { keyTaken, runExists } from '../refusals.ts'
import { GroupWriter, type Spelled, spell } from './append-groups.ts'
import { databaseError, isLocked } from './database-error.ts'
import type { Connection, SqliteDriver, Statement } from './driver.ts'
import { openDatabase } from './open-database.ts'
import { openRun, storedOwner } from './open-run.ts'
import { Reader } from './read-runs.ts'
import type { SqliteJournal } from './sqlite-journal.ts'
import { stored, told } from './stored-text.ts'
import { Tidying } from './tidying.ts'
import { Trimming } from './trimming.ts'

export interface SqliteSettings {
  readonly path: string
  readonly driver: SqliteDriver | undefined
  readonly durability: 'full' | 'normal'
  readonly keep: Keep | undefined
  /** How long an append waits for other processes. */
  readonly patienceMs: number
  readonly disk: Disk
}

type Answers = readonly (Error | undefined)[]

/** Longest that opening a run, which blocks its thread, waits for other processes. */
const blockedMs = 5_000
/** How long a step of tidying waits when others write. */
const laterMs = 200
/** How much longer than a step took the pause after it is: others want to write, too. */
const restFactor = 4

/**
 * The transaction is made on this thread: it writes to the log, which is in memory until it is synced. That alone takes
 * long, and is done beside, so that an append holds nothing up. What others read before is not yet safe against a loss
 * of power; nothing follows from it until it is.
 *
 * SQLite's own `synchronous=FULL` would sync the log within each transaction. NORMAL leaves out that sync and no other. The
 * header of a log that begins anew is synced before the first transaction in it, with the folder for a new file; at a
 * checkpoint the log is synced before a page goes to the database, and the database before the log begins anew. So what was
 * answered lies in the log, which is synced as a whole, or in the database, and a loss of power cuts off the last
 * transactions alone, which nobody had an answer to. Whoever has read one of them and appends what follows from it syncs
 * the same log, in which that comes later. What is not an append is not synced: a fence that is lost was that of a process
 * that is gone, too, and what was packed, dropped or released is so again. `test/crash/power-loss.test.ts` tries all this.
 */
export class SqliteStore implements Store {
  readonly #settings: SqliteSettings
  readonly #connection: Connection
  readonly #writer: GroupWriter
  readonly #reader: Reader
  readonly #trimming: Trimming
  readonly #tidying: Tidying
  readonly #releaseRun: Statement
  readonly #withKey: Statement
  readonly #opened = new Set<SqliteJournal>()
  #log: number | undefined
  /** Appends are made one after the other. */
  #last: Promise<unknown> = Promise.resolve()
  #underWay = 0
  /** Once a sync has failed, nobody knows what is on the disk. */
  #broken: Error | undefined
  #isClosed = false
  #isTidying = false

  constructor(settings: SqliteSettings) {
    const { path, driver, keep, patienceMs } = settings
    this.#settings = settings
    const connection = openDatabase(path, driver, Math.min(patienceMs, blockedMs))
    this.#connection = connection
    try {
      this.#writer = new GroupWriter(connection)
      this.#reader = new Reader(path, connection)
      this.#trimming = new Trimming(connection)
      this.#tidying = new Tidying(connection, keep ?? {})
      this.#releaseRun = connection.prepare(
        'DELETE FROM owners WHERE run = ? AND EXISTS (SELECT 1 FROM runs WHERE key = run AND fence = ?)',
      )
      this.#withKey = connection.prepare('SELECT id FROM runs WHERE idempotency_key = ?')
    } catch (thrown) {
      connection.close()
      throw this.#wrong(thrown, 'opened')
    }
    this.#tidy()
  }

  create(runId: string, owner: Owner, { idempotencyKey }: CreateOptions = {}): Journal {
    const other = this.#safely('read', () => {
      if (this.#reader.has(runId)) throw runExists(runId)
      return idempotencyKey === undefined ? undefined : this.#withKey.get(stored(idempotencyKey))?.['id']
    })
    if (other !== undefined) throw keyTaken(idempotencyKey!, told(String(other)))
    return this.#keepOpen({
      runId,
      lastSeq: 0,
      owner: storedOwner(owner),
      fence: 1,
      key: undefined,
      seq: 0,
      summary: undefined,
    })
  }

  open(runId: string, owner: Owner, options: OpenOptions = {}): Journal {
    const patienceMs = Math.min(this.#settings.patienceMs, blockedMs)
    const open = (): SqliteJournal => openRun(this.#connection, runId, owner, options)
    return this.#keepOpen(this.#safely('written', () => untilDone(patienceMs, isLocked, open)))
  }

  async release(journal: Journal): Promise<void> {
    this.#opened.delete(journal as SqliteJournal)
    await this.#inTurn(() => this.#releaseNow([journal as SqliteJournal]))
  }

  append(groups: readonly AppendGroup[]): Promise<Answers> {
    const spelled = groups.map(spell)
    return this.#inTurn(() => this.#append(spelled))
  }

  async read(
    runId: string,
    { from = 1, limit = Number.POSITIVE_INFINITY }: { readonly from?: number; readonly limit?: number } = {},
  ): ReturnType<Store['read']> {
    try {
      return await this.#reader.read(runId, from, limit)
    } catch (thrown) {
      throw this.#wrong(thrown, 'read')
    }
  }

  async runs(query: RunQuery = {}): ReturnType<Store['runs']> {
    return this.#safely('read', () => this.#reader.runs(query))
  }

  async forget(runIds: readonly string[]): Promise<void> {
    const forget = (): void => this.#tidying.forget(runIds)
    await this.#inTurn(() => whenDone(this.#settings.patienceMs, isLocked, forget)).catch(
      (thrown: unknown) => {
        throw this.#wrong(thrown, 'written')
      },
    )
    this.#tidy()
  }

  /** Others may append between one step and the next. */
  async trim(journal: Journal, upTo: number): Promise<void> {
    const step = (): boolean => this.#trimming.step(journal as SqliteJournal, upTo)
    const { patienceMs } = this.#settings
    let isMore = true
    while (isMore && !this.#isClosed)
      isMore = await this.#inTurn(() => whenDone(patienceMs, isLocked, step)).catch((thrown: unknown) => {
        throw this.#wrong(thrown, 'written')
      })
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    await this.#inTurn(async () => {
      this.#isClosed = true
      // Whoever cannot be told finds out when this process is gone.
      await this.#releaseNow([...this.#opened]).catch(() => undefined)
      this.#opened.clear()
      if (this.#log !== undefined) closeQuietly(this.#log)
      try {
        this.#connection.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      } catch {
        // The log stays for whoever opens the database next.
      }
      this.#connection.close()
    })
  }

  async #append(groups: readonly Spelled[]): Promise<Answers> {
    if (this.#isClosed) throw new Error(`the store ${this.#settings.path} is closed`)
    if (this.#broken !== undefined) throw this.#broken
    const write = (): Answers => this.#writer.write(groups)
    const answers = await whenDone(this.#settings.patienceMs, isLocked, write).catch((thrown: unknown) => {
      throw this.#wrong(thrown, 'written')
    })
    if (answers.includes(undefined)) await this.#keep()
    let isSettling = false
    for (const { journal } of groups) {
      if (journal.summary?.settledAt === undefined) continue
      isSettling = true
      this.#opened.delete(journal)
    }
    if (isSettling) this.#tidy()
    return answers
  }

  /** Makes what was written outlast the machine's power, where that is asked for. Throws where it is in no file any more. */
  async #keep(): Promise<void> {
    const { path, disk, durability } = this.#settings
    const isFull = durability === 'full'
    try {
      if (this.#log === undefined) {
        this.#log = openSync(`${path}-wal`, 'r+')
        if (isFull) await syncFolder(dirname(path), disk)
      }
      if (isFull) await disk.sync(this.#log)
      // SQLite writes to files that were deleted as to any.
      if (fstatSync(this.#log).nlink === 0) throw new Error('its files were deleted')
    } catch (thrown) {
      this.#broken = this.#wrong(thrown, isFull ? 'synced' : 'written')
      throw this.#broken
    }
  }

  async #releaseNow(journals: readonly SqliteJournal[]): Promise<void> {
    for (const { key, fence } of journals) {
      if (key === undefined) continue
      await whenDone(this.#settings.patienceMs, isLocked, () => this.#releaseRun.run(key, fence))
    }
  }

  #keepOpen(journal: SqliteJournal): SqliteJournal {
    this.#opened.add(journal)
    return journal
  }

  /** What is done now if nothing is under way, else after it. */
  #inTurn<Done>(act: () => Promise<Done>): Promise<Done> {
    const doing = this.#underWay === 0 ? act() : this.#last.then(act)
    this.#underWay += 1
    this.#last = doing.then(
      () => this.#done(),
      () => this.#done(),
    )
    return doing
  }

  #done(): void {
    this.#underWay -= 1
  }

  /** Goes on until there is nothing left to tidy. Keeps no process alive. */
  #tidy(afterMs = 0): void {
    if (this.#isTidying) return
    this.#isTidying = true
    setTimeout(() => {
      this.#isTidying = false
      if (this.#isClosed) return
      const began = performance.now()
      try {
        if (this.#tidying.step()) this.#tidy((performance.now() - began) * restFactor)
      } catch (thrown) {
        // Where others write, they will be done. What does not pass, as a full disk, is tried again when a run settles.
        if (isLocked(thrown)) this.#tidy(laterMs)
      }
    }, afterMs).unref()
  }

  #safely<Done>(doing: string, act: () => Done): Done {
    try {
      return act()
    } catch (thrown) {
      throw this.#wrong(thrown, doing)
    }
  }

  #wrong(thrown: unknown, doing: string): Error {
    return databaseError(this.#settings.path, asError(thrown), doing)
  }
}

import { randomUUID } from 'node:crypto'
import { appendFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import type {
  AppendGroup,
  CreateOptions,
  Journal,
  OpenOptions,
  Owner,
  RunQuery,
  Store,
} from '../../ports/store.ts'
import type { Disk } from '../durable/disk.ts'
import type { Keep } from '../durable/keep.ts'
import { makeFolder } from '../durable/make-folder.ts'
import { fits } from '../fits.ts'
import { keyTaken, runExists } from '../refusals.ts'
import { dropRun, notKept, sweep } from './dropping.ts'
import { journalError } from './journal-error.ts'
import { Keys } from './keys.ts'
import { type FileJournal, releasedLine } from './open-journal.ts'
import { openRun } from './open-run.ts'
import { readRun } from './read-run.ts'
import { fileNameOf, partAt } from './run-files.ts'
import { RunList } from './run-list.ts'
import { JournalFiles } from './write-journal.ts'

export interface JournalSettings {
  readonly folder: string
  readonly durability: 'full' | 'normal'
  readonly keep: Keep | undefined
  readonly disk: Disk
}

/** Runs that settle within this time are looked through at once for those that are not kept. */
const dropEveryMs = 500

/** A folder with a file a run; another one each time that somebody else goes on with the run. */
export class JournalStore implements Store {
  readonly #settings: JournalSettings
  readonly #keys: Keys
  readonly #files: JournalFiles
  readonly #list: RunList
  readonly #opened = new Set<FileJournal>()
  #isClosed = false
  #isDropping = false

  constructor(settings: JournalSettings) {
    const { folder, durability, disk } = settings
    this.#settings = settings
    this.#safely('opened', () => makeFolder(folder))
    this.#keys = new Keys(folder)
    this.#files = new JournalFiles(this.#keys, durability === 'full' ? disk : undefined)
    this.#list = new RunList(folder)
    this.#drop()
  }

  create(runId: string, owner: Owner, { idempotencyKey }: CreateOptions = {}): Journal {
    const base = this.#baseOf(runId)
    if (existsSync(partAt(base, 1))) throw runExists(runId)
    const other = idempotencyKey === undefined ? undefined : this.#keys.runWith(idempotencyKey)
    if (other !== undefined) throw keyTaken(idempotencyKey!, other)
    const state = { isListed: false, isSettled: false, fault: undefined, last: Promise.resolve() }
    return this.#keepOpen({
      runId,
      lastSeq: 0,
      base,
      fence: 1,
      owner,
      seq: 0,
      size: undefined,
      opening: randomUUID(),
      file: undefined,
      ...state,
    })
  }

  open(runId: string, owner: Owner, options: OpenOptions = {}): Journal {
    return this.#keepOpen(this.#safely('opened', () => openRun(this.#baseOf(runId), runId, owner, options)))
  }

  async release(journal: Journal): Promise<void> {
    const released = journal as FileJournal
    this.#opened.delete(released)
    await inTurn(released, async () => this.#release(released))
  }

  append(groups: readonly AppendGroup[]): Promise<readonly (Error | undefined)[]> {
    return Promise.all(groups.map((group) => this.#append(group)))
  }

  async read(
    runId: string,
    { from = 1, limit = Infinity }: { readonly from?: number; readonly limit?: number } = {},
  ): ReturnType<Store['read']> {
    try {
      return await readRun(this.#baseOf(runId), from, limit)
    } catch (thrown) {
      throw journalError(this.#settings.folder, thrown, 'read')
    }
  }

  async runs(query: RunQuery = {}): ReturnType<Store['runs']> {
    const all = await this.#list.all()
    return all.filter((run) => fits(run, query)).slice(0, query.limit)
  }

  async trim(journal: Journal, upTo: number): Promise<void> {
    const trimmed = journal as FileJournal
    // One that was released may belong to somebody else.
    if (this.#opened.has(trimmed)) await inTurn(trimmed, () => this.#files.trim(trimmed, upTo))
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const opened = [...this.#opened]
    this.#opened.clear()
    await Promise.all(opened.map((journal) => inTurn(journal, async () => this.#release(journal))))
  }

  async #append({ journal, facts }: AppendGroup): Promise<Error | undefined> {
    if (this.#isClosed) return new Error(`the store ${this.#settings.folder} is closed`)
    const written = journal as FileJournal
    const refusal = await inTurn(written, () => this.#files.append(written, facts))
    if (refusal !== undefined) return refusal
    if (written.isSettled) {
      this.#opened.delete(written)
      this.#drop()
    } else this.#opened.add(written)
    return undefined
  }

  /** Whoever cannot be told finds out when this process is gone. */
  #release(journal: FileJournal): void {
    const { base, fence, size, fault, isSettled } = journal
    this.#files.close(journal)
    if (size === undefined || fault !== undefined || isSettled) return
    try {
      const isLast = existsSync(partAt(base, fence)) && !existsSync(partAt(base, fence + 1))
      if (isLast) appendFileSync(partAt(base, fence), releasedLine)
    } catch {
      // The disk is full, or it is not there any more.
    }
  }

  #keepOpen(journal: FileJournal): FileJournal {
    this.#opened.add(journal)
    return journal
  }

  /** Drops what is not kept. Keeps no process alive. */
  #drop(): void {
    const { keep, folder } = this.#settings
    if (keep === undefined || this.#isDropping) return
    this.#isDropping = true
    const drop = async (): Promise<void> => {
      const runs = notKept(await this.#list.all(), keep)
      this.#isDropping = false
      for (const run of runs) dropRun(folder, run, this.#keys)
      sweep(folder)
    }
    setTimeout(() => {
      // What is kept too long does no harm.
      if (!this.#isClosed) drop().catch(() => undefined)
    }, dropEveryMs).unref()
  }

  #baseOf(runId: string): string {
    return join(this.#settings.folder, fileNameOf(runId))
  }

  #safely<Done>(doing: string, act: () => Done): Done {
    try {
      return act()
    } catch (thrown) {
      throw journalError(this.#settings.folder, thrown, doing)
    }
  }
}

/** What is done with one journal is done one after the other. */
function inTurn<Done>(journal: FileJournal, act: () => Promise<Done>): Promise<Done> {
  const doing = journal.last.then(act)
  journal.last = doing.catch(() => undefined)
  return doing
}

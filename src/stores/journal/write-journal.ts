import { constants, existsSync, fstatSync, ftruncateSync, openSync, readSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { isRunEnd, type RunFact } from '../../events/facts.ts'
import { closeQuietly, type Disk, syncFolder } from '../durable/disk.ts'
import { fenced, gap, keyTaken, runExists, runUnknown } from '../refusals.ts'
import { journalError } from './journal-error.ts'
import type { Keys } from './keys.ts'
import { beginningFor, factLines, type FileJournal } from './open-journal.ts'
import { appendTo, putSynced } from './put-file.ts'
import { partAt } from './run-files.ts'
import { trimJournal } from './trim-journal.ts'

/** So many files are held open at most. Those of other runs are opened for each append. */
const mostOpen = 128

/** Writes the files of runs. */
export class JournalFiles {
  readonly #keys: Keys
  /** Undefined where nothing is synced. */
  readonly #disk: Disk | undefined
  #open = 0

  constructor(keys: Keys, disk: Disk | undefined) {
    this.#keys = keys
    this.#disk = disk
  }

  /** Appends facts to a journal, all or none; why it was refused, if it was. */
  async append(journal: FileJournal, facts: readonly RunFact[]): Promise<Error | undefined> {
    const { runId, seq } = journal
    if (journal.fault !== undefined) return journal.fault
    const stray = facts.find((fact, index) => fact.seq !== seq + index + 1)
    if (stray !== undefined) return gap(runId, seq, stray.seq)
    try {
      const lines = factLines(facts)
      if (journal.size === undefined) await this.#begin(journal, facts[0]!, lines)
      else await this.#continue(journal, journal.size, lines)
      this.#demandOwned(journal)
    } catch (thrown) {
      return journalError(partAt(journal.base, journal.fence), thrown, 'written')
    }
    journal.seq += facts.length
    journal.isSettled = isRunEnd(facts.at(-1)!)
    if (journal.isSettled || this.#open > mostOpen) this.close(journal)
    return undefined
  }

  /** Throws where the journal was opened again since, and what the file system throws. */
  async trim(journal: FileJournal, upTo: number): Promise<void> {
    if (journal.fault !== undefined) throw journal.fault
    this.close(journal)
    try {
      await trimJournal(journal, upTo, this.#disk)
    } catch (thrown) {
      throw journalError(partAt(journal.base, journal.fence), thrown, 'written')
    }
  }

  close(journal: FileJournal): void {
    if (journal.file === undefined) return
    closeQuietly(journal.file)
    journal.file = undefined
    this.#open -= 1
  }

  #hold(journal: FileJournal, file: number): void {
    journal.file = file
    this.#open += 1
  }

  /** The files of a new run: one, which is there with its first facts or not at all. */
  async #begin(journal: FileJournal, created: RunFact, lines: string): Promise<void> {
    const { base, runId, owner } = journal
    const key = created.type === 'run.created' ? created.idempotencyKey : undefined
    if (existsSync(partAt(base, 1))) throw runExists(runId)
    const other = key === undefined ? undefined : await this.#keys.claim(key, runId, owner, this.#disk)
    if (other !== undefined) throw keyTaken(key!, other)
    try {
      // Of a run with the same id that was dropped.
      for (let fence = 2; existsSync(partAt(base, fence)); fence++) rmSync(partAt(base, fence))
      const content = beginningFor(journal) + lines
      const file = await putSynced(partAt(base, 1), content, this.#disk)
      if (file === undefined) throw runExists(runId)
      this.#hold(journal, file)
      journal.size = Buffer.byteLength(content)
      await this.#sync(journal)
    } catch (thrown) {
      if (key !== undefined && journal.size === undefined) this.#keys.free(key)
      throw thrown
    }
  }

  async #continue(journal: FileJournal, size: number, lines: string): Promise<void> {
    const file = journal.file ?? this.#openAgain(journal)
    // What a file begins with is safe before facts are.
    if (!journal.isListed) await this.#sync(journal, file)
    try {
      await appendTo(file, lines)
    } catch (thrown) {
      // A part of it may be there, as far as there was room.
      journal.fault = journalError(partAt(journal.base, journal.fence), thrown, 'written')
      ftruncateSync(file, size)
      journal.fault = undefined
      throw thrown
    }
    journal.size = size + Buffer.byteLength(lines)
    await this.#sync(journal, file)
  }

  /** Never a new file, nor one of a later run with the same id. */
  #openAgain(journal: FileJournal): number {
    const { base, fence, runId } = journal
    let file: number
    try {
      file = openSync(partAt(base, fence), constants.O_RDWR | constants.O_APPEND)
    } catch (thrown) {
      throw (thrown as NodeJS.ErrnoException).code === 'ENOENT' ? runUnknown(runId) : thrown
    }
    this.#hold(journal, file)
    if (isOfOpening(file, journal)) return file
    this.close(journal)
    throw runUnknown(runId)
  }

  /** Syncs the file that is given, and its folder the first time. */
  async #sync(journal: FileJournal, file?: number): Promise<void> {
    if (this.#disk === undefined) return
    try {
      if (file !== undefined) await this.#disk.sync(file)
      if (!journal.isListed) await syncFolder(dirname(journal.base), this.#disk)
      journal.isListed = true
    } catch (thrown) {
      // What was written may be there or not: nothing may follow it.
      journal.fault = journalError(partAt(journal.base, journal.fence), thrown, 'synced')
      throw journal.fault
    }
  }

  /**
   * Looked at when the facts are written, since who opens the run next looks for them when the fence is up: one of both
   * sees the other.
   */
  #demandOwned(journal: FileJournal): void {
    const { base, fence, runId } = journal
    if (existsSync(partAt(base, fence + 1))) journal.fault = fenced(runId)
    else if (journal.file !== undefined && fstatSync(journal.file).nlink === 0)
      journal.fault = runUnknown(runId)
    if (journal.fault !== undefined) throw journal.fault
  }
}

function isOfOpening(file: number, { opening }: FileJournal): boolean {
  const beginning = Buffer.alloc(128)
  readSync(file, beginning, 0, beginning.length, 0)
  return beginning.includes(opening)
}

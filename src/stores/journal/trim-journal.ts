import { randomUUID } from 'node:crypto'
import { appendFileSync, closeSync, existsSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Disk, syncFolder } from '../durable/disk.ts'
import { fenced } from '../refusals.ts'
import { beginningFor, type FileJournal, followsLine } from './open-journal.ts'
import { putFile } from './put-file.ts'
import { beginningOf } from './read-parts.ts'
import { firstPartOf, goesOnLine, partAt } from './run-files.ts'

/**
 * Drops the files of a journal that have nothing behind the fact `upTo`. What is appended from now on goes into a new file,
 * so that the one until now, which must not be held open, can be dropped some day, too. `disk` is undefined where nothing is synced.
 */
export async function trimJournal(journal: FileJournal, upTo: number, disk: Disk | undefined): Promise<void> {
  if (journal.size === undefined) return
  goOnInNewFile(journal)
  const { base } = journal
  const from = firstPartOf(base)
  const first = lastPartUpTo(journal, from, upTo)
  if (first > from) await putBeginning(journal, first, disk)
  dropBefore(base, first)
}

/** As whoever opens the journal does, so that whoever opens it at the same time is seen. */
function goOnInNewFile(journal: FileJournal): void {
  const { base, owner, runId } = journal
  const fence = journal.fence + 1
  const opening = randomUUID()
  const beginning = beginningFor({ opening, fence, owner })
  if (!putFile(partAt(base, fence), beginning)) {
    journal.fault = fenced(runId)
    throw journal.fault
  }
  const follows = followsLine(journal.seq)
  appendFileSync(partAt(base, fence), follows)
  Object.assign(journal, { fence, opening, isListed: false, size: Buffer.byteLength(beginning + follows) })
}

/** The last file of which all facts before it are dropped. */
function lastPartUpTo({ base, fence }: FileJournal, from: number, upTo: number): number {
  for (let part = fence; part > from; part--) {
    const { follows } = beginningOf(partAt(base, part), part)
    if (follows !== undefined && follows <= upTo) return part
  }
  return from
}

/** From then on the files before `first` are not read any more. */
async function putBeginning(
  { base, owner }: FileJournal,
  first: number,
  disk: Disk | undefined,
): Promise<void> {
  const draft = join(dirname(base), `.${randomUUID()}.draft`)
  const file = openSync(draft, 'wx')
  try {
    writeFileSync(file, beginningFor({ opening: randomUUID(), fence: 1, owner }) + goesOnLine(first))
    await disk?.sync(file)
    renameSync(draft, partAt(base, 1))
  } finally {
    closeSync(file)
    rmSync(draft, { force: true })
  }
  if (disk !== undefined) await syncFolder(dirname(base), disk)
}

/** The earliest first, so that what a crash leaves is without a gap. The very first one stays: it says where it goes on. */
function dropBefore(base: string, first: number): void {
  const dropped: string[] = []
  for (let part = first - 1; part > 1 && existsSync(partAt(base, part)); part--)
    dropped.push(partAt(base, part))
  for (const path of dropped.toReversed()) rmSync(path)
}

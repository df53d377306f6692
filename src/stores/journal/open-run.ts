import { randomUUID } from 'node:crypto'
import { closeSync, existsSync, openSync, statSync, writeFileSync } from 'node:fs'
import type { OpenOptions, Owner } from '../../ports/store.ts'
import { isAlive, showOwner } from '../durable/owner.ts'
import { runOwned, runUnknown } from '../refusals.ts'
import { beginningFor, type FileJournal, followsLine } from './open-journal.ts'
import { putFile } from './put-file.ts'
import { endOf, type RunEnd } from './read-run.ts'
import { partAt } from './run-files.ts'

/**
 * Makes somebody the owner of a run: with a new file, in which the run goes on. The file itself is the fence, and where
 * the others end is looked at once it is up. Throws as `Store.open`, and what the file system throws.
 */
export function openRun(
  base: string,
  runId: string,
  owner: Owner,
  { takeOver = false }: OpenOptions,
): FileJournal {
  for (;;) {
    if (!existsSync(partAt(base, 1))) throw runUnknown(runId)
    const before = endOf(base)
    const held = before.isSettled ? undefined : before.owner
    if (!takeOver && held !== undefined && held.id !== owner.id && isAlive(held)) {
      throw runOwned(runId, held, showOwner(held))
    }
    const fence = before.fence + 1
    const opening = randomUUID()
    const beginning = beginningFor({ opening, fence, owner })
    // Somebody else was faster.
    if (!putFile(partAt(base, fence), beginning)) continue
    const { lastSeq, isSettled } = isUnchanged(before) ? before : endOf(base)
    const follows = followsLine(lastSeq)
    const file = openSync(partAt(base, fence), 'a')
    try {
      writeFileSync(file, follows)
    } finally {
      closeSync(file)
    }
    const size = Buffer.byteLength(beginning + follows)
    const state = {
      file: undefined,
      isListed: false,
      isSettled,
      fault: undefined,
      last: Promise.resolve(),
    }
    return { runId, lastSeq, base, fence, owner, opening, seq: lastSeq, size, ...state }
  }
}

function isUnchanged({ parts, size }: RunEnd): boolean {
  return statSync(parts.at(-1)!).size === size
}

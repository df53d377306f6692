import { closeSync, openSync, readSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { DagmarError } from '../../errors/dagmar-error.ts'
import type { RunFact } from '../../events/facts.ts'
import { type RunSummary, summaryAfter } from '../../events/run-summary.ts'
import { factIn, journalBegins } from './line.ts'
import { type EndOfParts, readParts } from './read-parts.ts'
import { baseOf, firstPartOf } from './run-files.ts'

/** So many lines are read before others have a turn. */
const linesAtOnce = 2_000

/**
 * Reads the facts of a run from its file, the one with the run's name, which is what `fold` takes. A last line that was
 * torn is left out. Rejects with `STORE_DAMAGED` for a file that is damaged in its midst: `facts.saved` of the error says
 * up to which fact it can be read, with `limit`.
 */
export function readJournal(
  path: string,
  { limit = Infinity }: { readonly limit?: number } = {},
): Promise<readonly RunFact[]> {
  return readRun(baseOf(path), 1, limit)
}

/** True for a file of a journal, by how it begins. */
export function isJournal(path: string): boolean {
  const beginning = Buffer.alloc(journalBegins.length)
  try {
    const file = openSync(path, 'r')
    try {
      readSync(file, beginning, 0, beginning.length, 0)
    } finally {
      closeSync(file)
    }
  } catch {
    return false
  }
  return beginning.equals(journalBegins)
}

/** Facts from a `seq` on. */
export async function readRun(base: string, from: number, limit: number): Promise<readonly RunFact[]> {
  for (;;) {
    const first = firstPartOf(base)
    try {
      return await readOnce(base, from, limit)
    } catch (thrown) {
      if (firstPartOf(base) === first) throw thrown
    }
  }
}

async function readOnce(base: string, from: number, limit: number): Promise<readonly RunFact[]> {
  const facts: RunFact[] = []
  if (limit < 1) return facts
  let lines = 0
  for (const { seq, line } of readParts(base, from)) {
    if (seq >= from) {
      facts.push(factIn(line))
      if (facts.length >= limit) break
    }
    lines += 1
    if (lines % linesAtOnce === 0) await nextTurn()
  }
  return facts
}

/** What a list shows of a run, as far as it can be read; undefined for one of which no fact can be read. */
export async function summarise(base: string): Promise<RunSummary | undefined> {
  let summary: RunSummary | undefined
  let last = 0
  try {
    for (const { seq, line } of readParts(base)) {
      last = seq
      // The others change nothing but its length.
      if (line.isOfRun) summary = summaryAfter(summary, factIn(line))
      if (seq % linesAtOnce === 0) await nextTurn()
    }
  } catch (thrown) {
    if (!(thrown instanceof DagmarError)) throw thrown
  }
  return summary === undefined ? undefined : { ...summary, seq: last }
}

export interface RunEnd extends EndOfParts {
  readonly isSettled: boolean
}

/** How a run's files end. Reads all of them, and blocks the thread. */
export function endOf(base: string): RunEnd {
  for (;;) {
    const first = firstPartOf(base)
    try {
      return endOnce(base)
    } catch (thrown) {
      if (firstPartOf(base) === first) throw thrown
    }
  }
}

function endOnce(base: string): RunEnd {
  const lines = readParts(base)
  let summary: RunSummary | undefined
  for (;;) {
    const { done, value } = lines.next()
    if (done === true) return { ...value, isSettled: summary?.settledAt !== undefined }
    if (value.line.isOfRun) summary = summaryAfter(summary, factIn(value.line))
  }
}

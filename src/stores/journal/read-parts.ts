import { closeSync, openSync, statSync } from 'node:fs'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { linesOf } from './file-lines.ts'
import { isNote, type NotedOwner, noteIn, type ReadLine, readLine } from './line.ts'
import { firstPartOf, partsOf } from './run-files.ts'

/** What the first lines of a file say. */
interface Beginning {
  readonly owner: NotedOwner | undefined
  /** The last fact that counts of the files before. Undefined where who opened it got no further than that. */
  readonly follows: number | undefined
}

export interface FactLine {
  readonly seq: number
  readonly line: ReadLine
  /** How much of the file was read so far, in bytes. */
  readonly end: number
}

type EndOfPart = Pick<EndOfParts, 'owner' | 'cut' | 'size'>

/** How a run's files end. */
export interface EndOfParts {
  readonly parts: readonly string[]
  /** The number of the latest opening. */
  readonly fence: number
  /** Who opened it, unless he has released the run. */
  readonly owner: NotedOwner | undefined
  readonly lastSeq: number
  /** Bytes at the end that are no whole append. */
  readonly cut: number
  /** The bytes of the last file. */
  readonly size: number
}

/**
 * Reads the facts of a run from its files, in order; returns how they end. Each file but the last counts up to where the
 * next one goes on: what a fenced owner wrote after that is nobody's. Throws `STORE_DAMAGED` where there is something
 * that was not written so, other than at the very end. Those before `from` are counted and left out, whatever they are.
 */
export function* readParts(base: string, from = 1): Generator<FactLine, EndOfParts> {
  const parts = partsOf(base)
  const first = firstPartOf(base)
  const beginnings = parts.map((part, index) => beginningOf(part, first + index))
  const saved = { seq: beginnings[0]?.follows ?? 0 }
  let end: EndOfPart = { owner: undefined, cut: 0, size: 0 }
  for (const [index, part] of parts.entries()) {
    const { follows, owner } = beginnings[index]!
    // Who opened it has gone no further: nobody owns the run by that for long, and nothing is in it.
    if (follows === undefined) {
      end = { owner, cut: 0, size: statSync(part).size }
      continue
    }
    if (follows > saved.seq) throw damaged(part, 2, saved.seq)
    const limit = Math.min(...beginnings.slice(index + 1).map((later) => later.follows ?? Infinity))
    end = yield* readPart(part, { follows, limit, from }, saved)
  }
  return { parts, fence: first + parts.length - 1, ...end, lastSeq: saved.seq }
}

function* readPart(
  part: string,
  { follows, limit, from }: { readonly follows: number; readonly limit: number; readonly from: number },
  saved: { seq: number },
): Generator<FactLine, EndOfPart> {
  const file = openSync(part, 'r')
  try {
    let owner: NotedOwner | undefined
    let seq = follows
    /** Lines of an append whose last line is still to come. */
    let open: FactLine[] = []
    let stray: number | undefined
    let sound = 0
    let size = 0
    let last = 0
    for (const { line, number, isWhole, end } of linesOf(file)) {
      size = end
      last = number
      if (seq + 1 < from && seq < limit && isWhole && !isNote(line)) {
        seq += 1
        saved.seq = seq
        sound = end
        continue
      }
      const read = isWhole ? readLine(line) : undefined
      if (read === undefined) {
        stray ??= number
        continue
      }
      if (stray !== undefined) throw damaged(part, stray, saved.seq)
      if (read.isNote) {
        const note = noteIn(read)
        if ('owner' in note) owner = note.owner
        if ('released' in note) owner = undefined
        sound = end
        continue
      }
      seq += 1
      if (seq > limit) break
      if (read.isMore) {
        // The line is good until the next one is read.
        open.push({ seq, line: readLine(Buffer.from(line))!, end })
        continue
      }
      yield* open
      open = []
      saved.seq = seq
      sound = end
      yield { seq, line: read, end }
    }
    if (limit !== Infinity && saved.seq < limit) throw damaged(part, stray ?? last + 1, saved.seq)
    return { owner, cut: limit === Infinity ? size - sound : 0, size }
  } finally {
    closeSync(file)
  }
}

/** What is in the first two lines of a file. The first one is there with the file, or the file is not. */
export function beginningOf(part: string, fence: number): Beginning {
  const file = openSync(part, 'r')
  try {
    let owner: NotedOwner | undefined
    let follows: number | undefined
    // The power was lost before the file was synced. Facts come after that, so that there are none.
    let isLost = false
    for (const { line, number, isWhole } of linesOf(file)) {
      // Who opened the file died before he had written where it goes on. Nobody writes behind that.
      if (number === 3 && follows === undefined) throw damaged(part, isLost ? 1 : 2, 0)
      const read = isWhole ? readLine(line) : undefined
      const noted = read?.isNote === true ? noteIn(read) : undefined
      if (number === 1) {
        isLost = noted === undefined || !('owner' in noted)
        if (isLost && fence === 1) throw damaged(part, 1, 0)
        if (noted !== undefined && 'owner' in noted) ({ owner } = noted)
        if (fence === 1) return { owner, follows: 0 }
      } else if (isLost) {
        if (isWhole && (noted === undefined || !('follows' in noted))) throw damaged(part, 1, 0)
      } else if (noted !== undefined && 'follows' in noted) ({ follows } = noted)
      if (number === 3 || follows !== undefined) break
    }
    return { owner, follows }
  } finally {
    closeSync(file)
  }
}

export function damaged(path: string, line: number, saved: number): DagmarError {
  const rest =
    saved === 0 ? 'None of its facts can be saved.' : `Facts 1 to ${saved} can be saved: they come before.`
  return new DagmarError('STORE_DAMAGED', {
    message: `The journal ${path} is damaged: line ${line} is not what was written, and it is not the last one.`,
    hint: `${rest} To go on from there, cut the file: head -n ${line - 1}.`,
    facts: { path, line, saved },
  })
}

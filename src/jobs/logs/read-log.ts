import type { AttemptLogFile } from './attempt-logs.ts'
import { startOfLastLines } from './last-lines.ts'
import { closeAll, openParts } from './log-part.ts'

export interface ReadLogOptions {
  /** Only the last lines, so many. Integer ≥ 0. @default all that is kept */
  readonly tailLines?: number
  /** Ends the reading, without an error. */
  readonly signal?: AbortSignal
}

/**
 * The raw bytes of an attempt's log, as far as it goes now: what is written meanwhile is left out. Comes in pieces of at
 * most 64 KiB, cut anywhere. Nothing where the log is gone.
 */
export async function* readLog(
  { path }: Pick<AttemptLogFile, 'path'>,
  { tailLines, signal }: ReadLogOptions = {},
): AsyncGenerator<Uint8Array, void> {
  const isStopped = (): boolean => signal?.aborted === true
  const parts = await openParts(path)
  try {
    const start = tailLines === undefined ? { part: 0, offset: 0 } : await startOfLastLines(parts, tailLines)
    for (const [index, part] of parts.entries()) {
      if (index < start.part) continue
      let offset = index === start.part ? start.offset : 0
      while (offset < part.size && !isStopped()) {
        const piece = await part.read(offset, part.size - offset)
        // It was cut off meanwhile.
        if (piece.length === 0) break
        offset += piece.length
        yield piece
      }
    }
  } finally {
    await closeAll(parts)
  }
}

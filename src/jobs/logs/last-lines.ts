import type { LogPart } from './log-part.ts'

const newline = 0x0a
const blockBytes = 64 * 1024

/** A place in a log: so many bytes into one of its parts. */
export interface LogPlace {
  /** Its index. */
  readonly part: number
  readonly offset: number
}

/**
 * Where the last lines of a log begin, so many of them, or all. A line that has not ended counts. Looks from the end,
 * at no more than it needs.
 */
export async function startOfLastLines(parts: readonly LogPart[], lines: number): Promise<LogPlace> {
  let left = lines
  let isLastByte = true
  for (let part = parts.length - 1; part >= 0; part--) {
    for (let end = parts[part]!.size; end > 0; ) {
      const from = Math.max(0, end - blockBytes)
      const block = await parts[part]!.read(from, end - from)
      if (left === 0 && isLastByte) return { part, offset: end }
      for (let at = block.length - 1; at >= 0; at--) {
        // The newline at the very end ends a line, and begins none.
        if (block[at] === newline && !isLastByte && --left === 0) return { part, offset: from + at + 1 }
        isLastByte = false
      }
      end = from
    }
  }
  return { part: 0, offset: 0 }
}

import { readSync } from 'node:fs'

const pieceBytes = 1024 * 1024

export interface FileLine {
  /** Without its end. Good until the next one is asked for. */
  readonly line: Buffer
  /** From 1 on. */
  readonly number: number
  /** False for a last line without an end. */
  readonly isWhole: boolean
  /** Where the next line begins. */
  readonly end: number
}

/** The lines of an open file, read piece by piece. */
export function* linesOf(file: number): Generator<FileLine, void> {
  let held = Buffer.allocUnsafe(pieceBytes)
  let filled = 0
  let number = 0
  let position = 0
  for (;;) {
    if (filled === held.length) held = Buffer.concat([held, Buffer.allocUnsafe(held.length)])
    const read = readSync(file, held, filled, held.length - filled, position + filled)
    const searched = filled
    filled += read
    let begin = 0
    let end = held.indexOf(0x0a, searched)
    while (end !== -1 && end < filled) {
      number += 1
      yield { line: held.subarray(begin, end), number, isWhole: true, end: position + end + 1 }
      begin = end + 1
      end = held.indexOf(0x0a, begin)
    }
    if (read === 0) {
      if (begin < filled) {
        yield {
          line: held.subarray(begin, filled),
          number: number + 1,
          isWhole: false,
          end: position + filled,
        }
      }
      return
    }
    if (begin > 0) held.copyWithin(0, begin, filled)
    filled -= begin
    position += begin
  }
}

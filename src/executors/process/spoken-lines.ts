const newline = 0x0a
const carriageReturn = 0x0d
const mark = Buffer.from('::dagmar')

export type Hear = (said: string) => (() => void) | undefined

export interface SpokenLinesOptions {
  /** Output as it is: lines, or a part of one. */
  readonly pass: (bytes: Buffer) => void
  /** Gives what to do about what stands after `::dagmar` of one line. With nothing, the line is output like any other. */
  readonly hear: Hear
}

/**
 * Takes the lines that begin with `::dagmar` out of a stream of pieces, as `Lines` cuts them. Looks at each byte once.
 * A line that is so long that it comes in parts is output.
 */
export class SpokenLines {
  readonly #options: SpokenLinesOptions
  readonly #longestLine: number
  #isInLine = false

  constructor(longestLine: number, options: SpokenLinesOptions) {
    this.#longestLine = longestLine
    this.#options = options
  }

  take(piece: Buffer): void {
    const { pass, hear } = this.#options
    /** Where the output begins that is not passed on yet. */
    let from = 0
    let at = piece.indexOf(mark)
    while (at !== -1) {
      const end = piece.indexOf(newline, at)
      const over = end === -1 ? piece.length : end + 1
      const text = end === -1 ? piece.length : end
      if (this.#mayBeSpoken(piece, at, text)) {
        const to = text > at && piece[text - 1] === carriageReturn ? text - 1 : text
        const act = hear(piece.toString('utf8', at + mark.length, to))
        if (act !== undefined) {
          // What was written before comes before.
          if (at > from) pass(piece.subarray(from, at))
          act()
          from = over
        }
      }
      at = piece.indexOf(mark, over)
    }
    if (from < piece.length) pass(from === 0 ? piece : piece.subarray(from))
    this.#isInLine = piece.at(-1) !== newline
  }

  /** True for what there is of a line that has not ended, if it may become one that is taken out. */
  mayBecomeSpoken(bytes: Buffer): boolean {
    if (this.#isInLine) return false
    const length = Math.min(bytes.length, mark.length)
    if (bytes.compare(mark, 0, length, 0, length) !== 0) return false
    return bytes.length <= mark.length || isBlank(bytes[mark.length]!)
  }

  #mayBeSpoken(piece: Buffer, at: number, end: number): boolean {
    const isStart = at === 0 ? !this.#isInLine : piece[at - 1] === newline
    const after = at + mark.length
    return isStart && end - at < this.#longestLine && (after >= end || isBlank(piece[after]!))
  }
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === carriageReturn
}

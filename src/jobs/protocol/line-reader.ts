/** The longest line that a supervisor takes, in bytes. A plan of 10,000 tasks takes about 5 MB. */
export const longestLine = 32 * 1024 * 1024
/** The longest line that a client takes: what it has asked for may be long. */
export const longestAnswer = 256 * 1024 * 1024

/** Cuts what comes into lines. Keeps what there is of one that has not ended. */
export class LineReader {
  readonly #longest: () => number
  readonly #take: (line: string) => void
  #pieces: Buffer[] = []
  #size = 0

  constructor(take: (line: string) => void, longest: () => number = () => longestLine) {
    this.#take = take
    this.#longest = longest
  }

  /** False where a line is too long: then nothing more is to be read. */
  push(chunk: Buffer): boolean {
    let from = 0
    for (;;) {
      const end = chunk.indexOf(0x0a, from)
      const piece = chunk.subarray(from, end === -1 ? undefined : end)
      if (this.#size + piece.length > this.#longest()) return false
      this.#pieces.push(piece)
      this.#size += piece.length
      if (end === -1) return true
      const line = this.#pieces.length === 1 ? piece : Buffer.concat(this.#pieces)
      this.#pieces = []
      this.#size = 0
      this.#take(line.toString('utf8'))
      from = end + 1
    }
  }
}

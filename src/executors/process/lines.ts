const newline = 0x0a

/** Whole lines are passed on in pieces of about this many bytes, so that a buffer of a thousand pieces stays small. */
const pieceBytes = 16 * 1024
/** A longer line is passed on in parts. */
export const longestLine = 64 * 1024

/**
 * Cuts a stream of bytes into pieces of whole lines, each with a newline at its end. Parts of a line longer than 64
 * KiB, and a last line without a newline, come without one. Holds at most 64 KiB.
 */
export class Lines {
  readonly #emit: (piece: Buffer) => void
  #held: Buffer | undefined
  #used = 0

  constructor(emit: (piece: Buffer) => void) {
    this.#emit = emit
  }

  push(chunk: Buffer): void {
    let rest = chunk
    while (rest.length > 0) {
      const end = this.#endOfPiece(rest)
      if (end >= longestLine - this.#used) {
        rest = this.#hold(rest)
        continue
      }
      const piece = rest.subarray(0, end + 1)
      rest = rest.subarray(end + 1)
      if (this.#used === 0) this.#emit(piece)
      else this.#emit(Buffer.concat([this.#taken(), piece]))
    }
  }

  /** What there is of a line that has not ended. It changes with the next chunk. */
  get unended(): Buffer | undefined {
    return this.#used === 0 ? undefined : this.#held!.subarray(0, this.#used)
  }

  /** Passes on the rest, which has no newline. */
  end(): void {
    if (this.#used > 0) this.#emit(Buffer.from(this.#taken()))
  }

  /**
   * Where the next piece ends: at the newline of the line that is held, or at the last newline of a piece. Infinity
   * where there is none.
   */
  #endOfPiece(bytes: Buffer): number {
    let end = this.#used > 0 ? -1 : bytes.lastIndexOf(newline, pieceBytes - 1)
    if (end === -1) end = bytes.indexOf(newline)
    return end === -1 ? Number.POSITIVE_INFINITY : end
  }

  /** Holds as much as there is room for, and returns the rest. */
  #hold(bytes: Buffer): Buffer {
    this.#held ??= Buffer.allocUnsafeSlow(longestLine)
    const part = bytes.subarray(0, longestLine - this.#used)
    this.#held.set(part, this.#used)
    this.#used += part.length
    if (this.#used === longestLine) this.end()
    return bytes.subarray(part.length)
  }

  #taken(): Buffer {
    const held = this.#held!.subarray(0, this.#used)
    this.#used = 0
    return held
  }
}

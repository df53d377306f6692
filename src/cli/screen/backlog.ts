import { randomUUID } from 'node:crypto'
import { closeSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const mostInMemory = 1 << 20
const mostInFile = 1 << 30
const pieceBytes = 64 * 1024

export interface BacklogOptions {
  /** Where the temporary file is made. @default that of the system */
  readonly folder?: string
  /** The most bytes of the file. @default 1 GiB */
  readonly most?: number
}

/**
 * Text that waits for its reader, first come first served: the first MiB of it in memory, the rest in a temporary file.
 * The file loses its name as soon as it is made, so that nothing of it is left however this process ends.
 */
export class Backlog {
  readonly #folder: string
  readonly #most: number
  /** Before what is in the file. */
  readonly #first = new Pieces()
  /** Behind it: what the file would not take. */
  readonly #last = new Pieces()
  #file: number | undefined
  #written = 0
  #read = 0

  constructor({ folder = tmpdir(), most = mostInFile }: BacklogOptions = {}) {
    this.#folder = folder
    this.#most = most
  }

  /** How much waits. */
  get bytes(): number {
    return this.#first.bytes + this.#written - this.#read + this.#last.bytes
  }

  /** True when the file takes no more. What is added all the same stays in memory. */
  get isFull(): boolean {
    return this.#last.bytes > 0
  }

  add(text: string): void {
    const piece = Buffer.from(text)
    if (this.#written === 0 && this.#first.bytes < mostInMemory) this.#first.add(piece)
    else if (this.isFull || !this.#append(piece)) this.#last.add(piece)
  }

  /** The next piece, of any length. Undefined where nothing waits. */
  take(): Buffer | undefined {
    const piece = this.#first.take() ?? this.#readPiece() ?? this.#last.take()
    if (this.bytes === 0) this.#empty()
    return piece
  }

  /** Forgets everything. */
  close(): void {
    this.#first.clear()
    this.#last.clear()
    this.#written = 0
    this.#read = 0
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  #append(piece: Buffer): boolean {
    if (this.#written + piece.length > this.#most) return false
    try {
      this.#file ??= openUnnamed(this.#folder)
      for (let done = 0; done < piece.length; ) {
        done += writeSync(this.#file, piece, done, piece.length - done, this.#written + done)
      }
    } catch {
      // The disk is full, or there is none to write to.
      return false
    }
    this.#written += piece.length
    return true
  }

  #readPiece(): Buffer | undefined {
    if (this.#file === undefined || this.#read === this.#written) return undefined
    const piece = Buffer.allocUnsafe(Math.min(pieceBytes, this.#written - this.#read))
    const size = readSync(this.#file, piece, 0, piece.length, this.#read)
    this.#read += size
    return piece.subarray(0, size)
  }

  #empty(): void {
    if (this.#written === 0) return
    this.#written = 0
    this.#read = 0
    ftruncateSync(this.#file!)
  }
}

class Pieces {
  readonly #pieces: Buffer[] = []
  #taken = 0
  bytes = 0

  add(piece: Buffer): void {
    this.#pieces.push(piece)
    this.bytes += piece.length
  }

  take(): Buffer | undefined {
    const piece = this.#pieces[this.#taken]
    if (piece === undefined) return undefined
    this.bytes -= piece.length
    this.#taken++
    if (this.bytes === 0) this.clear()
    return piece
  }

  clear(): void {
    this.#pieces.length = 0
    this.#taken = 0
    this.bytes = 0
  }
}

function openUnnamed(folder: string): number {
  const path = join(folder, `dagmar-output-${randomUUID()}`)
  const file = openSync(path, 'wx+', 0o600)
  unlinkSync(path)
  return file
}

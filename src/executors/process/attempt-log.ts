import type { Writable } from 'node:stream'
import { thrownText } from '../../errors/foreign-value.ts'
import { afterPoll } from './after-poll.ts'
import { rotatedPath } from './log-path.ts'
import { writeRegularFile } from './regular-file.ts'
import { writeRotatingFile } from './rotating-file.ts'

/** How much output may wait for the disk before the command has to wait, too. */
const mostWaitingBytes = 256 * 1024
/** How long the end of an attempt waits for its log. */
const finishMs = 1_000

export interface AttemptLogOptions {
  readonly path: string
  /** Most bytes of the file. Past it the file is rotated. @default Infinity */
  readonly mostBytes?: number | undefined
  /** Makes the file. @default a regular one */
  readonly open?: (path: string, mostWaitingBytes: number) => Writable
  /** Called with true when the log cannot keep up, and with false when it can again. */
  readonly holdBack: (isFull: boolean) => void
  /** Called once if the log cannot be written, nothing of which is written from then on, and once if not all is kept. */
  readonly warn: (message: string) => void
}

/** The raw output of one attempt in a file, which is made when the first piece comes. */
export class AttemptLog {
  readonly #options: AttemptLogOptions
  #stream: Writable | undefined
  #isBroken = false
  #isRotated = false
  #isInLine = false
  #last: 'stdout' | 'stderr' | undefined

  constructor(options: AttemptLogOptions) {
    this.#options = options
  }

  write(piece: Buffer, from: 'stdout' | 'stderr'): void {
    if (this.#isBroken) return
    try {
      this.#stream ??= this.#open()
    } catch (thrown) {
      this.#break(thrown)
      return
    }
    if (this.#isInLine && this.#last !== from) this.#stream.write('\n')
    this.#last = from
    this.#isInLine = piece.at(-1) !== 0x0a
    if (!this.#stream.write(piece)) this.#options.holdBack(true)
  }

  /** Calls `done` when everything is written, when that has failed, or after a second. */
  end(done: () => void): void {
    const stream = this.#stream
    if (stream === undefined || this.#isBroken) {
      done()
      return
    }
    let isDone = false
    const finish = (): void => {
      if (isDone) return
      isDone = true
      clearTimeout(timer)
      done()
    }
    const giveUp = (): void => {
      if (isDone) return
      this.#options.warn(`Its log ${this.#options.path} is slow: the last of it may be missing.`)
      finish()
    }
    const timer = setTimeout(() => afterPoll(giveUp), finishMs)
    stream.once('close', finish)
    stream.end()
  }

  #open(): Writable {
    const { path, open = this.#opening(), holdBack } = this.#options
    const stream = open(path, mostWaitingBytes)
    stream.on('drain', () => holdBack(false))
    stream.on('error', (error) => this.#break(error))
    return stream
  }

  #opening(): (path: string, mostWaitingBytes: number) => Writable {
    const { mostBytes = Number.POSITIVE_INFINITY } = this.#options
    if (mostBytes === Number.POSITIVE_INFINITY) return writeRegularFile
    const rotated = (): void => this.#rotated(mostBytes)
    return (path, mostWaitingBytes) => writeRotatingFile(path, { mostBytes, mostWaitingBytes, rotated })
  }

  #rotated(mostBytes: number): void {
    if (this.#isRotated) return
    this.#isRotated = true
    const { path, warn } = this.#options
    warn(
      `Its log ${path} has reached ${mostBytes} bytes and begins anew: no more than the last ${2 * mostBytes} bytes of its output are kept, in it and in ${rotatedPath(path)}.`,
    )
  }

  #break(thrown: unknown): void {
    if (this.#isBroken) return
    this.#isBroken = true
    this.#options.warn(`Its log ${this.#options.path} cannot be written: ${thrownText(thrown)}.`)
    this.#options.holdBack(false)
  }
}

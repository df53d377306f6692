import type { WriteStream } from 'node:fs'
import { thrownText } from '../../errors/foreign-value.ts'
import { afterPoll } from './after-poll.ts'
import { writeRegularFile } from './regular-file.ts'

/** How much output may wait for the disk before the command has to wait, too. */
const mostWaitingBytes = 256 * 1024
/** How long the end of an attempt waits for its log. */
const finishMs = 1_000

export interface AttemptLogOptions {
  readonly path: string
  /** Makes the file. @default a regular one */
  readonly open?: (path: string, mostWaitingBytes: number) => WriteStream
  /** Called with true when the log cannot keep up, and with false when it can again. */
  readonly holdBack: (isFull: boolean) => void
  /** Called once if the log cannot be written. Nothing is written to it from then on. */
  readonly failed: (message: string) => void
}

/** The raw output of one attempt in a file, which is made when the first piece comes. */
export class AttemptLog {
  readonly #options: AttemptLogOptions
  #stream: WriteStream | undefined
  #isBroken = false
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
      this.#options.failed(`Its log ${this.#options.path} is slow: the last of it may be missing.`)
      finish()
    }
    const timer = setTimeout(() => afterPoll(giveUp), finishMs)
    stream.once('close', finish)
    stream.end()
  }

  #open(): WriteStream {
    const { path, open = writeRegularFile, holdBack } = this.#options
    const stream = open(path, mostWaitingBytes)
    stream.on('drain', () => holdBack(false))
    stream.on('error', (error) => this.#break(error))
    return stream
  }

  #break(thrown: unknown): void {
    if (this.#isBroken) return
    this.#isBroken = true
    this.#options.failed(`Its log ${this.#options.path} cannot be written: ${thrownText(thrown)}.`)
    this.#options.holdBack(false)
  }
}

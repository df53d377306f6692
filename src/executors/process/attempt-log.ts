import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs'
import { join } from 'node:path'
import { errorText } from './start-fault.ts'

/** How much output may wait for the disk before the command has to wait, too. */
const mostWaitingBytes = 256 * 1024
const mostNameBytes = 200
/** How long the end of an attempt waits for its log. */
const finishMs = 1_000

/**
 * The file for the output of an attempt. Characters that do not fit into a file name become `_`; then a hash is added,
 * so that different tasks have different files.
 */
export function logPath(logDir: string, taskId: string, attempt: number): string {
  const safe = Buffer.from(taskId.replace(/^\.|[/\\:*?"<>|]/g, '_'))
  // Cut in the middle of a character, it ends with the mark for a broken one.
  const name = safe.length > mostNameBytes ? safe.toString('utf8', 0, mostNameBytes) : safe.toString()
  return join(logDir, `${name === taskId ? name : `${name}-${hashOf(taskId)}`}.${attempt}.log`)
}

export interface AttemptLogOptions {
  readonly path: string
  readonly logDir: string
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
    const timer = setTimeout(() => {
      this.#options.failed(`Its log ${this.#options.path} is slow: the last of it may be missing.`)
      finish()
    }, finishMs)
    stream.once('close', finish)
    stream.end()
  }

  #open(): WriteStream {
    const { logDir, path, holdBack } = this.#options
    mkdirSync(logDir, { recursive: true })
    const stream = createWriteStream(path, { highWaterMark: mostWaitingBytes })
    stream.on('drain', () => holdBack(false))
    stream.on('error', (error) => this.#break(error))
    return stream
  }

  #break(thrown: unknown): void {
    if (this.#isBroken) return
    this.#isBroken = true
    this.#options.failed(`Its log ${this.#options.path} cannot be written: ${errorText(thrown)}.`)
    this.#options.holdBack(false)
  }
}

/** FNV-1a of 32 bits, http://www.isthe.com/chongo/tech/comp/fnv/. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}

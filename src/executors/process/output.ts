import { StringDecoder } from 'node:string_decoder'
import type { Socket } from 'node:net'
import { afterPoll } from './after-poll.ts'
import type { AttemptLog } from './attempt-log.ts'
import { ByteMask } from './byte-mask.ts'
import { KeptOutput } from './kept-output.ts'
import { Lines, longestLine } from './lines.ts'
import { type Hear, SpokenLines } from './spoken-lines.ts'

/** Pipes that are still held when nothing of the command is left are given up after this much silence. */
const silenceMs = 50
/** And after this time in any case. */
const patienceMs = 2_000
/** So often a command that is not read counts as one that works: nobody can tell that it is silent. */
const heldBeatMs = 500

/** A line that has not ended is told so often. */
const unendedMs = 250
/** Of a long one only the end, in bytes. */
const mostUnended = 4 * 1024

type StreamName = 'stdout' | 'stderr'

export interface OutputOptions {
  /** What is neither told nor logged. */
  readonly secrets?: ReadonlySet<string> | undefined
  /** One or more whole lines, without the last newline. */
  readonly tell: (text: string, stream: StreamName) => void
  /** Gives what to do about what a line of stdout says after `::dagmar`. With nothing the line is output. */
  readonly hear: Hear
  /** Called when something was written, but no whole line. */
  readonly beat: () => void
  /** What there is of a line that has not ended for a while, such as a progress bar or a prompt, as it stands now. */
  readonly tellUnended: (text: string, stream: StreamName) => void
  /** Makes the log, if there is to be one. */
  readonly log: (holdBack: (isFull: boolean) => void) => AttemptLog | undefined
}

/** Reads what a command writes, tells it line by line, logs it, and keeps the parts that are needed at the end. */
export class Output {
  readonly kept = new KeptOutput()
  readonly #options: OutputOptions
  readonly #log: AttemptLog | undefined
  #sockets: readonly Socket[] = []
  #open = 0
  #isLeaderGone = false
  #closed: (() => void) | undefined
  #toldPieces = 0
  #heardChunks = 0
  #isLogFull = false
  #isHeld = false
  #beats: ReturnType<typeof setInterval> | undefined

  constructor(options: OutputOptions) {
    this.#options = options
    this.#log = options.log((isFull) => {
      this.#isLogFull = isFull
      this.#readOrWait()
    })
  }

  /** With true nothing more is read, until it is called with false: the command waits once its pipes are full. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld
    this.#readOrWait()
  }

  read(stdout: Socket, stderr: Socket): void {
    this.#sockets = [stdout, stderr]
    this.#open = 2
    this.#readStream(stdout, 'stdout')
    this.#readStream(stderr, 'stderr')
    this.#readOrWait()
  }

  /**
   * Calls `settled` when everything is read, or after `ms` milliseconds, because a process that holds the other ends
   * may live on.
   */
  settle(ms: number, settled: () => void): void {
    this.#isLeaderGone = true
    // There is little left in the pipes, and it must not wait for a log or a reader.
    this.#readOrWait()
    if (this.#open === 0) {
      settled()
      return
    }
    const end = (): void => {
      if (this.#closed !== end) return
      this.#closed = undefined
      clearTimeout(timer)
      settled()
    }
    const timer = setTimeout(() => afterPoll(end), ms)
    this.#closed = end
  }

  /**
   * Calls `finished` when everything is read. Calls it with `false` where the pipes are still held and are silent, or
   * never end: then the end of the output may be missing. Call it when nothing of the command is left.
   */
  finish(finished: (isWhole: boolean) => void): void {
    if (this.#open === 0) {
      finished(true)
      return
    }
    const giveUpAt = performance.now() + patienceMs
    let isWhole = true
    let heard = this.#heardChunks
    const look = (): void => {
      if (this.#open === 0) return
      if (this.#heardChunks !== heard && performance.now() < giveUpAt) {
        heard = this.#heardChunks
        setTimeout(() => afterPoll(look), silenceMs)
        return
      }
      isWhole = false
      for (const socket of this.#sockets) socket.destroy()
    }
    this.#closed = () => finished(isWhole)
    setTimeout(() => afterPoll(look), silenceMs)
  }

  endLog(done: () => void): void {
    if (this.#log === undefined) done()
    else this.#log.end(done)
  }

  #readStream(socket: Socket, name: StreamName): void {
    const { secrets } = this.#options
    const mask = secrets === undefined || secrets.size === 0 ? undefined : new ByteMask(secrets)
    const decoder = new StringDecoder('utf8')
    let isOver = false
    let told = ''
    let timer: ReturnType<typeof setTimeout> | undefined
    const tellUnended = (): void => {
      timer = undefined
      const bytes = lines.unended
      if (bytes === undefined || spoken?.mayBecomeSpoken(bytes) === true) return
      const text = latestOf(new StringDecoder('utf8').write(masked(bytes).subarray(-mostUnended)))
      if (text === told || text === '') return
      told = text
      this.#options.tellUnended(text, name)
    }
    const masked = (bytes: Buffer): Buffer => (mask === undefined ? bytes : mask.preview(bytes))
    const show = (piece: Buffer): void => {
      this.#log?.write(piece, name)
      this.#tell(isOver ? decoder.end(piece) : decoder.write(piece), name)
    }
    // What is masked may be cut anywhere.
    const maskedLines = mask === undefined ? undefined : new Lines(show)
    const pass = (bytes: Buffer): void => {
      if (name === 'stdout') this.kept.keepStdout(bytes)
      if (maskedLines === undefined) show(bytes)
      else maskedLines.push(mask!.push(bytes))
    }
    const spoken =
      name === 'stdout' ? new SpokenLines(longestLine, { pass, hear: this.#options.hear }) : undefined
    const lines = new Lines((piece) => (spoken === undefined ? pass(piece) : spoken.take(piece)))
    socket.on('data', (chunk: Buffer) => {
      this.#heardChunks++
      const before = this.#toldPieces
      lines.push(chunk)
      if (this.#toldPieces === before) this.#options.beat()
      timer ??= setTimeout(tellUnended, unendedMs)
    })
    socket.once('close', () => {
      isOver = true
      clearTimeout(timer)
      lines.end()
      maskedLines?.push(mask!.end())
      maskedLines?.end()
      this.#tell(decoder.end(), name)
      if (--this.#open === 0) this.#closed?.()
    })
  }

  #tell(text: string, name: StreamName): void {
    if (text === '') return
    this.#toldPieces++
    const told = text.endsWith('\n') ? text.slice(0, -1) : text
    this.kept.noteLines(told)
    this.#options.tell(told, name)
  }

  #readOrWait(): void {
    const waits = (this.#isHeld || this.#isLogFull) && !this.#isLeaderGone
    for (const socket of this.#sockets) {
      if (waits) socket.pause()
      else socket.resume()
    }
    if (!waits) {
      clearInterval(this.#beats)
      this.#beats = undefined
    } else this.#beats ??= setInterval(() => this.#options.beat(), heldBeatMs)
  }
}

/** What a carriage return has not made obsolete: the latest state of a progress bar. */
function latestOf(text: string): string {
  const shown = text.replace(/[\r\n]+$/, '')
  return shown.slice(Math.max(shown.lastIndexOf('\r'), shown.lastIndexOf('\n')) + 1)
}

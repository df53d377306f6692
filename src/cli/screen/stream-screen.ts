import { afterPoll } from '../../executors/process/after-poll.ts'
import { type Clock, systemClock, type TimerId } from '../../time/clock.ts'
import { Backlog, type BacklogOptions } from './backlog.ts'
import type { Screen } from './screen.ts'

/**
 * How the reader of the output keeps up. `behind`: so much waits that no more should be made for now. `lost`: it has
 * taken nothing for 10 s, so that waiting for it makes no sense. `present`: it has taken what waited.
 */
export type Reader = 'present' | 'behind' | 'lost'

/** A screen over stdout or stderr. */
export interface StreamScreen extends Screen {
  /** Calls `listener` whenever the reader falls behind, is lost, or catches up. */
  onReader(listener: (reader: Reader) => void): void
  /** Calls `listener` once, when the stream can no longer be written. */
  onGone(listener: (error: NodeJS.ErrnoException) => void): void
  /** Resolves when everything is written, or nobody will ever read it. */
  flushed(): Promise<void>
}

export interface StreamScreenOptions extends BacklogOptions {
  readonly clock?: Clock
}

/** So much is given to the stream at once, and as much is asked for again when less waits. */
const readyBytes = 128 * 1024
/** More than this waits: the reader is behind. */
const mostBytes = 512 * 1024
const patienceMs = 10_000

/**
 * An error of the stream is not thrown: when a terminal or a pipe is closed, the run is to end in good order. Writes do
 * not block, so that a reader that does not read, or a terminal after Ctrl-S, cannot keep signals from being handled. What it does not take
 * waits, and nothing is lost before a GiB does.
 */
export function streamScreen(stream: NodeJS.WriteStream, options: StreamScreenOptions = {}): StreamScreen {
  const { clock = systemClock } = options
  // Others may take what is written to it meanwhile.
  const writeNow = stream.write.bind(stream)
  const backlog = new Backlog(options)
  let error: NodeJS.ErrnoException | undefined
  let reader: Reader = 'present'
  let patience: TimerId
  const gone: ((error: NodeJS.ErrnoException) => void)[] = []
  const readers: ((reader: Reader) => void)[] = []
  const emptied: (() => void)[] = []

  const become = (next: Reader): void => {
    clock.clearTimeout(patience)
    if (next === 'behind') patience = clock.setTimeout(judge, patienceMs)
    if (next === reader) return
    reader = next
    for (const listener of readers) listener(next)
  }
  const judge = (): void => {
    const judged = patience
    // In a process that was busy or stopped, what the reader has taken is not known yet.
    afterPoll(() => {
      if (patience === judged && reader === 'behind') become('lost')
    })
  }
  const give = (piece: string | Buffer): void => {
    writeNow(piece, taken)
  }
  const taken = (): void => {
    if (error !== undefined) return
    while (stream.writableLength < readyBytes) {
      const piece = backlog.take()
      if (piece === undefined) break
      give(piece)
    }
    if (reader !== 'present') become(backlog.bytes < readyBytes ? 'present' : 'behind')
    if (stream.writableLength === 0) for (const listener of emptied.splice(0)) listener()
  }

  stream.on('error', (thrown: NodeJS.ErrnoException) => {
    if (error !== undefined) return
    error = thrown
    backlog.close()
    clock.clearTimeout(patience)
    for (const listener of [...gone.splice(0).map((tell) => () => tell(thrown)), ...emptied.splice(0)])
      listener()
  })
  neverBlock(stream)
  return {
    // A terminal that does not know its size says 0.
    get columns() {
      return stream.columns || 80
    },
    get rows() {
      return stream.rows || 24
    },
    write: (text) => {
      if (error !== undefined || text === '') return
      if (backlog.bytes === 0 && stream.writableLength < readyBytes) {
        give(text)
        return
      }
      backlog.add(text)
      if (reader === 'present' && backlog.bytes > mostBytes) become('behind')
    },
    get isBehind() {
      return error === undefined && backlog.bytes > 0
    },
    get isClogged() {
      return error === undefined && backlog.isFull
    },
    onResize: (listener) => {
      stream.on('resize', listener)
      return () => stream.off('resize', listener)
    },
    onReader: (listener) => {
      readers.push(listener)
    },
    onGone: (listener) => {
      if (error === undefined) gone.push(listener)
      else listener(error)
    },
    flushed: () =>
      new Promise((resolve) => {
        if (error !== undefined || stream.destroyed) resolve()
        else {
          emptied.push(resolve)
          // Its end comes after all that was written before.
          writeNow('', taken)
        }
      }),
  }
}

/** By default Node writes to pipes and terminals synchronously, and it has no public way to change that. */
function neverBlock(stream: NodeJS.WriteStream): void {
  const { _handle: handle } = stream as { _handle?: { setBlocking?: (blocking: boolean) => void } }
  handle?.setBlocking?.(false)
}

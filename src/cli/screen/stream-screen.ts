import { flushed } from './flushed.ts'
import type { Screen } from './screen.ts'

/** A screen over stdout or stderr. */
export interface StreamScreen extends Screen {
  /** Calls `listener` once, when the terminal or the reader has gone away. */
  onGone(listener: () => void): void
  /** Resolves when everything is written, or nobody will ever read it. */
  flushed(): Promise<void>
}

const clogged = 1 << 20

/**
 * An error of the stream is not thrown: when a terminal or a pipe is closed, the run is to end in good order. Writes to
 * pipes do not block, so that a reader that does not read cannot keep signals from being handled.
 */
export function streamScreen(stream: NodeJS.WriteStream): StreamScreen {
  let isGone = false
  const told: (() => void)[] = []
  stream.on('error', () => {
    if (isGone) return
    isGone = true
    for (const listener of told.splice(0)) listener()
  })
  if (!stream.isTTY) neverBlock(stream)
  return {
    // A terminal that does not know its size says 0.
    get columns() {
      return stream.columns || 80
    },
    get rows() {
      return stream.rows || 24
    },
    write: (text) => {
      if (!isGone && text !== '') stream.write(text)
    },
    get isClogged() {
      return !isGone && stream.writableLength > clogged
    },
    onResize: (listener) => {
      stream.on('resize', listener)
      return () => stream.off('resize', listener)
    },
    onGone: (listener) => {
      if (isGone) listener()
      else told.push(listener)
    },
    flushed: () => flushed(stream),
  }
}

/** By default Node writes to pipes synchronously, and it has no public way to change that. */
function neverBlock(stream: NodeJS.WriteStream): void {
  const { _handle: handle } = stream as { _handle?: { setBlocking?: (blocking: boolean) => void } }
  handle?.setBlocking?.(false)
}

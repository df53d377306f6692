import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Writable } from 'node:stream'
import { callbackify } from 'node:util'
import { rotatedPath } from './log-path.ts'
import { errorCode } from './start-fault.ts'

export interface RotatingFileOptions {
  /** Most bytes of the file. */
  readonly mostBytes: number
  /** How many bytes may wait for the disk before a write says that it is full. */
  readonly mostWaitingBytes: number
  /** Called each time when the file has been full. */
  readonly rotated: () => void
}

/**
 * A stream into a file, which is made with its folders, or emptied. When the file is full it gets another name, in place
 * of the one that had that before, and goes on empty. So no more than twice `mostBytes` are ever kept. A line is only
 * cut where it would leave the file less than half full. Has an error where the name belongs to something that is no
 * regular file.
 */
export function writeRotatingFile(path: string, options: RotatingFileOptions): Writable {
  const { mostBytes, mostWaitingBytes, rotated } = options
  let file: FileHandle | undefined
  let size = 0
  let isAtLineEnd = true

  const begin = async (): Promise<void> => {
    await mkdir(dirname(path), { recursive: true })
    const there = await stat(path).catch(missing)
    if (there?.isFile() === false) throw new Error('it is no regular file')
    await rm(rotatedPath(path), { force: true })
    file = await open(path, 'w')
  }
  const close = async (): Promise<void> => {
    const closed = file
    file = undefined
    await closed?.close()
  }
  const rotate = async (): Promise<void> => {
    await close()
    await rename(path, rotatedPath(path))
    file = await open(path, 'w')
    size = 0
    rotated()
  }
  const put = async (bytes: Buffer): Promise<void> => {
    for (let rest = bytes; rest.length > 0; ) {
      const fits = fitting(rest, { room: mostBytes - size, least: mostBytes / 2 - size, isAtLineEnd })
      const piece = rest.subarray(0, fits)
      if (fits > 0) {
        await file!.writeFile(piece)
        size += fits
        isAtLineEnd = piece.at(-1) === newline
      }
      rest = rest.subarray(fits)
      if (rest.length > 0) await rotate()
    }
  }

  const [beginning, putting, closing] = [callbackify(begin), callbackify(put), callbackify(close)]
  return new Writable({
    highWaterMark: mostWaitingBytes,
    construct: (done) => beginning(done),
    write: (bytes: Buffer, _, done) => putting(bytes, done),
    writev: (pieces, done) => putting(Buffer.concat(pieces.map(({ chunk }) => chunk as Buffer)), done),
    destroy: (error, done) => closing((unclosed) => done(error ?? unclosed)),
  })
}

const newline = 0x0a

interface Room {
  /** Bytes until the file is full. */
  readonly room: number
  /** So many at least make it half full. */
  readonly least: number
  /** True where the file ends with a line, or is empty. */
  readonly isAtLineEnd: boolean
}

/** How many of the bytes go into the file before it is rotated. */
function fitting(bytes: Buffer, { room, least, isAtLineEnd }: Room): number {
  if (bytes.length <= room) return bytes.length
  const whole = room === 0 ? 0 : bytes.lastIndexOf(newline, room - 1) + 1
  if (whole > 0) return whole >= least ? whole : room
  return isAtLineEnd && least <= 0 ? 0 : room
}

function missing(thrown: unknown): undefined {
  if (errorCode(thrown) !== 'ENOENT') throw thrown
  return undefined
}

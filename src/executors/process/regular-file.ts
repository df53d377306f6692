import {
  closeSync,
  constants,
  createWriteStream,
  fstatSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
  type WriteStream,
} from 'node:fs'
import { dirname } from 'node:path'

/** The most bytes of a file that is read at once. */
const mostBytes = 1024 * 1024

/**
 * Reads the text of a file synchronously. Throws where it is no regular file, because a pipe or a device might never
 * end, and where it is larger than 1 MiB.
 */
export function readRegularFile(path: string): string {
  // Without O_NONBLOCK, opening a pipe that nobody writes to would block.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    if (!fstatSync(file).isFile()) throw new Error('it is no regular file')
    const room = Buffer.allocUnsafe(mostBytes + 1)
    let size = 0
    for (let read = -1; read !== 0 && size < room.length; size += read) {
      read = readSync(file, room, size, room.length - size, null)
    }
    if (size > mostBytes) throw new Error('it is larger than 1 MiB')
    return room.toString('utf8', 0, size)
  } finally {
    closeSync(file)
  }
}

/**
 * A stream into a file, which is made with its folders, or emptied. Throws where the name belongs to something that is
 * no regular file.
 */
export function writeRegularFile(path: string, mostWaitingBytes: number): WriteStream {
  mkdirSync(dirname(path), { recursive: true })
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === false) throw new Error('it is no regular file')
  return createWriteStream(path, { highWaterMark: mostWaitingBytes })
}

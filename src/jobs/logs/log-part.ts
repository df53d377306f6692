import { constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { rotatedPath } from '../../executors/process/log-path.ts'
import { nothingThere } from './nothing-there.ts'

/** The most that is read at once. */
const pieceBytes = 64 * 1024
/** A log that is rotated all the time is taken as it is after so many looks. */
const mostLooks = 20

/** An open file of a log. It can be read to its end when it has got another name meanwhile, or was removed. */
export class LogPart {
  readonly inode: number
  /** In bytes, when it was opened. */
  readonly size: number
  readonly #file: FileHandle

  constructor(file: FileHandle, { inode, size }: { readonly inode: number; readonly size: number }) {
    this.#file = file
    this.inode = inode
    this.size = size
  }

  /** Some bytes from there on, at most so many; none at the end. */
  async read(offset: number, most = pieceBytes): Promise<Buffer> {
    const room = Buffer.allocUnsafe(Math.min(most, pieceBytes))
    const { bytesRead } = await this.#file.read(room, 0, room.length, offset)
    return room.subarray(0, bytesRead)
  }

  async close(): Promise<void> {
    await this.#file.close()
  }
}

/**
 * The files of a log as they were at one moment, the older first: none where nothing is written yet, or there is no
 * regular file.
 */
export async function openParts(path: string): Promise<readonly LogPart[]> {
  for (let look = 1; ; look++) {
    const latest = await openPart(path)
    const before = await openPart(rotatedPath(path))
    // As long as it has its name, no other one can have its number.
    if (look === mostLooks || (await inodeOf(path)) === latest?.inode) {
      return [before, latest].filter((part) => part !== undefined)
    }
    await closeAll([before, latest])
  }
}

export async function closeAll(parts: Iterable<LogPart | undefined>): Promise<void> {
  for (const part of parts) await part?.close()
}

/** The number of the file that has the name now. */
export async function inodeOf(path: string): Promise<number | undefined> {
  const there = await stat(path).catch(nothingThere)
  return there?.isFile() === true ? there.ino : undefined
}

async function openPart(path: string): Promise<LogPart | undefined> {
  // Without O_NONBLOCK, opening a pipe that nobody writes to would block.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(nothingThere)
  if (file === undefined) return undefined
  const there = await file.stat()
  if (there.isFile()) return new LogPart(file, { inode: there.ino, size: there.size })
  await file.close()
  return undefined
}

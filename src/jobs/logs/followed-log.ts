import { startOfLastLines } from './last-lines.ts'
import { closeAll, inodeOf, type LogPart, openParts } from './log-part.ts'

export interface LogPiece {
  readonly bytes: Uint8Array
  /** True where something before it may be missing, because the log was rotated more than once since it was last read. */
  readonly isAfterGap?: true
}

/** A log that is read as it grows, through rotations. Its files stay open in between, until `rest` is called. */
export class FollowedLog {
  readonly path: string
  /** In the order in which they were written. All but the last are complete. */
  #parts: LogPart[] = []
  #offset = 0
  /** The file that was read last. */
  #inode: number | undefined
  #isAfterGap = false

  constructor(path: string) {
    this.path = path
  }

  /** Leaves out everything but the last lines that are there now. Call it before anything is read. */
  async skipToLast(lines: number): Promise<void> {
    const parts = await openParts(this.path)
    const { part, offset } = await startOfLastLines(parts, lines)
    await closeAll(parts.slice(0, part))
    this.#take(parts.slice(part), offset)
  }

  /** What has been written since it was last read, at most so many bytes. True where there is more. */
  async *read(most: number): AsyncGenerator<LogPiece, boolean> {
    if (this.#parts.length === 0) await this.#reopen()
    for (let left = most; ; ) {
      const [part, next] = this.#parts
      if (part === undefined) return false
      const bytes = await part.read(this.#offset, left)
      if (bytes.length > 0) {
        this.#offset += bytes.length
        left -= bytes.length
        yield this.#isAfterGap ? { bytes, isAfterGap: true } : { bytes }
        this.#isAfterGap = false
        if (left <= 0) return true
      } else if (next !== undefined) {
        this.#take(this.#parts.slice(1), 0)
        await part.close()
      } else if ((await inodeOf(this.path)) === part.inode || !(await this.#extend(part))) return false
    }
  }

  /** Closes its files. It can be read on. */
  async rest(): Promise<void> {
    const parts = this.#parts
    this.#parts = []
    await closeAll(parts)
  }

  /** The file has another name now: what came after it is read next. */
  async #extend(read: LogPart): Promise<boolean> {
    const parts = await openParts(this.path)
    const at = parts.findIndex(({ inode }) => inode === read.inode)
    const newer = parts.slice(at + 1)
    await closeAll(parts.slice(0, at + 1))
    this.#parts.push(...newer)
    if (at === -1 && newer.length > 0) this.#isAfterGap = true
    return newer.length > 0
  }

  async #reopen(): Promise<void> {
    const parts = await openParts(this.path)
    const at = parts.findIndex(({ inode, size }) => inode === this.#inode && size >= this.#offset)
    this.#isAfterGap ||= this.#inode !== undefined && at === -1 && parts.length > 0
    await closeAll(parts.slice(0, Math.max(0, at)))
    this.#take(parts.slice(Math.max(0, at)), at === -1 ? 0 : this.#offset)
  }

  #take(parts: readonly LogPart[], offset: number): void {
    this.#parts = [...parts]
    this.#offset = offset
    this.#inode = parts[0]?.inode ?? this.#inode
  }
}

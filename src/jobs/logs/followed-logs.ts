import { join } from 'node:path'
import type { TaskId } from '../../../machines/outcome.ts'
import { type LogName, type LogNameReader, logNamesIn } from './attempt-logs.ts'
import { FollowedLog, type LogPiece } from './followed-log.ts'
import { type WatchedFolder, watchFolder } from './watched-folder.ts'

/** So much is read of one log before it is another one's turn. */
const turnBytes = 1024 * 1024
/** So many logs keep their files open. */
const mostOpen = 64

/** Some bytes of the log of an attempt. */
export interface FollowedBytes extends LogPiece {
  readonly taskId: TaskId
  readonly attempt: number
}

export interface Followed extends LogName {
  readonly log: FollowedLog
}

/** The logs of a folder, and which of them may have more. */
export class FollowedLogs {
  readonly #folder: string
  readonly #reader: LogNameReader
  readonly #byFile = new Map<string, Followed>()
  readonly #noted = new Set<Followed>()
  /** Those whose files are open, the one that was read last at the end. */
  readonly #open = new Set<FollowedLog>()
  readonly #skipped = new Set<string>()
  #isAllNoted = true
  #watched: WatchedFolder | undefined
  #failure: { readonly thrown: unknown } | undefined
  #wake: (() => void) | undefined

  constructor(folder: string, reader: LogNameReader) {
    this.#folder = folder
    this.#reader = reader
  }

  watch(): void {
    this.#watched = watchFolder(
      this.#folder,
      (fileName) => this.#changed(fileName),
      (thrown) => {
        this.#failure ??= { thrown }
        this.wake()
      },
    )
  }

  wake(): void {
    this.#wake?.()
  }

  /** Resolves when something may have changed, or `wake` was called. Throws where nobody would notice any more. */
  async woken(isOver: () => boolean): Promise<void> {
    while (this.#noted.size === 0 && !this.#isAllNoted && this.#failure === undefined && !isOver()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
    if (this.#failure !== undefined) throw this.#failure.thrown
  }

  /** Any of them may have more, and there may be others. */
  noteAll(): void {
    this.#isAllNoted = true
  }

  /** Of what is there now, only the last lines of each task's latest attempt are read. */
  async skipToLast(lines: number): Promise<void> {
    const names = await logNamesIn(this.#folder, this.#reader)
    const latest = new Map(names.map((name) => [name.taskId, name]))
    for (const name of names) {
      if (latest.get(name.taskId) !== name) this.#skipped.add(name.fileName)
      else {
        const { log } = this.#follow(name)
        await log.skipToLast(lines)
        await this.#touch(log)
      }
    }
  }

  /** Those that may have more, each once, in the order in which they are to be read. */
  async turn(): Promise<readonly Followed[]> {
    if (this.#isAllNoted) {
      this.#isAllNoted = false
      for (const name of await logNamesIn(this.#folder, this.#reader)) this.#note(name)
      for (const followed of this.#byFile.values()) this.#noted.add(followed)
    }
    const turn = [...this.#noted].sort(this.#reader.compare)
    // An attempt waits until the one before is read to its end.
    const first = turn.filter(({ taskId }, at) => turn[at - 1]?.taskId !== taskId)
    for (const followed of first) this.#noted.delete(followed)
    return first
  }

  /** What is new in one of them, up to a bound. */
  async *read(followed: Followed): AsyncGenerator<FollowedBytes, void> {
    const { taskId, attempt, log } = followed
    const pieces = log.read(turnBytes)
    for (;;) {
      const { value, done } = await pieces.next()
      if (done === true) {
        if (value) this.#noted.add(followed)
        break
      }
      yield { taskId, attempt, ...value }
    }
    await this.#touch(log)
  }

  async close(): Promise<void> {
    this.#watched?.close()
    for (const { log } of this.#byFile.values()) await log.rest()
  }

  #changed(fileName: string | undefined): void {
    const name = fileName === undefined ? undefined : this.#reader.read(fileName)
    if (name !== undefined) this.#note(name)
    else if (fileName === undefined) this.#isAllNoted = true
    else return
    this.wake()
  }

  #note(name: LogName): void {
    if (!this.#skipped.has(name.fileName)) this.#noted.add(this.#follow(name))
  }

  #follow(name: LogName): Followed {
    const known = this.#byFile.get(name.fileName)
    if (known !== undefined) return known
    const followed = { ...name, log: new FollowedLog(join(this.#folder, name.fileName)) }
    this.#byFile.set(name.fileName, followed)
    return followed
  }

  async #touch(log: FollowedLog): Promise<void> {
    this.#open.delete(log)
    this.#open.add(log)
    if (this.#open.size <= mostOpen) return
    const [eldest] = this.#open
    this.#open.delete(eldest!)
    await eldest!.rest()
  }
}

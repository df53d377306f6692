import type { TaskId } from '../../../machines/outcome.ts'
import { logNameReader } from './attempt-logs.ts'
import { type FollowedBytes, FollowedLogs } from './followed-logs.ts'

export interface FollowLogsOptions {
  /** Where the logs of the run lie, or will lie. */
  readonly folder: string
  /** The tasks of the run. */
  readonly taskIds: Iterable<TaskId>
  /** Only the logs of this one. @default those of all tasks */
  readonly taskId?: TaskId
  /**
   * Settles when nothing more is written, or nobody can tell any longer: then what is there is read to its end, and the
   * following is over. Where it rejects, with its error.
   */
  readonly settled: Promise<unknown>
  /**
   * To begin with only the last lines of each task's latest attempt, so many; what is written from then on comes whole.
   * Integer ≥ 0. @default all that is kept
   */
  readonly tailLines?: number
  /** Ends the following at once, without an error. */
  readonly signal?: AbortSignal
}

/**
 * The raw bytes of logs as they are written, in pieces of at most 64 KiB, cut anywhere. Those of one attempt come in
 * order, and those of a task's attempts one after the other. Waits for events of the file system and looks at nothing
 * in between. Who reads slowly holds up nobody: the logs wait on the disk. Throws where the system watches no more folders.
 */
export async function* followLogs(options: FollowLogsOptions): AsyncGenerator<FollowedBytes, void> {
  const { folder, taskIds, taskId, settled, tailLines, signal } = options
  const logs = new FollowedLogs(folder, logNameReader(taskId === undefined ? taskIds : [taskId]))
  let isSettled = false
  let failure: { readonly thrown: unknown } | undefined
  const settle = (): void => {
    isSettled = true
    logs.wake()
  }
  const fail = (thrown: unknown): void => {
    failure = { thrown }
    settle()
  }
  const stop = (): void => logs.wake()
  const isStopped = (): boolean => signal?.aborted === true
  settled.then(settle, fail)
  signal?.addEventListener('abort', stop)
  try {
    logs.watch()
    if (tailLines !== undefined) await logs.skipToLast(tailLines)
    for (let isLast = false; !isLast; ) {
      isLast = isSettled
      if (isLast) logs.noteAll()
      for (let turn = await logs.turn(); turn.length > 0; turn = await logs.turn()) {
        for (const log of turn) {
          for await (const piece of logs.read(log)) {
            if (isStopped()) return
            yield piece
          }
        }
      }
      if (!isLast) await logs.woken(() => isStopped() || isSettled)
      if (isStopped()) return
    }
    if (failure !== undefined) throw failure.thrown
  } finally {
    signal?.removeEventListener('abort', stop)
    await logs.close()
  }
}

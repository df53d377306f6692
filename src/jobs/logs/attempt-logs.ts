import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { TaskId } from '../../../machines/outcome.ts'
import { fileNameOf, rotatedPath } from '../../executors/process/log-path.ts'
import { nothingThere } from './nothing-there.ts'

/** The log of one attempt. Where it has been rotated, the part before lies beside it, and belongs to it. */
export interface AttemptLogFile {
  readonly taskId: TaskId
  readonly attempt: number
  readonly path: string
  /** Of both parts. */
  readonly bytes: number
  /** When something was last written to it: epoch milliseconds. */
  readonly changedAt: number
  /** True where what was written first is kept no more, or lies in the part before. */
  readonly isRotated: boolean
}

/** What the name of a file in a folder of logs says. */
export interface LogName {
  readonly taskId: TaskId
  readonly attempt: number
  /** Of the log that is written to, also where the name is that of the part before. */
  readonly fileName: string
}

/**
 * The logs in the folder of a run, in the order of the tasks and by attempt; of attempts that have written nothing there
 * are none. Task ids are needed because not every one can be the name of a file.
 */
export async function attemptLogs(
  folder: string,
  taskIds: Iterable<TaskId>,
): Promise<readonly AttemptLogFile[]> {
  const logs = await Promise.all(
    (await logNamesIn(folder, logNameReader(taskIds))).map((name) => attemptLog(folder, name)),
  )
  return logs.filter((log) => log !== undefined)
}

/**
 * Those that were written to at this instant or later: epoch milliseconds. Lines carry no time, so that a log is shown
 * as a whole or not at all.
 */
export function writtenSince(logs: readonly AttemptLogFile[], since: number): readonly AttemptLogFile[] {
  return logs.filter(({ changedAt }) => changedAt >= since)
}

/** Reads the names of files; undefined for what is no log of these tasks. */
export function logNameReader(taskIds: Iterable<TaskId>): LogNameReader {
  const tasks = [...taskIds]
  const byName = new Map(tasks.map((taskId) => [fileNameOf(taskId), taskId]))
  const places = new Map(tasks.map((taskId, place) => [taskId, place]))
  return {
    read: (fileName) => {
      const [, name, digits] = /^(.+)\.([1-9]\d*)\.log(?:\.1)?$/s.exec(fileName) ?? []
      const taskId = name === undefined ? undefined : byName.get(name)
      if (taskId === undefined) return undefined
      return { taskId, attempt: Number(digits), fileName: `${name}.${digits}.log` }
    },
    compare: (one, other) =>
      places.get(one.taskId)! - places.get(other.taskId)! || one.attempt - other.attempt,
  }
}

export interface LogNameReader {
  readonly read: (fileName: string) => LogName | undefined
  /** By task, and then by attempt. */
  readonly compare: (one: LogName, other: LogName) => number
}

/** The logs in a folder, each once. None where there is no such folder yet. */
export async function logNamesIn(folder: string, reader: LogNameReader): Promise<readonly LogName[]> {
  const fileNames = (await readdir(folder).catch(nothingThere)) ?? []
  const byFile = new Map<string, LogName>()
  for (const fileName of fileNames) {
    const name = reader.read(fileName)
    if (name !== undefined) byFile.set(name.fileName, name)
  }
  return [...byFile.values()].sort(reader.compare)
}

async function attemptLog(
  folder: string,
  { taskId, attempt, fileName }: LogName,
): Promise<AttemptLogFile | undefined> {
  const path = join(folder, fileName)
  const [before, latest] = await Promise.all(
    [rotatedPath(path), path].map((part) => stat(part).catch(nothingThere)),
  )
  const parts = [before, latest].flatMap((part) => (part?.isFile() === true ? [part] : []))
  if (parts.length === 0) return undefined
  return {
    taskId,
    attempt,
    path,
    bytes: parts.reduce((sum, { size }) => sum + size, 0),
    changedAt: Math.max(...parts.map(({ mtimeMs }) => mtimeMs)),
    isRotated: before !== undefined,
  }
}

import { createHash, randomUUID } from 'node:crypto'
import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { TaskId } from '../../../machines/outcome.ts'
import { isRecord } from '../../graph/read-values.ts'
import type { RunProgress } from '../view/run-progress.ts'
import { makeStateFolder, stateFolder } from '../../system/state-folder.ts'

type Env = Readonly<Record<string, string | undefined>>

const folderName = 'last-runs'
const mostBytes = 16 * 1024 * 1024
/** Of more tasks nothing is kept: nobody is shown a time for so many. */
const mostTasks = 20_000

/** How long the tasks of a plan took when they completed last, in milliseconds. Empty where that is not known. */
export function timesOfLastRun(env: Env, planPath: string): ReadonlyMap<TaskId, number> {
  try {
    const path = join(stateFolder(env), folderName, fileName(planPath))
    if (statSync(path).size > mostBytes) return new Map()
    const kept: unknown = JSON.parse(readFileSync(path, 'utf8'))
    const tasks = isRecord(kept) && isRecord(kept['tasks']) ? kept['tasks'] : {}
    return new Map(
      Object.entries(tasks).flatMap(([id, ms]) =>
        typeof ms === 'number' && ms >= 0 && Number.isFinite(ms) ? [[id, ms] as const] : [],
      ),
    )
  } catch {
    // There was no run before, or the file is damaged: it is a help, and no more.
    return new Map()
  }
}

/** Keeps how long the tasks that completed took. Those that did not run keep the time that they had. */
export function keepTimes(
  env: Env,
  planPath: string,
  { tasks }: Pick<RunProgress, 'tasks'>,
  before: ReadonlyMap<TaskId, number>,
): void {
  if (tasks.size > mostTasks) return
  const times = new Map([...before].slice(-mostTasks))
  for (const { id, status, since, startedAt } of tasks.values()) {
    if (status === 'completed' && startedAt !== undefined) times.set(id, Math.max(0, since - startedAt))
  }
  if (times.size === 0) return
  try {
    const path = join(makeStateFolder(env, folderName), fileName(planPath))
    const fresh = `${path}.${randomUUID()}`
    try {
      const text = JSON.stringify({ plan: resolve(planPath), tasks: Object.fromEntries(times) })
      writeFileSync(fresh, text, { mode: 0o600, flag: 'wx' })
      renameSync(fresh, path)
    } catch {
      rmSync(fresh, { force: true })
    }
  } catch {
    // The folder cannot be written: the next run shows no time, which is no failure of this one.
  }
}

function fileName(planPath: string): string {
  return `${createHash('sha256').update(resolve(planPath)).digest('hex').slice(0, 32)}.json`
}

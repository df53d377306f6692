import { DagmarError } from '../../errors/dagmar-error.ts'
import type { JsonValue } from '../../events/json-value.ts'
import { badValue, isRecord } from '../../graph/read-values.ts'
import { bootId } from '../../system/boot-id.ts'
import { folderOf, removeFolder } from './attempt-folder.ts'
import type { ProcessHandle } from './process-handle.ts'
import { signal } from './signal.ts'
import type { Survivor } from './survivors.ts'
import { Sweep } from './sweep.ts'

/**
 * Ends what an attempt of an earlier process of dagmar left behind: SIGTERM, and SIGKILL a second later. Resolves when
 * nothing of it is left, in the directory for temporary files either. Throws `CONFIG_INVALID` for what is no handle, and `REAP_FAILED` where something is left, or
 * nobody can tell.
 */
export async function reapProcess(noted: JsonValue): Promise<void> {
  const handle = readHandle(noted)
  await reapProcesses(handle)
  removeFolder(folderOf(handle.mark))
  if (handle.worktree === undefined) return
  const { reapWorktree } = await import('./git/reap-worktree.ts')
  await reapWorktree(handle.worktree, handle.pid === null)
}

async function reapProcesses({ pid: noted, start: begun, boot, mark }: ProcessHandle): Promise<void> {
  // No process outlives the system.
  if (boot !== bootId()) return
  // Before there was a process there was git, which has the mark.
  const pid = noted ?? nobody
  const start = noted === null ? 0 : begun
  if (start === null) {
    if (signal(pid, 0) || signal(-pid, 0)) throw untold(pid)
    return
  }
  const left = await new Promise<readonly Survivor[]>((resolve) => {
    const trace = { mark, leader: pid, start, isReaped: false, others: new Set<number>() }
    const done = (found: readonly Survivor[], isLeft: boolean): void => resolve(isLeft ? found : [])
    new Sweep(trace, { isEnding: false, done }).start()
  })
  if (left.length > 0) throw unended(left)
}

/** A number that no process has. */
const nobody = 2 ** 30

function readHandle(handle: JsonValue): ProcessHandle {
  if (isRecord(handle)) {
    const { pid, start, boot, mark } = handle
    const isProcess = pid === null || (Number.isInteger(pid) && (pid as number) > 1)
    const isDated = (start === null || Number.isInteger(start)) && (boot === null || typeof boot === 'string')
    // It names a folder, too, which is removed.
    if (isProcess && isDated && typeof mark === 'string' && /^[\w-]+$/.test(mark))
      return handle as ProcessHandle
  }
  throw badValue('The handle of a process', handle, 'one that the process executor has noted')
}

function untold(pid: number): DagmarError {
  return new DagmarError('REAP_FAILED', {
    message: `Whether the process ${pid} is the one that an earlier dagmar started cannot be told on this system, which has no /proc.`,
    hint: 'Look at it, and end it by hand.',
    facts: { pid },
  })
}

function unended(left: readonly Survivor[]): DagmarError {
  const pids = left.map(({ pid }) => pid)
  return new DagmarError('REAP_FAILED', {
    message: `Of what an earlier dagmar started, not all could be ended: ${pids.join(', ')}.`,
    hint: 'Look at these processes: one that waits for a disk ends when that answers.',
    facts: { pids },
  })
}

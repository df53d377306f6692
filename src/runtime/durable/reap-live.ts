import type { RunView } from '../../events/fold.ts'
import type { TaskView } from '../../events/task-view.ts'
import type { ExecutorLoad } from '../admission/executor-load.ts'

const live: ReadonlySet<TaskView['status']> = new Set(['starting', 'running', 'stalled', 'stopping'])

/**
 * Ends what is left of the attempts of a coordinator that has died, but for those that their executor takes over. An
 * attempt of which no handle was noted has started nothing that outlives its coordinator. Rejects where nobody can tell
 * that all has ended.
 */
export async function reapLive(
  { runId, status: state, tasks }: RunView,
  executors: ReadonlyMap<string, ExecutorLoad>,
): Promise<void> {
  const reaped: Promise<void>[] = []
  for (const { id: taskId, status, attempt, placed } of tasks.values()) {
    if (placed === undefined || !live.has(status)) continue
    const executor = executors.get(placed.executor)?.executor
    const isTakenOver = executor?.adopt !== undefined && status !== 'stopping' && state !== 'killing'
    if (isTakenOver || executor?.reap === undefined) continue
    reaped.push(executor.reap({ runId, taskId, attempt }, placed.handle))
  }
  // All of them have their time, also where one cannot be ended.
  const ends = await Promise.allSettled(reaped)
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

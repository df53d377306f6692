import { createActor } from 'xstate'
import { newTaskContext } from '../../machines/task-context.ts'
import type { PlannedTask } from '../graph/plan.ts'
import type { Lane } from './lane.ts'
import { type HostedTaskContext, host, type LiveTask } from './live-task.ts'
import type { Run } from './run.ts'

/**
 * Spawns the actor of a task as a child of the run's dag actor: of its system, and with a done event to it. It is kept
 * in the run's own books in place of `snapshot.children`, which XState copies for every child that comes or goes.
 * All have the one id `task`: XState remembers each event type for ever, and the id is part of the done event's.
 */
export function spawnTask(run: Run, task: PlannedTask, lane: Lane): LiveTask {
  const live: Omit<LiveTask, 'ref' | 'context'> & Partial<LiveTask> = {
    run,
    task,
    lane,
    isHolding: false,
    startedAttempt: '',
    lastSeq: run.books.lastSeq[task.index]!,
    ignoredReports: 0,
  }
  const input = newTaskContext(
    { runId: run.id, taskId: task.id, index: task.index, policy: task.policy },
    run.books.attempts[task.index],
  )
  const hosted: HostedTaskContext = Object.assign(input, { [host]: live as LiveTask })
  const ref = createActor(run.runtime.logic.task, { parent: run.dag, id: 'task', input: hosted })
  // Not the input itself: XState copies the first context once, and keeps to that object from then on.
  const complete: LiveTask = Object.assign(live, { context: ref.getSnapshot().context, ref })
  run.books.live.set(task.index, complete)
  ref.start()
  return complete
}

import { newTaskContext, type RestoredTask } from '../../../machines/task-context.ts'
import type { AgentsOfTask } from '../../events/task-view.ts'
import type { PlannedTask } from '../../graph/plan.ts'
import { spawnActor } from '../actor/spawn-actor.ts'
import type { Lane } from '../admission/lane.ts'
import { LiveTask } from './live-task.ts'
import type { Run } from './run.ts'

/** Spawns the actor of a task as a child of the run's dag actor: it is in the same system, and the dag actor gets its done event. */
export function spawnTask(
  run: Run,
  task: PlannedTask,
  lane: Lane,
  restored?: RestoredTask,
  agents?: AgentsOfTask,
): LiveTask {
  const live = new LiveTask(run, task, lane, agents)
  const { id: taskId, index, policy } = task
  const known = { runId: run.id, taskId, index, policy }
  const context = newTaskContext(known, run.books.attempts[index])
  if (restored !== undefined) Object.assign(context, restored)
  live.ref = spawnActor(run.taskKin, context, live, restored?.state)
  run.live.add(index, live)
  live.ref.start()
  return live
}

import { agentsPart } from '../../events/agents-in-words.ts'
import type { RunView } from '../../events/fold.ts'
import type { TaskView } from '../../events/task-view.ts'
import type { TaskStructure } from '../../graph/plan.ts'
import type { JobTask } from '../job.ts'
import type { JobSpec } from '../spec.ts'

/** The tasks of a job: root causes first, then in the order of its plan. */
export function jobTasks(view: RunView, now: number): readonly JobTask[] {
  const structures = new Map(view.structure.map((structure) => [structure.id, structure]))
  const tasks = [...view.tasks.values()].map((task) => jobTask(task, structures.get(task.id), now))
  return [
    ...tasks.filter(({ isRootCause }) => isRootCause),
    ...tasks.filter(({ isRootCause }) => !isRootCause),
  ]
}

/** The tasks of a job that has no run. */
export function waitingTasks({ definition }: JobSpec, isOver: boolean): readonly JobTask[] {
  const { tasks } = definition
  const ids = Array.isArray(tasks)
    ? (tasks as readonly (readonly [string] | { readonly id: string })[]).map((task) =>
        Array.isArray(task) ? task[0] : (task as { id: string }).id,
      )
    : Object.keys(tasks)
  return ids.map((id) => ({
    id: String(id),
    status: isOver ? 'skipped' : 'pending',
    attempt: 0,
    maxAttempts: 1,
    questions: [],
    isRootCause: false,
  }))
}

function jobTask(task: TaskView, structure: TaskStructure | undefined, now: number): JobTask {
  const { id, status, attempt, startedAt, firstStartedAt, progress, outcome, questions, since, agents } = task
  const failure =
    outcome?.status === 'failed' ? outcome.failure : outcome === undefined ? task.failure : undefined
  const settledAt = outcome === undefined ? undefined : since
  const message = progress?.message
  return {
    id,
    status,
    attempt,
    maxAttempts: structure?.maxAttempts ?? null,
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(settledAt === undefined ? {} : { settledAt }),
    ...(firstStartedAt === undefined ? {} : { tookMs: (settledAt ?? now) - firstStartedAt }),
    ...(progress === undefined ? {} : { progress: progress.percent / 100 }),
    ...(message === undefined ? {} : { message }),
    ...(failure === undefined ? {} : { failure }),
    ...(agents === undefined ? {} : { agents: agentsPart(agents) }),
    ...(outcome?.status === 'skipped'
      ? {
          skipped: {
            reason: outcome.because,
            ...(outcome.causedBy === undefined ? {} : { by: outcome.causedBy }),
          },
        }
      : {}),
    questions,
    isRootCause: outcome?.status === 'failed',
  }
}

import { DagmarError } from '../errors/dagmar-error.ts'
import type { Plan } from '../graph/plan.ts'
import { didYouMean, type Fields } from '../graph/read-values.ts'

/** Throws `TASK_UNKNOWN` if a key of the option is no task of the plan. */
export function refuseUnknownTasks(plan: Plan, byTask: Fields, option: string): void {
  for (const taskId of Object.keys(byTask)) {
    if (plan.indexOf(taskId) !== undefined) continue
    const ids = plan.tasks.map(({ id }) => id)
    throw new DagmarError('TASK_UNKNOWN', {
      message: `${option} has '${taskId}', but ${plan.name} has no such task.${didYouMean(taskId, ids)}`,
      facts: { taskId, field: `${option}.${taskId}` },
    })
  }
}

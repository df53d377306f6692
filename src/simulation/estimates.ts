import type { TaskId } from '../../machines/outcome.ts'
import type { Fact } from '../events/facts.ts'
import { type AnyDag, type Order, type Plan, planOf } from '../graph/plan.ts'
import { readDuration } from '../graph/read-values.ts'
import type { Duration } from '../time/duration.ts'
import { withOrder } from './with-order.ts'

/**
 * How long tasks took, by id, in milliseconds: the median over their attempts that completed, from `task.started` to
 * `task.completed`. From the facts of one run, or of several. What never completed is not in it.
 *
 * @example
 * ```ts
 * const facts: Fact[] = []
 * run.events$.subscribe((fact) => facts.push(fact))
 * await run.result
 * const next = withEstimates(plan, estimatesFrom(facts))
 * ```
 */
export function estimatesFrom(
  facts: Iterable<Fact> | Iterable<Iterable<Fact>>,
): Readonly<Record<TaskId, number>> {
  const durations = new Map<TaskId, number[]>()
  const startedAt = new Map<string, number>()
  const see = (fact: Fact): void => {
    if (fact.type === 'task.started') {
      startedAt.set(`${fact.runId}/${fact.taskId}/${fact.attempt}`, fact.at)
    } else if (fact.type === 'task.completed') {
      const attemptId = `${fact.runId}/${fact.taskId}/${fact.attempt}`
      const at = startedAt.get(attemptId)
      if (at === undefined) return
      startedAt.delete(attemptId)
      const known = durations.get(fact.taskId)
      if (known === undefined) durations.set(fact.taskId, [fact.at - at])
      else known.push(fact.at - at)
    }
  }
  for (const item of facts) {
    if (isFact(item)) see(item)
    else for (const fact of item) see(fact)
  }
  return Object.fromEntries([...durations].map(([taskId, all]) => [taskId, median(all)]))
}

export interface WithEstimatesOptions {
  /** @default 'critical-path', which is what estimates are for */
  readonly order?: Order
}

/**
 * The plan with estimates in place of its own, by task id; tasks that are not named keep theirs. Its order is made
 * anew from them, for `dispatch` as for `simulate`. Ids that the plan does not have are passed over.
 * Throws `DURATION_INVALID`, and `CONFIG_INVALID` for an unknown order.
 */
export function withEstimates<Outputs, Input>(
  dag: AnyDag<Outputs, Input> | Plan<Outputs, Input>,
  estimates: Readonly<Record<TaskId, Duration>>,
  options: WithEstimatesOptions = {},
): Plan<Outputs, Input> {
  const given = planOf(dag)
  const tasks = given.tasks.map((task) =>
    Object.hasOwn(estimates, task.id)
      ? Object.freeze({
          ...task,
          estimateMs: readDuration(estimates[task.id], `estimates.${task.id}`, { finite: true }),
        })
      : task,
  )
  return withOrder({ ...given, tasks: Object.freeze(tasks) }, options.order ?? 'critical-path')
}

function isFact(item: Fact | Iterable<Fact>): item is Fact {
  return 'type' in item && typeof item.type === 'string'
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

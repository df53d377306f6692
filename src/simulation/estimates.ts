import { attemptIdOf } from '../executors/attempt.ts'
import type { TaskId } from '../../machines/outcome.ts'
import type { Fact } from '../events/facts.ts'
import { DagmarError } from '../errors/dagmar-error.ts'
import { type AnyDag, type Order, type Plan, planOf } from '../graph/plan.ts'
import { badValue, isRecord, readDuration, readFields, show } from '../graph/read-values.ts'
import type { Duration } from '../time/duration.ts'
import { isIterable } from './is-iterable.ts'
import { withOrder } from './with-order.ts'

/**
 * How long tasks took, by id, in milliseconds: the median over their completed attempts, from `task.started` to
 * `task.completed`. Takes the facts of one or several runs. A task that never completed is not included. Throws
 * `CONFIG_INVALID` for anything that is not facts, such as the handle of a run.
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
      startedAt.set(attemptIdOf(fact), fact.at)
    } else if (fact.type === 'task.completed') {
      const attemptId = attemptIdOf(fact)
      const at = startedAt.get(attemptId)
      if (at === undefined) return
      startedAt.delete(attemptId)
      const known = durations.get(fact.taskId)
      if (known === undefined) durations.set(fact.taskId, [fact.at - at])
      else known.push(fact.at - at)
    }
  }
  for (const item of listed(facts)) {
    if (isFact(item)) see(item)
    else {
      for (const fact of listed(item)) {
        if (!isFact(fact)) throw noFacts(fact)
        see(fact)
      }
    }
  }
  return Object.fromEntries([...durations].map(([taskId, all]) => [taskId, median(all)]))
}

export interface WithEstimatesOptions {
  /** @default 'critical-path', which is what estimates are for */
  readonly order?: Order
}

const knownOptions: ReadonlySet<string> = new Set(['order'])

/**
 * The plan with new estimates by task id, and with the order that follows from them, for `dispatch` as for `simulate`.
 * Tasks that are not named keep their estimates. Unlike in `simulate`, ids that the plan does not have are ignored:
 * estimates come from recordings, which may be of a larger plan. Throws `DURATION_INVALID`, and `CONFIG_INVALID` for
 * estimates or options that make no sense.
 */
export function withEstimates<Outputs, Input>(
  dag: AnyDag<Outputs, Input> | Plan<Outputs, Input>,
  estimates: Readonly<Record<TaskId, Duration>>,
  options: WithEstimatesOptions = {},
): Plan<Outputs, Input> {
  readFields(options, "withEstimates's options object", knownOptions)
  if (!isRecord(estimates)) throw badValue('estimates', estimates, 'an object of durations by task id')
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

function isFact(item: unknown): item is Fact {
  return isRecord(item) && typeof item['type'] === 'string'
}

function listed(value: unknown): Iterable<unknown> {
  if (isIterable(value)) return value
  throw noFacts(value)
}

function noFacts(value: unknown): DagmarError {
  return new DagmarError('CONFIG_INVALID', {
    message: `estimatesFrom is given ${show(value)}, but it must be given facts, or several lists of them.`,
    hint: 'Of a run, give its facts: run.events$.subscribe((fact) => facts.push(fact)), and after it estimatesFrom(facts).',
    facts: { value },
  })
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

import type { OnFailure, TaskId } from '../../machines/outcome.ts'
import { DagmarError } from '../errors/dagmar-error.ts'
import type { Plan, PlannedTask } from '../graph/plan.ts'
import { planOver } from '../graph/plan-over.ts'
import { didYouMean } from '../graph/read-values.ts'

export interface Selection {
  /** Names of tasks: only these and what they need. @default all */
  readonly only?: readonly string[]
  /**
   * Names of tasks: only these and everything that depends on them. What they need counts as completed, without
   * outputs.
   */
  readonly from?: readonly string[]
  /**
   * `go-on`: a failure that would end the run only skips dependents. `end`: a failure that would only skip dependents
   * ends the run. `ignore` and `ask` stay as they are.
   */
  readonly afterFailure?: 'go-on' | 'end'
  /** Further names and the tasks that they stand for, such as those of a matrix. */
  readonly groups?: ReadonlyMap<string, readonly TaskId[]>
}

/**
 * The plan of the selected tasks; with both selections, of the tasks that are in both. Dependencies on other tasks are
 * dropped. The given plan is not changed. Throws `TASK_UNKNOWN`.
 */
export function selectTasks<Outputs, Input>(
  plan: Plan<Outputs, Input>,
  { only, from, afterFailure, groups = new Map() }: Selection,
): Plan<Outputs, Input> {
  if (only === undefined && from === undefined && afterFailure === undefined) return plan
  const needed =
    only === undefined ? undefined : closure(plan, named(plan, only, groups), ({ needs }) => needs)
  const following =
    from === undefined ? undefined : closure(plan, named(plan, from, groups), ({ dependents }) => dependents)
  const kept = plan.tasks.filter(
    ({ index }) => (needed?.has(index) ?? true) && (following?.has(index) ?? true),
  )
  if (kept.length === 0 && only !== undefined && from !== undefined) {
    throw new DagmarError('CONFIG_INVALID', {
      message: `No task is both in --only ${only.join(' ')} and in --from ${from.join(' ')}.`,
      hint: 'Together they keep the tasks that are in both.',
    })
  }
  const indexOf = new Map(kept.map(({ index }, place) => [index, place]))
  const renumbered = (indices: readonly number[]): readonly number[] =>
    Object.freeze(indices.flatMap((index) => indexOf.get(index) ?? []))
  const tasks = kept.map((task, index): PlannedTask => {
    const needs = renumbered(task.needs)
    return Object.freeze({
      ...task,
      index,
      needs,
      dependents: renumbered(task.dependents),
      teardown: task.teardown && needs.length > 0,
      policy: policyOf(task, afterFailure),
    })
  })
  const indexById = new Map(tasks.map(({ id, index }) => [id, index]))
  const { name, order, optimise, concurrency, pools, timeoutMs, version, inputSchema } = plan
  const frame = { name, order, optimise, concurrency, pools, timeoutMs, version, inputSchema }
  return planOver(Object.freeze(tasks), indexById, frame)
}

/**
 * The tasks that these names stand for: ids, or names of groups. Throws `TASK_UNKNOWN`.
 */
export function tasksNamed(
  plan: Pick<Plan, 'tasks' | 'indexOf'>,
  names: readonly string[],
  groups: ReadonlyMap<string, readonly TaskId[]>,
): readonly TaskId[] {
  return named(plan, names, groups).map((index) => plan.tasks[index]!.id)
}

function policyOf({ policy }: PlannedTask, afterFailure: Selection['afterFailure']): PlannedTask['policy'] {
  const changed: Partial<Record<OnFailure, OnFailure>> =
    afterFailure === 'go-on' ? { abort: 'skip' } : afterFailure === 'end' ? { skip: 'abort' } : {}
  const onFailure = changed[policy.onFailure]
  return onFailure === undefined ? policy : Object.freeze({ ...policy, onFailure })
}

/** The indices of the tasks, and of all that can be reached from them by `next`. */
function closure(
  { tasks }: Pick<Plan, 'tasks'>,
  first: readonly number[],
  next: (task: PlannedTask) => readonly number[],
): ReadonlySet<number> {
  const found = new Set(first)
  // The loop over a set includes what is added to it meanwhile.
  for (const index of found) {
    for (const other of next(tasks[index]!)) found.add(other)
  }
  return found
}

function named(
  plan: Pick<Plan, 'tasks' | 'indexOf'>,
  names: readonly string[],
  groups: ReadonlyMap<string, readonly TaskId[]>,
): readonly number[] {
  return names.flatMap((name) => {
    const found = (groups.get(name) ?? [name]).flatMap((id) => plan.indexOf(id) ?? [])
    if (found.length > 0) return found
    const known = [...plan.tasks.map(({ id }) => id), ...groups.keys()]
    throw new DagmarError('TASK_UNKNOWN', {
      message: `The plan has no task '${name}'.${didYouMean(name, known)}`,
      facts: { taskId: name },
    })
  })
}

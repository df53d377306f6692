import type { TaskId } from '../../machines/outcome.ts'
import type { Links } from './cycle.ts'
import type { PlannedTask, TaskStructure } from './plan.ts'
import { statedRule } from './rules.ts'

/** The tasks of a plan as plain data. Takes time in proportion to tasks and dependencies. */
export function structureOf(tasks: readonly PlannedTask[]): readonly TaskStructure[] {
  return Object.freeze(tasks.map((task) => structureOfTask(task, tasks)))
}

/** The edges of tasks that are given as plain data. Needs that are not among them are left out. */
export function linksOf(
  structure: readonly Pick<TaskStructure, 'id' | 'needs'>[],
): readonly (Links & { readonly id: TaskId })[] {
  const indexById = new Map(structure.map(({ id }, index) => [id, index]))
  const dependentsOf = structure.map((): number[] => [])
  return structure.map(({ id, needs: ids }, index) => {
    const needs = ids.flatMap((need) => indexById.get(need) ?? [])
    for (const need of needs) dependentsOf[need]!.push(index)
    return { id, needs, dependents: dependentsOf[index]! }
  })
}

const noIds: TaskStructure['needs'] = Object.freeze([])

function structureOfTask(task: PlannedTask, tasks: readonly PlannedTask[]): TaskStructure {
  const { agent } = task
  const structure = withoutAgent(task, tasks)
  return agent === undefined ? structure : Object.freeze({ ...structure, agent })
}

function withoutAgent(task: PlannedTask, tasks: readonly PlannedTask[]): TaskStructure {
  const { id, executor, priority, estimateMs, uses, policy } = task
  const needs = task.needs.length === 0 ? noIds : Object.freeze(task.needs.map((need) => tasks[need]!.id))
  const rule = statedRule(task.rule)
  const maxAttempts = policy.maxAttempts === Number.POSITIVE_INFINITY ? null : policy.maxAttempts
  const { onFailure } = policy
  // Spelled out twice, because spreading into an object takes several times as long as making one.
  if (task.teardown || task.confirm !== undefined) {
    const estimated = estimateMs === undefined ? {} : { estimateMs }
    const rest = { executor, priority, ...estimated, uses, maxAttempts, onFailure }
    const teardown = task.teardown ? { teardown: true as const } : {}
    const confirm = task.confirm === undefined ? {} : { confirm: task.confirm.question }
    return Object.freeze({ id, needs, rule, ...teardown, ...confirm, ...rest })
  }
  return Object.freeze(
    estimateMs === undefined
      ? { id, needs, rule, executor, priority, uses, maxAttempts, onFailure }
      : { id, needs, rule, executor, priority, estimateMs, uses, maxAttempts, onFailure },
  )
}

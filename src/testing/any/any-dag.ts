import type { Arbitrary } from 'fast-check'
import type { TaskId } from '../../../machines/outcome.ts'
import { type DefinedHandler, plan as planFrom } from '../../graph/make-plan.ts'
import type { TaskOptions } from '../../graph/options.ts'
import type { AnyDag, Plan } from '../../graph/plan.ts'
import type { Work } from '../../graph/work.ts'
import { anyList } from './any-list.ts'
import { fc } from '../law/fast-check.ts'
import { planInWords, worded } from '../law/in-words.ts'
import { needsAt, type Shape } from './dag-shape.ts'

export interface AnyDagOptions {
  /** Integer ≥ 1. @default 1 */
  readonly minTasks?: number
  /** Integer ≥ `minTasks`. @default 8 */
  readonly maxTasks?: number
  /**
   * How the tasks depend on each other. `chain`: each on the one before. `wide`: not at all. `tree`: each on one
   * earlier task. `diamond`: the first, then all between, then the last. `layered`: each on some tasks of the layer
   * before. `any`: each on up to three earlier tasks. @default 'any'
   */
  readonly shape?: Shape
  /** The options of each task, except `needs`, as `anyTaskOptions()` makes them. @default none */
  readonly taskOptions?: Arbitrary<TaskOptions>
  /** What a task does. @default a handler that returns `output of <id>` at once */
  readonly run?: (taskId: TaskId) => DefinedHandler<unknown> | Work
  /** Pools of the dag, for tasks that use them. @default {} */
  readonly pools?: Readonly<Record<string, number>>
}

/**
 * A plan of tasks `t0`, `t1`, … that depend on earlier ones only, valid by construction. Shrinking leaves out tasks,
 * dependencies and options one by one. fast-check prints the plan as lines.
 */
export function anyPlan(options: AnyDagOptions = {}): Arbitrary<Plan> {
  const { minTasks = 1, maxTasks = 8, shape = 'any', taskOptions = fc.constant({}), pools = {} } = options
  const { run = outputOf } = options
  const task = fc.record({
    links: fc.array(fc.nat(Math.max(1, maxTasks * 4)), { maxLength: 3 }),
    options: taskOptions,
  })
  return anyList(task, { min: minTasks, max: maxTasks }).map((tasks) => {
    const made = planFrom({
      name: 'random',
      pools,
      tasks: tasks.map(({ links, options: own }, index) => {
        const id = `t${index}`
        const needs = needsAt(index, { shape, count: tasks.length, links }).map((need) => `t${need}`)
        return [id, { ...fittingOptions(own, needs), needs, run: run(id) }] as const
      }),
    })
    return worded({ ...made }, () => planInWords(made))
  })
}

/** As `anyPlan`, but gives dags. */
export function anyDag(options: AnyDagOptions = {}): Arbitrary<AnyDag> {
  return anyPlan(options).map((plan) =>
    worded({ name: plan.name, plan: () => plan }, () => planInWords(plan)),
  )
}

function outputOf(taskId: TaskId): DefinedHandler<unknown> {
  return async () => `output of ${taskId}`
}

function fittingOptions(options: TaskOptions, needs: readonly TaskId[]): TaskOptions {
  if (needs.length > 0) return options
  const { when, teardown: _none, ...rest } = options
  const isPointless = typeof when === 'string' && when.startsWith('any-')
  return when === undefined || isPointless ? rest : { when, ...rest }
}

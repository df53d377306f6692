import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { TaskId } from '../../machines/outcome.ts'
import { DagmarError } from '../errors/dagmar-error.ts'
import { findCycle } from './cycle.ts'
import type { HandlerContext } from './handler.ts'
import type { DagOptions, TaskOptions } from './options.ts'
import { orders, type Plan, type PlannedTask } from './plan.ts'
import { planOver } from './plan-over.ts'
import { readOptimise } from './read-optimise.ts'
import {
  type Layer,
  readDefaults,
  readLayer,
  type Settings,
  settingsOf,
  taskDefaultFields,
} from './read-options.ts'
import { readName, readNeeds, readRun, readTasks, type TaskEntry } from './read-tasks.ts'
import {
  badValue,
  type Fields,
  memberPath,
  noAmounts,
  readAmounts,
  readConcurrency,
  readGiven,
  readOneOf,
  readText,
  readTimeout,
  show,
} from './read-values.ts'
import { isAnyRule, type Rule } from './rules.ts'
import type { Work } from './work.ts'

/** A task as data: its options and its work. */
export interface TaskDefinition<Input = unknown> extends TaskOptions {
  /** A handler, or what `logic()`, `command()` and the like return. */
  readonly run: DefinedHandler<Input> | Work
}

/** A handler in a dag that is data. The types of its inputs are unknown, so it may declare the ones that it expects. */
export type DefinedHandler<Input> = {
  // A method, because the compiler compares the parameters of methods in both directions.
  handle(context: HandlerContext<Readonly<Record<string, unknown>>, Input>): unknown
}['handle']

/** A dag as data. */
export interface PlanDefinition<Input = unknown> extends DagOptions<Input> {
  readonly name: string
  /** The tasks by id, or a list of `[id, task]` or `{ id, … }`. May be empty. */
  readonly tasks:
    | Readonly<Record<TaskId, TaskDefinition<Input>>>
    | Iterable<readonly [TaskId, TaskDefinition<Input>] | (TaskDefinition<Input> & { readonly id: TaskId })>
}

/** How the fields of a dag are read, in the order in which mistakes are reported. */
const dagReaders = {
  name: (value: unknown) => readName(value, 'The name of the dag'),
  input: readSchema,
  defaults: readDefaults,
  concurrency: readConcurrency,
  pools: readAmounts,
  timeout: readTimeout,
  order: (value: unknown, path: string) => readOneOf(value, path, orders),
  optimise: (value: unknown) => readOptimise(value),
  version: readText,
  tasks: (value: unknown) => value,
}
const nothing: Layer = {}
const none: readonly number[] = Object.freeze([])

/**
 * Validates a dag given as data and makes it ready to run. Takes time in proportion to the tasks and dependencies. A
 * dag without tasks is valid and completes at once. `Outputs` is what the tasks return, by id; it is not checked.
 * @throws DagmarError `CONFIG_INVALID`, `DURATION_INVALID`, `DAG_INVALID`, `DAG_DUPLICATE_TASK`, `DAG_UNKNOWN_TASK` or
 *   `DAG_CYCLE`: the first problem found, with its path in the message and in `facts.field`. For a cycle, `facts.path`
 *   has its task ids: each needs the next one, and the first one is there again at the end.
 */
export function plan<Input = unknown, Outputs = Readonly<Record<string, unknown>>>(
  definition: PlanDefinition<Input>,
): Plan<Outputs, Input> {
  const {
    name = readName(undefined, 'The name of the dag'),
    input: inputSchema,
    defaults = nothing,
    concurrency,
    pools = noAmounts,
    timeout: timeoutMs = Number.POSITIVE_INFINITY,
    order,
    optimise = readOptimise(),
    version,
    tasks: given,
  } = readGiven(definition, dagReaders, 'The plan', '')
  // Read before any task, so that an error in the defaults is reported as one of the defaults.
  const frame = { pools, defaults, settings: settingsOf(nothing, defaults, nothing, 'defaults') }
  const { entries, indexById } = readTasks(given)
  const tasks = planTasks(entries, linkTasks(entries, indexById), frame)
  refuseCycle(tasks)
  return planOver(tasks, indexById, {
    name,
    order: order ?? (tasks.some((task) => task.estimateMs !== undefined) ? 'critical-path' : 'fifo'),
    optimise,
    concurrency,
    pools,
    timeoutMs,
    version,
    inputSchema: inputSchema as StandardSchemaV1<unknown, Input> | undefined,
  })
}

/** What a dag says for all of its tasks. */
interface Frame {
  readonly pools: Readonly<Record<string, number>>
  readonly defaults: Layer
  /** The settings of tasks without options. Most tasks have none, and share these. */
  readonly settings: Settings
}

function readSchema(value: unknown, path: string): unknown {
  const canBeSchema = (typeof value === 'object' || typeof value === 'function') && value !== null
  if (canBeSchema && '~standard' in value) return value
  throw badValue(path, value, 'a Standard Schema')
}

interface LinksByTask {
  readonly needsOf: readonly (readonly number[])[]
  readonly dependentsOf: readonly (readonly number[] | undefined)[]
}

function linkTasks(entries: readonly TaskEntry[], indexById: ReadonlyMap<TaskId, number>): LinksByTask {
  const seenBy = new Int32Array(entries.length).fill(-1)
  const needsOf = entries.map((entry, index) => readNeeds(entry, index, indexById, seenBy))
  return { needsOf, dependentsOf: dependentsIn(needsOf) }
}

/** Counted first: lists that grow would take several times the memory. */
function dependentsIn(needsOf: LinksByTask['needsOf']): LinksByTask['dependentsOf'] {
  const left = new Int32Array(needsOf.length)
  for (const needs of needsOf) for (const need of needs) left[need]!++
  const dependentsOf: (number[] | undefined)[] = Array.from({ length: needsOf.length })
  for (let index = 0; index < needsOf.length; index++) {
    for (const need of needsOf[index]!) {
      // oxlint-disable-next-line unicorn/no-new-array
      const dependents = (dependentsOf[need] ??= new Array<number>(left[need]!))
      dependents[dependents.length - left[need]!--] = index
    }
  }
  return dependentsOf
}

function planTasks(
  entries: readonly TaskEntry[],
  { needsOf, dependentsOf }: LinksByTask,
  frame: Frame,
): readonly PlannedTask[] {
  return Object.freeze(
    entries.map((entry, index): PlannedTask => {
      const work = readRun(entry)
      const settings = readSettings(entry, work, frame)
      const needs = needsOf[index]!
      const dependents = dependentsOf[index]
      if (needs.length === 0) refuseLone(entry)
      refuseNeedBeyondPool(entry, settings, frame.pools)
      return Object.freeze({
        id: entry.id,
        index,
        needs: needs.length === 0 ? none : Object.freeze(needs),
        dependents: dependents === undefined ? none : Object.freeze(dependents),
        rule: settings.rule,
        teardown: settings.teardown && needs.length > 0,
        confirm: settings.confirm,
        policy: settings.policy,
        backoff: settings.backoff,
        maxInterruptions: settings.maxInterruptions,
        priority: settings.priority,
        estimateMs: settings.estimateMs,
        uses: settings.uses,
        executor: settings.executor ?? work.executor,
        agent: settings.agent,
        work: work.work,
      })
    }),
  )
}

function readSettings(entry: TaskEntry, work: Work, { defaults, settings }: Frame): Settings {
  const { fields } = entry
  if (work.defaults === undefined && !(entry.mayHaveOptions && givesOptions(fields))) return settings
  const { path } = entry
  const workDefaults =
    work.defaults === undefined ? nothing : readLayer(work.defaults as Fields, `${path}.run.defaults`)
  return settingsOf(readLayer(fields, path), defaults, workDefaults, path)
}

function givesOptions(fields: Fields): boolean {
  for (const field in fields) {
    if (taskDefaultFields.has(field) && fields[field] !== undefined) return true
  }
  return false
}

/**
 * What makes no sense without dependencies is refused where the task itself says it: as a default, it is meant for the
 * tasks that have some.
 */
function refuseLone({ id, path, fields }: TaskEntry): void {
  if (fields['teardown'] === true) {
    throw new DagmarError('DAG_INVALID', {
      message: `${path}.teardown is true, but the task has no dependencies behind which it could tidy up.`,
      hint: 'Name in needs the tasks that it has to wait for, or take teardown away.',
      facts: { field: `${path}.teardown`, taskId: id },
    })
  }
  const rule = fields['when'] as Rule | undefined
  if (rule === undefined || !isAnyRule(rule)) return
  throw new DagmarError('DAG_INVALID', {
    message: `${path}.when is ${show(rule)}, but the task has no dependencies that could meet it.`,
    hint: 'Name its dependencies in needs, or take the rule away.',
    facts: { field: `${path}.when`, taskId: id, rule },
  })
}

function refuseNeedBeyondPool(entry: TaskEntry, { uses }: Settings, pools: Frame['pools']): void {
  for (const pool in uses) {
    const amount = pools[pool]
    // A pool that the dag does not declare may be the runtime's, which `dispatch` checks.
    if (amount === undefined || uses[pool]! <= amount) continue
    const { id, path } = entry
    const field = memberPath(`${path}.uses`, pool)
    throw new DagmarError('DAG_INVALID', {
      message: `${field} is ${uses[pool]}, but the pool has ${amount}: the task could never start.`,
      hint: 'Let the task use less, or make the pool larger.',
      facts: { field, taskId: id, pool, amount },
    })
  }
}

function refuseCycle(tasks: readonly PlannedTask[]): void {
  const cycle = findCycle(tasks)
  if (cycle === undefined) return
  const path = [...cycle, cycle[0]!].map((index) => tasks[index]!.id)
  const shown =
    path.length <= 20 ? path : [...path.slice(0, 10), `… ${path.length - 19} more …`, ...path.slice(-9)]
  throw new DagmarError('DAG_CYCLE', {
    message: `Tasks depend on each other in a cycle: ${shown.join(' → ')}.`,
    hint: 'Each needs the next: remove one of these dependencies, or split the task that closes the cycle.',
    facts: { path },
  })
}

import type { OnFailure } from '../../machines/outcome.ts'
import type { Handler, HandlerContext } from './handler.ts'
import { plan, type TaskDefinition } from './make-plan.ts'
import type { DagOptions, TaskDefaults, TaskOptions } from './options.ts'
import type { AnyDag, Plan } from './plan.ts'
import { badValue, isRecord } from './read-values.ts'
import type { Rule } from './rules.ts'
import type { Work } from './work.ts'

/**
 * A dag under construction. It never changes: `task` returns a new one, so that several dags can be built on a common
 * base.
 *
 * The types follow the tasks. `Tasks` has the id and the output of each. `Ignorable` has the ids of tasks whose failure
 * may be ignored, so that dependents may run without their output. `Absent` has the ids of tasks whose output may be
 * missing from a completed run. `Lenient` is true where the dag's defaults may set `when` or `onFailure` for tasks that
 * do not set it themselves.
 */
export interface Dag<
  Input,
  Tasks extends TypedTask = never,
  Ignorable = never,
  Absent = never,
  Lenient extends boolean = false,
> extends AnyDag<OutputsOf<Tasks, Absent>, Input> {
  /** Adds a task without options: it depends on nothing. */
  task<const Id extends string, Output>(
    id: NewId<Id, Tasks['id']>,
    run: HandlerOrWork<Empty, Input, Output>,
  ): Dag<
    Input,
    Tasks | TypedTask<Id, Output>,
    Ignorable | IgnorableId<Id, DefaultFailing<Lenient>>,
    | Absent
    | AbsentId<Id, never, DefaultWhen<Lenient>, DefaultFailing<Lenient>, Absent, DefaultConfirm<Lenient>>,
    Lenient
  >

  /** Adds a task. It may depend on the tasks that are there already; their outputs are its `inputs`. */
  task<
    const Id extends string,
    Output,
    const Need extends Tasks['id'] = never,
    const Teardown extends boolean = false,
    const When extends Rule = DefaultWhen<Lenient, Teardown>,
    const Failing extends OnFailure = DefaultFailing<Lenient>,
    const Confirm extends string = DefaultConfirm<Lenient>,
  >(
    id: NewId<Id, Tasks['id']>,
    options: TaskOptions<Need, When, Failing, Teardown, Confirm>,
    run: HandlerOrWork<InputsOf<Tasks, Need, When, Ignorable>, Input, Output>,
  ): Dag<
    Input,
    Tasks | TypedTask<Id, Output>,
    Ignorable | IgnorableId<Id, Failing>,
    Absent | AbsentId<Id, Need, When, Failing, Absent, Confirm>,
    Lenient
  >
}

/** What the types know of a task. A union of these checks twice as fast as an intersection of records. */
export interface TypedTask<Id extends string = string, Output = unknown> {
  readonly id: Id
  readonly output: Output
}

/** What a completed run of the dag or plan gives: outputs by task id. Optional where a task may settle without one. */
export type DagOutputs<D extends AnyDag | Plan> =
  D extends AnyDag<infer Outputs, infer _Input>
    ? Outputs
    : D extends Plan<infer Outputs, infer _Input>
      ? Outputs
      : never

/** What carries out a task: a handler, or work for a named executor. */
export type HandlerOrWork<Inputs, Input, Output> =
  | Handler<Inputs, Input, Output>
  | Work<HandlerContext<Inputs, Input>, Output>

/**
 * Defaults under which a task that sets neither `when`, `teardown`, `confirm` nor `onFailure` starts, unasked, when its
 * dependencies have completed, and not otherwise.
 */
export interface PlainDefaults extends TaskDefaults {
  readonly when?: 'all-completed'
  readonly teardown?: false
  readonly onFailure?: 'skip' | 'abort'
  readonly confirm?: never
}

/**
 * Begins a dag. `Input` is what its runs are given as `ctx.input`: named here, as in `dag<{ url: string }>('crawl')`,
 * or inferred from the schema in `options.input`. Nothing is checked before `plan()`, which `dispatch` calls.
 */
export function dag<Input = undefined>(
  name: string,
  options?: DagOptions<Input> & { readonly defaults?: PlainDefaults },
): Dag<Input>
export function dag<Input = undefined>(
  name: string,
  options: DagOptions<Input>,
): Dag<Input, never, never, never, true>
export function dag(name: string, options: DagOptions = {}): unknown {
  return dagOf(name, options, undefined)
}

/** The newest task of a dag, and the one before it: adding a task copies nothing. */
interface Link {
  readonly before: Link | undefined
  readonly id: string
  readonly task: TaskDefinition
}

/** A dag without its types. */
interface UntypedDag extends AnyDag {
  task(
    id: string,
    ...rest: readonly [run: unknown] | readonly [options: TaskOptions, run: unknown]
  ): UntypedDag
}

function dagOf(name: string, options: DagOptions, newest: Link | undefined): UntypedDag {
  let planned: Plan | undefined
  return {
    name,
    task(id, ...rest) {
      const [taskOptions, run] = rest.length === 1 ? [undefined, rest[0]] : rest
      return dagOf(name, options, { before: newest, id, task: withRun(taskOptions, run) })
    },
    plan() {
      if (!isRecord(options)) throw badValue("dag's options object", options, 'an object')
      planned ??= plan({ ...options, name, tasks: tasksUpTo(newest) })
      return planned
    },
  }
}

/** What are no options at all is left for `plan()` to refuse. */
function withRun(options: unknown, run: unknown): TaskDefinition {
  const whole = options === undefined || isRecord(options) ? { ...options, run } : options
  return whole as TaskDefinition
}

function tasksUpTo(newest: Link | undefined): readonly (readonly [string, TaskDefinition])[] {
  const tasks: (readonly [string, TaskDefinition])[] = []
  for (let link = newest; link !== undefined; link = link.before) tasks.push([link.id, link.task])
  return tasks.toReversed()
}

type Empty = { readonly [Key in never]: never }

type Simplify<T> = { readonly [Key in keyof T]: T[Key] }

type OutputsOf<Tasks extends TypedTask, Absent> = [Absent] extends [never]
  ? { readonly [Task in Tasks as Task['id']]: Task['output'] }
  : Simplify<
      { readonly [Task in Tasks as Exclude<Task['id'], Absent>]: Task['output'] } & {
        readonly [Task in Tasks as Extract<Task['id'], Absent>]?: Task['output']
      }
    >

/** Any text that is not yet the id of a task. Where the ids are not literals, any text. */
type NewId<Id extends string, Ids> = string extends Ids
  ? Id
  : Id extends Ids
    ? `There is already a task with the id ${Id}.`
    : Id

type DefaultWhen<Lenient extends boolean, Teardown extends boolean = false> = Lenient extends true
  ? Rule
  : [Teardown] extends [false]
    ? 'all-completed'
    : 'all-settled'
type DefaultConfirm<Lenient extends boolean> = Lenient extends true ? string : never
type DefaultFailing<Lenient extends boolean> = Lenient extends true ? OnFailure : 'skip'

/** The outputs without which the task would not have started are required, the others optional. */
type InputsOf<Tasks, Need extends string, When, Ignorable> = [When] extends ['all-completed']
  ? [Extract<Need, Ignorable>] extends [never]
    ? { readonly [Id in Need]: OutputOf<Tasks, Id> }
    : Simplify<
        { readonly [Id in Exclude<Need, Ignorable>]: OutputOf<Tasks, Id> } & {
          readonly [Id in Extract<Need, Ignorable>]?: OutputOf<Tasks, Id>
        }
      >
  : { readonly [Id in Need]?: OutputOf<Tasks, Id> }

type OutputOf<Tasks, Id extends string> =
  Extract<Tasks, { readonly id: Id }> extends TypedTask<string, infer Output> ? Output : never

type IgnorableId<Id, Failing> = [Failing] extends ['skip' | 'abort'] ? never : Id

/** A completed run is sure to have the outputs of tasks that always start, ask nobody first, and whose failure fails the run. */
type AbsentId<Id, Need, When, Failing, Absent, Confirm> = [Confirm] extends [never]
  ? UnaskedAbsentId<Id, Need, When, Failing, Absent>
  : Id

type UnaskedAbsentId<Id, Need, When, Failing, Absent> = [Failing] extends ['skip' | 'abort']
  ? [When] extends ['all-settled' | 'any-settled' | 'always']
    ? never
    : [When] extends ['all-completed']
      ? [Extract<Need, Absent>] extends [never]
        ? never
        : Id
      : Id
  : Id

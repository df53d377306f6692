import type { StandardSchemaV1 } from '@standard-schema/spec'
import type { ConfirmAnswer, OnFailure, TaskId } from '../../machines/outcome.ts'
import type { TaskPolicy } from '../../machines/task-context.ts'
import { DagmarError } from '../errors/dagmar-error.ts'
import { show } from './read-values.ts'
import type { Rule, StatedRule } from './rules.ts'

export const orders = ['fifo', 'critical-path', 'optimised'] as const

/**
 * How ready tasks of equal priority are ordered. `fifo`: in the order in which they became ready. `critical-path`: the
 * longest remaining path by `estimate` first. `optimised`: by a list that is searched for when the run starts, by
 * simulating the run with its slots, pools and executors.
 */
export type Order = (typeof orders)[number]

/** `OptimiseOptions` with nothing left open. */
export interface OptimiseSettings {
  readonly effort: number
  readonly seed: number
  /** `Infinity` for none. */
  readonly timeCapMs: number
}

/** Waits between attempts: `min(baseMs × factor^(attempt − 1), capMs)`, then ± `jitter` of it. */
export interface Backoff {
  readonly baseMs: number
  readonly factor: number
  readonly capMs: number
  /** 0 to 1. */
  readonly jitter: number
}

/** What a task asks before its first attempt. */
export interface Confirm {
  readonly question: string
  /** Undefined where the plan does not say it: then `no` is the answer when its time is up. */
  readonly defaultAnswer: ConfirmAnswer | undefined
}

/** What a task asks of an agent. Only tasks that ask for one have it. */
export interface AgentNeed {
  /** The capabilities that the agent must have. */
  readonly requires: readonly string[]
  /** The only agent that will do, beside those of `fallback`. */
  readonly agent?: string
  readonly fallback: readonly string[]
  readonly model?: string
}

/** A task as a run executes it: numbers in place of names and durations. */
export interface PlannedTask {
  readonly id: TaskId
  readonly index: number
  /** Indices of the tasks it waits for, in the order of `needs`. */
  readonly needs: readonly number[]
  /** Indices of the tasks that wait for it, ascending. */
  readonly dependents: readonly number[]
  readonly rule: Rule
  /** True for a task that also runs when the run is ended early. */
  readonly teardown: boolean
  /** What a person is asked before the task starts. */
  readonly confirm: Confirm | undefined
  readonly policy: TaskPolicy
  readonly backoff: Backoff
  /** `Infinity` for no limit. */
  readonly maxInterruptions: number
  /** Higher starts first. `critical` is 100, `high` 50, `medium` 0, `low` −50. */
  readonly priority: number
  readonly estimateMs: number | undefined
  /** How much of each pool one attempt holds. */
  readonly uses: Readonly<Record<string, number>>
  readonly executor: string
  /** Undefined for a task that needs no agent. */
  readonly agent: AgentNeed | undefined
  readonly work: unknown
}

/** The validated, frozen, integer-indexed form of a dag that runs execute. Make one with `plan()`, or `dag().plan()`. */
export interface Plan<Outputs = Readonly<Record<string, unknown>>, Input = unknown> {
  readonly name: string
  readonly tasks: readonly PlannedTask[]
  readonly order: Order
  /**
   * The place of each task, by index, in the static order (priority, then `order`). Lower starts first, ties are fifo.
   * With `optimised` it is the order by critical path, which each run replaces by its list.
   */
  readonly rank: Int32Array
  /** Undefined where `rank` is final, because `optimise()` has found the list already. */
  readonly optimise: OptimiseSettings | undefined
  /** How many tasks may hold a slot at once. Undefined leaves it to the runtime. */
  readonly concurrency: number | undefined
  readonly pools: Readonly<Record<string, number>>
  /** `Infinity` for none. */
  readonly timeoutMs: number
  /** The version of the handlers: see `DagOptions.version`. */
  readonly version: string | undefined
  readonly inputSchema: StandardSchemaV1<unknown, Input> | undefined
  /**
   * When it was asked for, in epoch ms. Among runs whose ready tasks have the same priority, those with an earlier one go
   * first, and those without it before all. Items of sources have it.
   */
  readonly askedAt?: number
  /**
   * The tasks as plain data, in the order of `tasks`: what the fact `run.created` carries. Made on first use, and
   * shared by all runs of the plan.
   */
  readonly structure: readonly TaskStructure[]
  /**
   * 16 hexadecimal digits that identify what a run of the plan does. They cover the tasks with their dependencies and
   * options, the dag's own options and `version`, and work that is data, such as commands; not the text of functions,
   * and not the name of the dag. A plan made by `optimise` has the fingerprint of the plan that it was made from.
   */
  readonly fingerprint: string
  indexOf(id: TaskId): number | undefined
  /** Types only, never set. */
  readonly outputs?: Outputs
}

/** A task as plain data without its work, enough to draw and judge a run. Survives JSON. */
export interface TaskStructure {
  readonly id: TaskId
  readonly needs: readonly TaskId[]
  readonly rule: StatedRule
  /** There for a teardown: it also runs when the run is ended early. */
  readonly teardown?: true
  /** What a person is asked before it starts, if anything. */
  readonly confirm?: string
  readonly executor: string
  /** Higher starts first. */
  readonly priority: number
  /** How long it probably runs, in milliseconds, if the dag says so. */
  readonly estimateMs?: number
  /** How much of each pool one attempt holds. */
  readonly uses: Readonly<Record<string, number>>
  /** There for a task that an agent does. */
  readonly agent?: AgentNeed
  /** `null` for no limit. */
  readonly maxAttempts: number | null
  readonly onFailure: OnFailure
}

/** Anything that makes a plan: every `dag()` is one, whatever its types. */
export interface AnyDag<Outputs = Readonly<Record<string, unknown>>, Input = unknown> {
  readonly name: string
  /** Validates the dag and returns its plan, always the same one. Throws what the function `plan` throws. */
  plan(): Plan<Outputs, Input>
}

/** The plan of a dag, or the plan itself. Throws what `dag().plan()` throws. */
export function planOf<Outputs, Input>(
  source: Plan<Outputs, Input> | AnyDag<Outputs, Input>,
): Plan<Outputs, Input> {
  const given: unknown = source
  if (typeof given === 'object' && given !== null) {
    if ('plan' in source && typeof source.plan === 'function') return source.plan()
    if ('tasks' in source && Array.isArray(source.tasks) && 'rank' in source) return source
  }
  throw new DagmarError('DAG_INVALID', {
    message: `${show(given)} is neither a dag nor a plan.`,
    hint: 'Give what dag() or plan() returns: dispatch(plan({ name, tasks })).',
  })
}

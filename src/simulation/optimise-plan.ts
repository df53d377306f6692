import { type AnyDag, type Plan, planOf } from '../graph/plan.ts'
import { readOptimise } from '../graph/read-optimise.ts'
import { readFields } from '../graph/read-values.ts'
import type { OptimiseOptions } from '../graph/options.ts'
import { optimisedRank } from '../scheduling/optimise/optimised-rank.ts'
import { type Clock, systemClock } from '../time/clock.ts'
import { ownDurations } from './durations.ts'
import { readLimits, type SimulationOptions } from './options.ts'

export interface OptimisePlanOptions
  extends OptimiseOptions,
    Pick<SimulationOptions, 'concurrency' | 'pools' | 'capacities'> {
  /** The clock that measures `timeCap`. @default the clock on the wall */
  readonly clock?: Pick<Clock, 'now'>
}

/** The best list that was found, and how good it is. */
export interface OptimisedPlan<Outputs = Readonly<Record<string, unknown>>, Input = unknown> {
  /** The plan with the list as its order. Its runs keep to that list, whatever their limits are. */
  readonly plan: Plan<Outputs, Input>
  /** How long the run takes in this order, by the estimates. Never more than by critical path. */
  readonly makespanMs: number
  /**
   * No order takes less time, not even one that waits on purpose. The best possible makespan may be longer than that.
   */
  readonly lowerBoundMs: number
  /** True when the makespan equals the lower bound. Where it is false, the makespan may still be the shortest. */
  readonly isOptimal: boolean
  /** How many schedules were made. */
  readonly evaluations: number
  /** True when the time cap cut the search short. */
  readonly truncated: boolean
}

/**
 * Searches for an order in which the plan takes less time than by critical path, as a run with the order `optimised`
 * does when it starts. Every task is assumed to complete at its first attempt, after its estimate; one without an
 * estimate counts as in `simulate`. Synchronous: the default effort takes about 100 ms.
 *
 * @throws DagmarError `CONFIG_INVALID` or `DURATION_INVALID` for options that make no sense, and what `dag().plan()` throws.
 *
 * @example
 * ```ts
 * const { plan, makespanMs, lowerBoundMs } = optimise(release, { concurrency: 8, effort: 50_000 })
 * runtime.dispatch(plan, { concurrency: 8 })
 * ```
 */
export function optimise<Outputs, Input>(
  dag: AnyDag<Outputs, Input> | Plan<Outputs, Input>,
  options: OptimisePlanOptions = {},
): OptimisedPlan<Outputs, Input> {
  readFields(options, "optimise's options object", known)
  const { effort, seed, timeCap, clock = systemClock, ...rest } = options
  const given = planOf(dag)
  const { concurrency, pools, capacities } = readLimits(given, rest)
  const settings = readOptimise({ effort, seed, timeCap }, given.optimise)
  const limits = { slots: concurrency, pools: [pools], capacities }
  const durations = ownDurations(given)
  const tasks = given.tasks.map((task) => ({ ...task, estimateMs: durations[task.index]! }))
  const { rank, makespan, lowerBound, ...found } = optimisedRank({ tasks }, limits, settings, () =>
    clock.now(),
  )
  const plan = Object.freeze({ ...given, order: 'optimised' as const, rank, optimise: undefined })
  return { plan, makespanMs: makespan, lowerBoundMs: lowerBound, ...found }
}

const known: ReadonlySet<string> = new Set([
  'concurrency',
  'pools',
  'capacities',
  'effort',
  'seed',
  'timeCap',
  'clock',
])

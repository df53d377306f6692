import type { TaskId } from '../../machines/outcome.ts'
import { DagmarError } from '../errors/dagmar-error.ts'
import type { OptimiseOptions } from '../graph/options.ts'
import type { Order, Plan } from '../graph/plan.ts'
import {
  badValue,
  didYouMean,
  isRecord,
  readAmounts,
  readFields,
  readInteger,
  readNumber,
} from '../graph/read-values.ts'
import { chanceOf } from '../chance/hash.ts'
import { type DurationOf, type Durations, durationsOf } from './durations.ts'
import type { Limits } from './limits.ts'
import { refuseUnknownTasks } from './unknown-tasks.ts'
import type { AgentOptions, AgentsOptions } from '../runtime/agents/agent-options.ts'
import { readSimulatedAgents } from './simulated-agents.ts'
import { withOrder } from './with-order.ts'

export interface SimulationOptions {
  /** How long attempts take. @default each task's `estimate`; without one the median of the others', else 1 s */
  readonly durations?: Durations
  /**
   * The probability, 0 to 1, that an attempt fails: for all tasks, or by task id, where tasks that are not named do not
   * fail. A failed attempt takes as long as one that completes. What follows depends on the task's `retry` and
   * `onFailure`; a task that asks is answered `skip`. @default 0
   */
  readonly failureRate?: number | Readonly<Record<TaskId, number>>
  /** What chance depends on: the same seed gives the same run. Integer ≥ 0. @default 1 */
  readonly seed?: number
  /** How many tasks may run at once. Integer ≥ 1, or Infinity. @default the plan's, else 4 */
  readonly concurrency?: number
  /**
   * Amounts of pools, in place of the plan's or beside them. Each must be a pool that the plan has or that some task
   * uses. @default the plan's
   */
  readonly pools?: Readonly<Record<string, number>>
  /**
   * How many attempts each executor may carry at once, by its name: `{ process: 2 }`. Integers ≥ 1. @default no limit
   */
  readonly capacities?: Readonly<Record<string, number>>
  /**
   * The agents that do the tasks which ask for one: a list, or what `agents()` of `dagmar/agents` is given. How many attempts
   * each takes at once is a limit, and so is what they may spend; they use no tokens. @default whoever does a task is there
   * and has room
   */
  readonly agents?: readonly AgentOptions[] | Pick<AgentsOptions, 'list' | 'router' | 'dispatch'>
  /** In which order ready tasks of equal priority start. @default the plan's */
  readonly order?: Order
  /** How the order `optimised` is searched for. @default the plan's */
  readonly optimise?: OptimiseOptions
}

/** The options with nothing left open. */
export interface ReadSimulation extends Limits {
  readonly plan: Plan
  readonly seed: number
  readonly durationOf: DurationOf
  readonly fails: (index: number, attempt: number) => boolean
}

export const simulationFields: ReadonlySet<string> = new Set([
  'durations',
  'failureRate',
  'seed',
  'concurrency',
  'pools',
  'capacities',
  'agents',
  'order',
  'optimise',
])

/** The default concurrency of a runtime. */
const defaultConcurrency = 4

/** Throws `CONFIG_INVALID`, `DURATION_INVALID` and `TASK_UNKNOWN` with the path of the option. */
export function readSimulation(given: Plan, options: SimulationOptions): ReadSimulation {
  readFields(options, "simulate's options object", simulationFields)
  const plan = withOrder(given, options.order, options.optimise)
  const seed = readInteger(options.seed ?? 1, 'seed', 0)
  return {
    plan,
    seed,
    durationOf: durationsOf(plan, options.durations, seed),
    fails: failuresOf(plan, options.failureRate ?? 0, seed),
    ...readLimits(plan, options),
    agents: options.agents === undefined ? undefined : readSimulatedAgents(plan, options.agents),
  }
}

/** Throws `CONFIG_INVALID` with the path of the option. */
export function readLimits(
  plan: Pick<Plan, 'name' | 'tasks' | 'pools' | 'concurrency'>,
  options: Pick<SimulationOptions, 'concurrency' | 'pools' | 'capacities'>,
): Omit<Limits, 'agents'> {
  const capacities = readAmounts(options.capacities ?? {}, 'capacities')
  refuseStrangers(plan, capacities)
  const pools = readAmounts(options.pools ?? {}, 'pools')
  refuseUnusedPools(plan, pools)
  return {
    concurrency: readConcurrency(plan, options.concurrency),
    pools: { ...plan.pools, ...pools },
    capacities,
  }
}

function readConcurrency(plan: Pick<Plan, 'name' | 'concurrency'>, concurrency: number | undefined): number {
  if (concurrency !== undefined) return readInteger(concurrency, 'concurrency', 1, true)
  if (plan.concurrency !== 0) return plan.concurrency ?? defaultConcurrency
  throw new DagmarError('CONFIG_INVALID', {
    message: `The plan ${plan.name} has a concurrency of 0: nothing would ever start.`,
    hint: 'Simulate it with a concurrency of 1 or more.',
  })
}

function failuresOf(
  plan: Plan,
  rate: number | Readonly<Record<TaskId, number>>,
  seed: number,
): ReadSimulation['fails'] {
  const { tasks } = plan
  if (isRecord(rate)) refuseUnknownTasks(plan, rate, 'failureRate')
  const rates = isRecord(rate)
    ? tasks.map(({ id }) => (Object.hasOwn(rate, id) ? readNumber(rate[id], `failureRate.${id}`, 0, 1) : 0))
    : undefined
  if (rates !== undefined) return (index, attempt) => isFailing(rates[index]!, index, attempt)
  if (typeof rate !== 'number') throw badValue('failureRate', rate, 'a number, or numbers by task id')
  const all = readNumber(rate, 'failureRate', 0, 1)
  return (index, attempt) => isFailing(all, index, attempt)

  function isFailing(probability: number, index: number, attempt: number): boolean {
    return probability > 0 && chanceOf(seed, 'failure', tasks[index]!.id, attempt) < probability
  }
}

function refuseStrangers({ tasks }: Pick<Plan, 'tasks'>, capacities: Readonly<Record<string, number>>): void {
  const executors = new Set(tasks.map(({ executor }) => executor))
  for (const name of Object.keys(capacities)) {
    if (executors.has(name)) continue
    throw new DagmarError('CONFIG_INVALID', {
      message: `capacities has '${name}', but no task asks for such an executor.${didYouMean(name, executors)}`,
      hint: `The tasks ask for ${[...executors].join(', ')}.`,
      facts: { field: `capacities.${name}` },
    })
  }
}

/** A pool that the plan has may be named even if no task uses it. */
function refuseUnusedPools(
  { tasks, pools }: Pick<Plan, 'tasks' | 'pools'>,
  given: Readonly<Record<string, number>>,
): void {
  const used = new Set([...Object.keys(pools), ...tasks.flatMap(({ uses }) => Object.keys(uses))])
  for (const name of Object.keys(given)) {
    if (used.has(name)) continue
    throw new DagmarError('CONFIG_INVALID', {
      message: `pools has '${name}', but no task uses such a pool.${didYouMean(name, used)}`,
      hint: used.size === 0 ? 'The tasks use no pools.' : `The pools are ${[...used].join(', ')}.`,
      facts: { field: `pools.${name}` },
    })
  }
}

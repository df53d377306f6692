import type { TaskId } from '../../machines/outcome.ts'
import type { RunFact } from '../events/facts.ts'
import type { Plan } from '../graph/plan.ts'
import {
  badValue,
  didYouMean,
  isRecord,
  readAmounts,
  readDuration,
  readFields,
  readInteger,
  readOneOf,
} from '../graph/read-values.ts'
import { DagmarError } from '../errors/dagmar-error.ts'
import type { RunResult } from '../events/run-result.ts'
import type { Duration } from '../time/duration.ts'
import type { Trace } from '../testing/facts/trace.ts'
import {
  type AgentOptions,
  type AgentsOptions,
  type ReadAgents,
  readAgents,
} from '../runtime/agents/agent-options.ts'
import { type AgentFaultKind, agentFaultKinds } from './variants/agent-fault.ts'
import { type DagFaultKind, faultKinds } from './variants/fault.ts'

/** What a promise may look at, apart from the result. */
export interface PromiseContext {
  readonly facts: readonly RunFact[]
  readonly trace: Trace
}

/**
 * Something that must hold of every run that settles, whatever goes wrong. It is broken when the function returns
 * `false` or a text that says what is wrong, or throws. It must be synchronous.
 */
export type DagPromise = (result: RunResult, context: PromiseContext) => boolean | string | void

export interface CheckDagOptions {
  /** The same seed finds the same. Integer ≥ 0. @default 1 */
  readonly seed?: number
  /**
   * How many random runs are made, with several faults, other lengths and other answers at once. They need fast-check:
   * without it, a check with this option rejects with `PEER_MISSING`. 0 for none. @default 200; without fast-check
   * none, which the report says
   */
  readonly runs?: number
  /**
   * What must hold for every run that settles, each under a sentence that says it, such as `'nothing is deployed when
   * the tests failed'`. @default {}
   */
  readonly promises?: Readonly<Record<string, DagPromise>>
  /** How many tasks may hold a slot at once. @default the dag's, then 4 */
  readonly concurrency?: number
  /** Pools of the runtime that the dag's tasks use. @default {} */
  readonly pools?: Readonly<Record<string, number>>
  /** How long an attempt takes when it goes well, by task. @default the task's estimate, then 10 ms */
  readonly durations?: Readonly<Record<TaskId, Duration>>
  /** What tasks return, for rules that look at outputs. @default a text for each */
  readonly outputs?: Readonly<Record<TaskId, unknown>>
  /**
   * The agents that do the tasks which ask for one: a list, or what `agents()` of `dagmar/agents` is given. They are the
   * only ones, with what they may spend, and what goes wrong with them is tried, too. @default whoever does a task is there
   * and has room
   */
  readonly agents?: readonly AgentOptions[] | Pick<AgentsOptions, 'list' | 'router' | 'dispatch'>
  /** The kinds of faults that are tried. @default everything */
  readonly faults?: readonly (DagFaultKind | AgentFaultKind)[]
  /**
   * How many single faults are tried at most. If there are more, the seed draws a sample. Infinity tries all.
   * @default as many as make 150,000 tasks, so all of them in dags of up to about 120 tasks
   */
  readonly singleFaults?: number
  /**
   * Whether coordinators die, too: after each fact of the run in which nothing goes wrong and of those with a single
   * fault, as long as `singleFaults` allows, and once in each random run. Another one recovers the run, as from a store
   * that outlives the process. @default false
   */
  readonly crashes?: boolean
  /** Simulated time after which a run counts as one that does not settle. Finite, > 0. @default '365d' */
  readonly timeLimit?: Duration
  /** Called now and then with how far the check is. `of` may grow. */
  readonly onProgress?: (progress: { readonly done: number; readonly of: number }) => void
}

/** The options in numbers, checked against the plan. */
export interface CheckSettings {
  readonly seed: number
  readonly runs: number
  /** True when random runs were asked for. */
  readonly wantsRandom: boolean
  readonly promises: ReadonlyMap<string, DagPromise>
  readonly concurrency: number | undefined
  readonly pools: Readonly<Record<string, number>>
  /** By task index. */
  readonly durationsMs: Float64Array
  readonly outputs: ReadonlyMap<TaskId, unknown>
  readonly faults: ReadonlySet<DagFaultKind | AgentFaultKind>
  /** Undefined where whoever does a task is there and has room. */
  readonly agents: ReadAgents | undefined
  readonly singleFaults: number
  readonly crashes: boolean
  readonly timeLimitMs: number
  readonly onProgress: ((progress: { readonly done: number; readonly of: number }) => void) | undefined
}

const known: ReadonlySet<string> = new Set([
  'seed',
  'runs',
  'promises',
  'concurrency',
  'pools',
  'durations',
  'outputs',
  'agents',
  'faults',
  'singleFaults',
  'crashes',
  'timeLimit',
  'onProgress',
])

/** Short, so that an assumed length does not reach any limit of time. */
const unknownMs = 10
const defaultRuns = 200
const defaultTasksInSingles = 150_000

const allKinds = [...faultKinds, ...agentFaultKinds]

/** Throws `CONFIG_INVALID`, `DURATION_INVALID` or `TASK_UNKNOWN`. */
export function readCheckOptions(plan: Plan, options: CheckDagOptions): CheckSettings {
  readFields(options, "checkDag's options object", known)
  const { seed = 1, runs, promises = {}, concurrency, pools = {}, durations = {}, outputs = {} } = options
  const { agents, faults = allKinds, singleFaults, crashes = false, timeLimit = '365d', onProgress } = options
  if (typeof crashes !== 'boolean') throw badValue('crashes', crashes, 'true or false')
  if (!isRecord(promises)) throw badValue('promises', promises, 'an object of functions')
  for (const [name, promise] of Object.entries(promises)) {
    if (typeof promise !== 'function') throw badValue(`promises['${name}']`, promise, 'a function')
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw badValue('onProgress', onProgress, 'a function')
  }
  if (!Array.isArray(faults)) throw badValue('faults', faults, 'a list of kinds of faults')
  for (const field of ['durations', 'outputs'] as const)
    refuseUnknownTasks(plan, { durations, outputs }[field], field)
  return {
    seed: readInteger(seed, 'seed', 0),
    runs: runs === undefined ? defaultRuns : readInteger(runs, 'runs', 0),
    wantsRandom: runs !== undefined && runs > 0,
    promises: new Map(Object.entries(promises)),
    concurrency: concurrency === undefined ? undefined : readInteger(concurrency, 'concurrency', 0, true),
    pools: readAmounts(pools, 'pools'),
    durationsMs: Float64Array.from(plan.tasks, ({ id, estimateMs }) => {
      const given = Object.hasOwn(durations, id) ? durations[id] : undefined
      if (given === undefined) return estimateMs ?? unknownMs
      return readDuration(given, `durations['${id}']`, { finite: true })
    }),
    outputs: new Map(Object.entries(outputs)),
    faults: new Set(faults.map((kind, index) => readOneOf(kind, `faults[${index}]`, allKinds))),
    agents: agents === undefined ? undefined : agentsIn(plan, agents),
    singleFaults:
      singleFaults === undefined
        ? Math.max(1, Math.floor(defaultTasksInSingles / Math.max(1, plan.tasks.length)))
        : readInteger(singleFaults, 'singleFaults', 0, true),
    crashes,
    timeLimitMs: readDuration(timeLimit, 'timeLimit', { positive: true, finite: true }),
    onProgress,
  }
}

/** Those that no task asks for change nothing. */
function agentsIn({ tasks }: Plan, given: NonNullable<CheckDagOptions['agents']>): ReadAgents | undefined {
  const agents = readAgents(isList(given) ? { list: given } : given)
  return tasks.some(({ agent }) => agent !== undefined) ? agents : undefined
}

const isList = (given: NonNullable<CheckDagOptions['agents']>): given is readonly AgentOptions[] =>
  Array.isArray(given)

function refuseUnknownTasks(plan: Plan, byTask: Readonly<Record<TaskId, unknown>>, field: string): void {
  if (!isRecord(byTask)) throw badValue(field, byTask, 'an object by task id')
  for (const taskId of Object.keys(byTask)) {
    if (plan.indexOf(taskId) !== undefined) continue
    const ids = plan.tasks.map(({ id }) => id)
    throw new DagmarError('TASK_UNKNOWN', {
      message: `${field} names a task '${taskId}', which ${plan.name} does not have.${didYouMean(taskId, ids)}`,
      facts: { taskId, field },
    })
  }
}

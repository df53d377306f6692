import type { Failure, Outcome, TaskId } from '../../machines/outcome.ts'
import type { DagmarError } from '../errors/dagmar-error.ts'
import { type AnyDag, type Order, type Plan, planOf } from '../graph/plan.ts'
import { createRuntime } from '../runtime/create-runtime.ts'
import { Desk } from '../runtime/agents/desk.ts'
import { searchLoaded } from '../runtime/run/rank-of.ts'
import type { RunResult } from '../events/run-result.ts'
import { promisesSettled, SimulatedClock } from '../time/simulated-clock.ts'
import { type Bound, boundsOf, sentenceOf } from './bounds.ts'
import { chainsOf } from './chains.ts'
import { type Limit, LimitBooks } from './limits.ts'
import { type ReadSimulation, readSimulation, type SimulationOptions } from './options.ts'
import { Recorder, type SimulatedTask } from './recorder.ts'
import { type SimulatedAgent, simulatedAgents } from './simulated-agents.ts'
import { simulatedExecutor } from './simulated-executor.ts'

/** What came of a simulated run. Instants are milliseconds from the run's start. */
export interface Simulation {
  readonly name: string
  /** The order in which ready tasks of equal priority started. */
  readonly order: Order
  /** The seed that chance depended on. */
  readonly seed: number
  /** How the run settled, as in its result. */
  readonly status: RunResult['status']
  readonly counts: RunResult['counts']
  /** Why the run as a whole failed: `RUN_ABORTED`, `RUN_TIMEOUT`. */
  readonly failure?: Failure
  /** The tasks that failed by themselves. */
  readonly rootCauses: RunResult['rootCauses']
  /** From the run's start until it was settled. */
  readonly makespanMs: number
  /**
   * The length of the longest chain of dependencies, by how long its tasks took, with the waits between their attempts.
   */
  readonly criticalPathMs: number
  /** That chain, from its first task to its last. */
  readonly criticalPath: readonly TaskId[]
  /** How long all attempts took, together. */
  readonly busyMs: number
  readonly concurrency: number
  /** The most tasks that held a slot at once. */
  readonly peakConcurrency: number
  /**
   * The share of the slots' time that was used, 0 to 1. Where slots are unlimited, as many count as were in use at
   * once. 0 for a run that takes no time.
   */
  readonly utilisation: number
  /** What keeps the run from being shorter: the highest of `bounds`. The critical path wins ties. */
  readonly boundBy: 'critical-path' | Limit
  /**
   * What no schedule of these attempts can beat, the highest first. There is a bound for the critical path, and one for
   * each finite limit that some task uses (slots, a pool, an executor, the agents that may do it): the use of the limit divided by its amount,
   * plus the chains that must come before and after.
   */
  readonly bounds: readonly Bound[]
  /** For people: what bounds the makespan or, for a run that did not complete, how it ended. */
  readonly sentence: string
  /** In the order of the plan. */
  readonly tasks: readonly SimulatedTask[]
  /** The agents that were given, in their order. Empty where no task asks for one. */
  readonly agents: readonly SimulatedAgent[]
}

/**
 * Runs the plan on a simulated clock, with the machines and the runtime that will really run it, and with attempts that
 * only take time. Rules, retries, priorities, pools and timeouts work as they will. Stalls do not, because nobody knows
 * when a task will give signs of work. The same plan, options and seed give the same simulation.
 *
 * @throws DagmarError (rejects with) `CONFIG_INVALID` or `DURATION_INVALID` for options that make no sense, `TASK_UNKNOWN`
 *   for durations or failure rates of tasks that the plan does not have, and what `dag().plan()` throws.
 *
 * @example
 * ```ts
 * const { makespanMs, boundBy } = await simulate(release, { concurrency: 8, durations: estimatesFrom(facts) })
 * ```
 */
export async function simulate<Outputs, Input>(
  dag: AnyDag<Outputs, Input> | Plan<Outputs, Input>,
  options: SimulationOptions = {},
): Promise<Simulation> {
  const read = readSimulation(planOf(dag) as Plan, options)
  const { plan, concurrency, pools, capacities, seed, agents } = read
  const clock = new SimulatedClock()
  const books = new LimitBooks(plan, read)
  const recorder = new Recorder(plan, books, clock)
  const trouble: DagmarError[] = []
  const giveUp = (error: DagmarError): void => {
    trouble.push(error)
  }
  const parts = { clock, books, recorder, giveUp, durationOf: read.durationOf, fails: read.fails }
  const names = new Set(plan.tasks.map(({ executor }) => executor))
  const executors = Object.fromEntries(
    [...names].map((name) => [name, simulatedExecutor(parts, capacities[name])]),
  )
  // As long as all facts are held, nothing is folded, since nobody asks for the view.
  await searchLoaded(plan)
  const runtime = createRuntime({
    clock,
    executors,
    concurrency,
    retainFacts: Number.MAX_SAFE_INTEGER,
    ...(agents === undefined ? {} : { agents: { desk: new Desk(agents) } }),
  })
  const run = runtime.dispatch(toBeSimulated(plan, agents !== undefined), {
    id: `simulation-${seed}`,
    concurrency,
    pools,
  })
  run.events$.subscribe((fact) => {
    recorder.see(fact)
    // Whoever asks how long it takes means a run that goes on.
    if (fact.type === 'task.asked') run.answer(fact.taskId, fact.of === 'confirm' ? 'yes' : 'skip')
  })
  await promisesSettled()
  while (trouble.length === 0 && clock.fireNext());
  // The run is left as it is: nothing of it is real.
  if (trouble[0] !== undefined) throw trouble[0]
  const result = await run.result
  await runtime.shutdown({ mode: 'kill' })
  return simulationOf(read, { result, recorder, books })
}

/** The plan with each task's index as its work, without stall timeouts and without a schema for the input; it asks for no agents where there are none. */
function toBeSimulated(plan: Plan, hasAgents: boolean): Plan {
  const never = Number.POSITIVE_INFINITY
  const tasks = plan.tasks.map((task) => ({
    ...task,
    work: task.index,
    agent: hasAgents ? task.agent : undefined,
    policy: { ...task.policy, stallAfterMs: never },
  }))
  return { ...plan, tasks, inputSchema: undefined }
}

function simulationOf(
  { plan, concurrency, seed, agents }: ReadSimulation,
  {
    result,
    recorder,
    books,
  }: { readonly result: RunResult; readonly recorder: Recorder; readonly books: LimitBooks },
): Simulation {
  const tasks = plan.tasks.map((task) => taskOf(task.id, task.index, recorder, result.outcomes[task.id]!))
  const makespanMs = result.durationMs
  const chains = chainsOf(plan, recorder)
  const [slots] = books.uses
  const { heldMs, peak } = slots!
  const slotsMs = (Number.isFinite(concurrency) ? concurrency : peak) * makespanMs
  const bounds = boundsOf({ tasks: plan.tasks, chains, recorder, uses: books.uses })
  return {
    name: plan.name,
    order: plan.order,
    seed,
    status: result.status,
    counts: result.counts,
    ...(result.failure === undefined ? {} : { failure: result.failure }),
    rootCauses: result.rootCauses,
    makespanMs,
    criticalPathMs: chains.longest.length,
    criticalPath: chains.longest.ids,
    busyMs: heldMs,
    concurrency,
    peakConcurrency: peak,
    utilisation: slotsMs === 0 ? 0 : heldMs / slotsMs,
    boundBy: bounds[0]!.by,
    bounds,
    sentence: sentenceOf({ status: result.status, failure: result.failure, makespanMs }, bounds),
    tasks,
    agents: simulatedAgents(agents, recorder.attempts, makespanMs),
  }
}

function taskOf(id: TaskId, index: number, recorder: Recorder, { status }: Outcome): SimulatedTask {
  const attempts = recorder.attempts[index]!
  const endAt = recorder.settledAt[index]!
  const readyAt = recorder.readyAt[index]!
  return {
    id,
    status,
    readyAt: Number.isNaN(readyAt) ? endAt : readyAt,
    startAt: attempts[0]?.startAt ?? endAt,
    endAt,
    queuedMs: recorder.queuedMs[index]!,
    attempts,
  }
}

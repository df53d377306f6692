import type { TaskId } from '../../../machines/outcome.ts'
import { type Fact, isRunEnd, isRunFact, type RunFact } from '../../events/facts.ts'
import type { Plan, PlannedTask } from '../../graph/plan.ts'
import { createRuntime, type Runtime } from '../../runtime/create-runtime.ts'
import type { RuntimeOptions } from '../../runtime/options.ts'
import { searchLoaded } from '../../runtime/run/rank-of.ts'
import type { RunResult } from '../../events/run-result.ts'
import type { RunHandle } from '../../runtime/handle/run-handle.ts'
import type { Explanation } from '../../events/explanation.ts'
import { recoveredRun, storeWith } from '../../testing/rehearsal/recovered-run.ts'
import type { ReadAgents } from '../../runtime/agents/agent-options.ts'
import { promisesSettled, SimulatedClock } from '../../time/simulated-clock.ts'
import type { DagFault } from '../variants/fault.ts'
import { scriptedExecutors } from './scripted-executors.ts'
import type { Variant } from '../variants/variant.ts'
import { StagedAgents } from './staged-agents.ts'

/** A dag as it is explored: what all its runs have in common. */
export interface ExploredDag {
  readonly plan: Plan
  readonly concurrency: number | undefined
  readonly pools: Readonly<Record<string, number>>
  /** How long an attempt of the task takes when it goes well. */
  readonly durationMs: (task: PlannedTask) => number
  readonly outputOf: (task: PlannedTask) => unknown
  /** Simulated time after which a run is taken to go on for ever. */
  readonly timeLimitMs: number
  /** Undefined where the plan asks for none, or whoever does a task is there and has room. */
  readonly agents: ReadAgents | undefined
}

/** Why a run did not settle. `stuck`: nothing was left that could happen. `endless`: it went on past every bound. */
export type Standstill = 'stuck' | 'endless'

/** One run of the real runtime, played to its end or to a standstill. */
export interface ExploredRun {
  readonly variant: Variant
  readonly facts: readonly RunFact[]
  /** Undefined when the run did not settle. */
  readonly result: RunResult | undefined
  readonly standstill: Standstill | undefined
  /** For a run that did not settle: what each open task waits for. */
  readonly open: readonly Explanation[]
  /** The tasks that asked what to do about their failure. */
  readonly asked: ReadonlySet<TaskId>
  /** For a run whose coordinator dies: the same run where it lives. */
  readonly uncut?: ExploredRun
}

/** How long a person takes to answer, and how many times a task is answered `retry` at most. */
const answerMs = 10
const mostAnswers = 3

/** Tasks with up to this many attempts are followed to their end; one that is retried without end, only for so long. */
const mostAttempts = 1_000
const endlessAttempts = 100

/** Start, end, forced end, timeout, stall and grace, retry, deferral; heartbeats aside. */
const timersPerAttempt = 10

const startAt = 1_000_000
const dayMs = 86_400_000

/** Plays a variant with the real runtime on a simulated clock. Always resolves, whether the run settled or not. */
export async function explore(dag: ExploredDag, variant: Variant): Promise<ExploredRun> {
  await searchLoaded(dag.plan)
  const { crashAfter, ...whole } = variant
  const uncut = await playFrom(dag, crashAfter === undefined ? variant : whole, [])
  return crashAfter === undefined ? uncut : exploreCrash(dag, uncut, crashAfter)
}

/** Plays the run again, with a coordinator that dies after this fact, and another one that recovers the run. */
export async function exploreCrash(
  dag: ExploredDag,
  uncut: ExploredRun,
  crashAfter: number,
): Promise<ExploredRun> {
  const variant = { ...uncut.variant, crashAfter }
  return { ...(await playFrom(dag, variant, uncut.facts.slice(0, crashAfter))), uncut }
}

/** Plays a run from its beginning, or from where these facts of it end. */
async function playFrom(
  dag: ExploredDag,
  variant: Variant,
  before: readonly RunFact[],
): Promise<ExploredRun> {
  const clock = new SimulatedClock(before.at(-1)?.at ?? startOf(variant))
  const faults = new Map(variant.faults.map((fault) => [fault.taskId, fault]))
  const watched: Watched = {
    facts: [...before],
    asked: new Set(),
    hasEnded: false,
    result: undefined,
    beats: 0,
  }
  const paces = new Map(variant.paces.map(({ taskId, times }) => [taskId, times]))
  const concurrency = dag.concurrency === undefined ? {} : { concurrency: dag.concurrency }
  const agents =
    dag.agents === undefined ? undefined : new StagedAgents(dag.agents, variant.agents, clock, before)
  const options: RuntimeOptions = {
    ...(agents === undefined ? {} : { agents }),
    clock,
    executors: scriptedExecutors(dag.plan, clock, {
      faultOf: ({ id }) => faults.get(id)?.kind,
      durationMs: (task) => dag.durationMs(task) * (paces.get(task.id) ?? 1),
      outputOf: dag.outputOf,
      agents,
      onBeat: () => {
        watched.beats++
      },
    }),
    pools: dag.pools,
    ...concurrency,
  }
  const run =
    before.length === 0
      ? begun(options, agents).dispatch(dag.plan, { id: 'run', ...concurrency })
      : recoveredRun(storeWith(before), before, dag.plan, options)
  if (before.length > 0) agents?.begin()
  run.events$.subscribe((fact) => {
    if (!isRunFact(fact)) return
    watched.facts.push(fact)
    if (isRunEnd(fact)) watched.hasEnded = true
    if (fact.type === 'task.asked' && fact.of === 'failure') watched.asked.add(fact.taskId)
    intervene(fact, run, { clock, faults, dag, variant })
  })
  void keepResult(run.result, watched)
  // Whole turns of the event loop, because weakly held objects live until the end of one: thousands of runs would pile
  // up.
  await promisesSettled()
  playOn(clock, watched, dag.plan, startOf(variant) + dag.timeLimitMs)
  await promisesSettled()
  const { result, facts, asked } = watched
  if (result !== undefined) return { variant, facts, asked, result, standstill: undefined, open: [] }
  const standstill = clock.nextAt === undefined || watched.hasEnded ? 'stuck' : 'endless'
  return { variant, facts, asked, result, standstill, open: openTasks(run, dag.plan) }
}

function begun(options: RuntimeOptions, agents: StagedAgents | undefined): Runtime {
  const runtime = createRuntime(options)
  agents?.begin()
  return runtime
}

/** The instant at which a run begins, epoch ms. */
function startOf({ midnightInMs }: Variant): number {
  return midnightInMs === undefined ? startAt : dayMs - midnightInMs
}

interface Watched {
  readonly facts: RunFact[]
  readonly asked: Set<TaskId>
  hasEnded: boolean
  result: RunResult | undefined
  /** Signs of work. They make timers for as long as they are scripted. */
  beats: number
}

async function keepResult(result: Promise<RunResult>, watched: Watched): Promise<void> {
  watched.result = await result
}

/** Plays until the run ends, nothing is left that could happen, or a bound is reached. */
function playOn(clock: SimulatedClock, watched: Watched, plan: Plan, endAt: number): void {
  const mostTimers = timersOf(plan)
  for (let fired = 0; !watched.hasEnded && fired < mostTimers + 3 * watched.beats; fired++) {
    if (clock.nextAt === undefined || clock.nextAt > endAt) return
    clock.fireNext()
  }
}

interface Scene {
  readonly clock: SimulatedClock
  readonly faults: ReadonlyMap<TaskId, DagFault>
  readonly dag: ExploredDag
  readonly variant: Variant
}

/** What people do in the variant: kill, drain and answer. */
function intervene(fact: Fact, run: RunHandle, scene: Scene): void {
  if (fact.type === 'task.started' && fact.attempt === 1) end(fact.taskId, run, scene)
  if (fact.type === 'task.asked') answer(fact, run, scene)
}

function end(taskId: TaskId, run: RunHandle, { clock, faults, dag }: Scene): void {
  const kind = faults.get(taskId)?.kind
  if (kind !== 'killed' && kind !== 'run-killed' && kind !== 'run-drained') return
  const task = dag.plan.tasks[dag.plan.indexOf(taskId)!]!
  clock.setTimeout(() => {
    if (kind === 'killed') void run.kill(taskId)
    else if (kind === 'run-killed') void run.kill()
    else void run.drain()
  }, dag.durationMs(task) / 2)
}

function answer(
  { taskId, of }: Extract<RunFact, { type: 'task.asked' }>,
  run: RunHandle,
  { clock, variant }: Scene,
): void {
  const said = variant.answers.find((one) => one.taskId === taskId)?.answers ?? []
  const decisions = said.filter((one) => one !== 'no')
  const turn = run.story(taskId).filter((fact) => fact.type === 'task.answered' && fact.attempt > 0).length
  const decision = turn >= mostAnswers ? 'skip' : (decisions[turn] ?? 'skip')
  const given = of === 'confirm' ? (said.includes('no') ? 'no' : 'yes') : decision
  clock.setTimeout(() => {
    const isAsked = run.why(taskId).waitsFor.some((one) => one.kind === 'answer' && one.of === of)
    if (isAsked) run.answer(taskId, given)
  }, answerMs)
}

function openTasks(run: RunHandle, { tasks }: Plan): readonly Explanation[] {
  const { tasks: views } = run.view()
  return tasks.filter(({ id }) => views.get(id)?.outcome === undefined).map(({ id }) => run.why(id))
}

/** More timers than any run needs that ends within `mostAttempts` attempts of each task. */
function timersOf({ tasks }: Plan): number {
  const attempts = tasks.reduce((sum, { policy }) => {
    const lives = policy.onFailure === 'ask' ? mostAnswers + 1 : 1
    return (
      sum +
      lives * (policy.maxAttempts === Infinity ? endlessAttempts : Math.min(policy.maxAttempts, mostAttempts))
    )
  }, 0)
  return 1_000 + timersPerAttempt * attempts
}

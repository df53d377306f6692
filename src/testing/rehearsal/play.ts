import { DagmarError } from '../../errors/dagmar-error.ts'
import type { RunFact } from '../../events/facts.ts'
import type { Plan } from '../../graph/plan.ts'
import { createRuntime } from '../../runtime/create-runtime.ts'
import { searchLoaded } from '../../runtime/run/rank-of.ts'
import type { RuntimeAgents } from '../../runtime/admission/agent-desk.ts'
import type { RuntimeOptions } from '../../runtime/options.ts'
import type { RunResult } from '../../events/run-result.ts'
import type { RunHandle } from '../../runtime/handle/run-handle.ts'
import type { Store } from '../../ports/store.ts'
import type { Clock } from '../../time/clock.ts'
import { promisesSettled, SimulatedClock } from '../../time/simulated-clock.ts'
import type { Circumstances } from './circumstances.ts'
import { countingClock, type TimerCounts } from './counting-clock.ts'
import { journallingStore } from './journalling-store.ts'
import type { AttemptMark, ScriptedExecutor } from './scripted-executor.ts'
import { kill, type Mark, type Stage } from './stage.ts'
import { keepResult, watch, type Watched } from './watched-run.ts'

/** What came of a plan that met what it met. */
export interface Played {
  readonly plan: Plan
  readonly marks: readonly Mark[]
  readonly runs: readonly PlayedRun[]
  readonly timers: TimerCounts
}

export interface PlayedRun {
  readonly runId: string
  readonly handle: RunHandle
  /** Undefined when the run never settled. */
  readonly result: RunResult | undefined
  /** The run facts, as a subscriber of the first turn saw them. */
  readonly facts: readonly RunFact[]
  /** The same, as the store was given them; none where the play has a store of its own. */
  readonly journal: readonly RunFact[]
  /** True when it had not settled although no attempt was live, and nothing else was to happen. */
  readonly isStuck: boolean
  /** True when it did not settle by itself and was killed in the end. */
  readonly wasEnded: boolean
  /** The same, as a subscriber saw them that asked for everything from somewhere in the middle of the run on. */
  readonly lateFacts: readonly RunFact[]
}

export interface PlayOptions extends Pick<RuntimeOptions, 'mode'> {
  /** The store of the runtime, in place of one that keeps all and takes as long as the circumstances say. */
  readonly storeOn?: (clock: Clock, marks: readonly Mark[]) => Store
  /** The instant at which it begins, in epoch milliseconds. */
  readonly startAt?: number
  /** Begins the runs. By default a runtime with these options dispatches the plan. */
  readonly begin?: (options: RuntimeOptions) => readonly RunHandle[]
}

/** The parts of a play begin at multiples of this. */
const actMs = 1_000_000

/** Past this many timers a play is taken to go on for ever. */
const mostTimers = 5_000

/** The agents of a play. */
export interface Team {
  readonly agents: RuntimeAgents
  /** Has everything done from now on that waits for an agent. */
  readonly relieve: () => void
}

/** What is played. */
export interface Cast {
  /** The work of each task is the list of its scripts. */
  readonly plan: Plan
  readonly circumstances: Circumstances
  /** The pools of the runtime. */
  readonly pools: Readonly<Record<string, number>>
  /** The executors of the plan, by name. */
  readonly executorsOf: (
    clock: Clock,
    mark: (mark: AttemptMark) => void,
  ) => Readonly<Record<string, ScriptedExecutor>>
  /** The agents of the runtime, if it has any. */
  readonly teamOf?: (clock: Clock) => Team | undefined
  /** The input of the runs. */
  readonly input?: unknown
}

/**
 * Plays a plan through the real runtime, on a simulated clock, to its end: people answer, pauses end, and after the
 * last scripted instant whatever cannot end by itself is killed.
 */
export async function play(
  cast: Cast,
  { storeOn, startAt = 1_000, begin, ...options }: PlayOptions = {},
): Promise<Played> {
  const { plan, circumstances } = cast
  const clock = new SimulatedClock(startAt)
  const own = countingClock(clock)
  const marks: Mark[] = []
  const executors = cast.executorsOf(clock, (mark) => marks.push(mark))
  const team = cast.teamOf?.(clock)
  const journals = new Map<string, RunFact[]>()
  const runtimeOptions: RuntimeOptions = {
    clock: own.clock,
    executors,
    store: storeOn?.(clock, marks) ?? journallingStore(circumstances, clock, journals),
    concurrency: circumstances.concurrency,
    admission: circumstances.admission,
    pools: cast.pools,
    ...(team === undefined ? {} : { agents: team.agents }),
    ...options,
  }
  const stage: Stage = { circumstances, clock, marks, plan }
  await searchLoaded(plan)
  const runs = (begin ?? dispatching(cast))(runtimeOptions).map((handle) => watch(handle, stage))
  for (const stray of circumstances.strays) {
    clock.setTimeout(() => {
      const task = plan.tasks[stray.task]!
      for (const { handle } of runs) executors[task.executor]!.stray(handle.id, task.id, stray)
    }, stray.at)
  }
  await turn()
  await drive(clock, marks)
  // Whatever waits for ever may do so only until it is told to end.
  skipToNextAct(clock)
  for (const { handle } of runs) handle.resume()
  team?.relieve()
  await turn()
  await drive(clock, marks)
  await end(runs, clock, marks)
  await redriveAll(runs, stage)
  // What is held weakly is kept for the length of a turn: thousands of plays in one would keep all of it.
  await promisesSettled()
  return {
    plan,
    marks,
    timers: own.counts(),
    runs: runs.map(({ handle, result, facts, lateFacts, isStuck, wasEnded }) => ({
      runId: handle.id,
      handle,
      result,
      facts,
      lateFacts,
      journal: journals.get(handle.id) ?? [],
      isStuck,
      wasEnded,
    })),
  }
}

function dispatching({
  plan,
  circumstances,
  input,
}: Cast): (options: RuntimeOptions) => readonly RunHandle[] {
  return (options) => {
    const runtime = createRuntime(options)
    const { runs, runConcurrency: concurrency, runTimeout } = circumstances
    return Array.from({ length: runs }, (_, index) =>
      runtime.dispatch(plan, {
        id: `run-${index + 1}`,
        concurrency,
        ...(input === undefined ? {} : { input }),
        ...(runTimeout === Number.POSITIVE_INFINITY ? {} : { timeout: runTimeout }),
      }),
    )
  }
}

/** Opens the settled runs again, as the scenario says, and plays on to the next end. */
async function redriveAll(
  runs: readonly Watched[],
  { circumstances, clock, marks, plan }: Stage,
): Promise<void> {
  const { redrive } = circumstances
  if (redrive === 'none') return
  for (const run of runs) {
    const taskId = redrive === 'all' ? undefined : plan.tasks[redrive]!.id
    // Nothing of a redrive could be written down where the store has failed.
    if (run.result === undefined || run.result.failure?.code === 'STORE_FAILED') continue
    if (taskId !== undefined && run.result.outcomes[taskId]?.status === 'completed') continue
    const before = run.result
    run.result = undefined
    try {
      void keepResult(run, run.handle.redrive(taskId))
    } catch (thrown) {
      // What it depends on stands in its way.
      if (!(thrown instanceof DagmarError && thrown.code === 'TASK_BLOCKED')) throw thrown
      run.result = before
    }
  }
  await turn()
  await drive(clock, marks)
  await end(runs, clock, marks)
}

/** Kills what did not settle. */
async function end(runs: readonly Watched[], clock: SimulatedClock, marks: Mark[]): Promise<void> {
  skipToNextAct(clock)
  const isAnyLive = hasLiveAttempt(marks)
  for (const run of runs) {
    run.isStuck ||= run.result === undefined && !isAnyLive
    if (run.result !== undefined) continue
    run.wasEnded = true
    kill(run.handle, marks)
  }
  await drive(clock, marks)
  skipToNextAct(clock)
}

function hasLiveAttempt(marks: readonly Mark[]): boolean {
  let live = 0
  for (const { type } of marks) {
    if (type === 'attempt began') live++
    else if (type === 'attempt ended') live--
  }
  return live > 0
}

/** All timers have gone off: what comes next begins at an instant that does not depend on when the last one did. */
function skipToNextAct(clock: SimulatedClock): void {
  clock.advance(Math.ceil(clock.now() / actMs) * actMs - clock.now())
}

/** Lets everything happen that will happen by itself. */
async function drive(clock: SimulatedClock, marks: readonly Mark[]): Promise<void> {
  for (let fired = 0; clock.fireNext(); fired++) {
    await turn()
    if (fired <= mostTimers) continue
    const last = marks.slice(-20).map((mark) => JSON.stringify(mark))
    throw new Error(`The play goes on for ever. It ends in:\n${last.join('\n')}`)
  }
  await turn()
}

/** Enough microtasks for a commit and what hangs on it. */
async function turn(): Promise<void> {
  for (let microtask = 0; microtask < 12; microtask++) await Promise.resolve()
}

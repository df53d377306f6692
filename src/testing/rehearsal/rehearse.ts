import type { TaskId } from '../../../machines/outcome.ts'
import { isRunFact, type PassingFact, type RunFact } from '../../events/facts.ts'
import { type AnyDag, type Plan, type PlannedTask, planOf } from '../../graph/plan.ts'
import type { RunResult } from '../../events/run-result.ts'
import type { Pace } from '../any/any-pace.ts'
import type { Fault, Faults } from '../any/faults.ts'
import { type Cast, play, type Played, type PlayedRun } from './play.ts'
import { recoveredRun, storeWith } from './recovered-run.ts'
import { demandRehearsal, type RehearseOptions } from './rehearse-options.ts'
import type { AttemptScript } from './attempt-script.ts'
import type { Circumstances, ScheduledCommand } from './circumstances.ts'
import type { Schedule } from '../any/schedule.ts'
import { scriptedExecutor } from './scripted-executor.ts'
import { storyOf } from '../facts/story.ts'

/** What came of a rehearsal. */
export interface Rehearsed {
  readonly plan: Plan
  /** Every run fact. */
  readonly facts: readonly RunFact[]
  /** The passing facts. */
  readonly passing: readonly PassingFact[]
  readonly result: RunResult
  /** False when nothing more could happen but the run had not settled, so that it was killed. */
  readonly settledByItself: boolean
  /** The tasks that were still open then. */
  readonly hung: readonly TaskId[]
}

type AttemptFault = Extract<Fault, { attempt: number }>

const otherwise: Pace = { start: 0, run: 10, stop: 0 }
const mostBeats = 200

/**
 * Runs a dag with the real runtime on a simulated clock. Handlers and commands are replaced by scripts: every attempt
 * takes as long as the schedule says and completes with the output `output of <attempt id>`, unless a fault says
 * otherwise. When nothing else is left to happen, a pause is ended, and attempts that cannot end by themselves are
 * killed. Nothing of the dag is called except its rule functions.
 *
 * Rejects with `CONFIG_INVALID` for options that make no sense, and with `TASK_UNKNOWN` for tasks that the dag does not have.
 */
export async function rehearse(dag: Plan | AnyDag, options: RehearseOptions = {}): Promise<Rehearsed> {
  const plan = planOf(dag)
  demandRehearsal(plan, options)
  const { faults = [], schedule = {}, pools = {} } = options
  const cast: Cast = {
    plan: {
      ...plan,
      tasks: plan.tasks.map((task) => ({
        ...task,
        work: scriptsFor(task, faults, schedule),
        // Whoever does it is there and has room.
        agent: undefined,
      })),
    },
    circumstances: circumstancesOf(plan, options),
    pools,
    executorsOf: (clock, mark) =>
      Object.fromEntries(
        plan.tasks.map(({ executor }) => [executor, scriptedExecutor({ clock, mark, canForce: true })]),
      ),
    input: options.input,
  }
  const { facts, passing, result, wasEnded } = await playThrough(cast, crashesIn(faults))
  if (result === undefined)
    throw new Error(`The run never settled, not even killed:\n${storyOf(facts, undefined).join('\n')}`)
  return {
    plan,
    facts,
    passing,
    result,
    settledByItself: !wasEnded,
    hung: wasEnded ? openAtEnding(plan, facts) : [],
  }
}

interface PlayedThrough extends Pick<PlayedRun, 'facts' | 'result' | 'wasEnded'> {
  readonly passing: readonly PassingFact[]
}

/** The instants at which coordinators die, the first one first. */
function crashesIn(faults: Faults): readonly number[] {
  return faults.flatMap((fault) => (fault.kind === 'crashed' ? [fault.at] : [])).toSorted((a, b) => a - b)
}

/** Plays a run to its end. At each of these instants its coordinator dies, and another one recovers it. */
async function playThrough(cast: Cast, crashes: readonly number[]): Promise<PlayedThrough> {
  let played = playedThrough(await play(cast))
  for (const crash of crashes) {
    const diesAt = played.facts[0]!.at + crash
    const facts = played.facts.filter(({ at }) => at <= diesAt)
    // It had come to its end, or had not begun.
    if (facts.length === 0 || facts.length === played.facts.length) continue
    const store = storeWith(facts)
    const later = playedThrough(
      await play(
        { ...cast, circumstances: from(cast.circumstances, crash) },
        {
          startAt: diesAt,
          storeOn: () => store,
          begin: (options) => [recoveredRun(store, facts, cast.plan, options)],
        },
      ),
    )
    played = {
      ...later,
      facts: [...facts, ...later.facts],
      passing: [...played.passing.filter(({ at }) => at <= diesAt), ...later.passing],
    }
  }
  return played
}

function playedThrough({ runs, marks }: Played): PlayedThrough {
  const passing = marks.flatMap((mark) => ('afterSeq' in mark && !isRunFact(mark) ? [mark] : []))
  return { ...runs[0]!, passing }
}

/** What is still to come at an instant. */
function from(circumstances: Circumstances, instant: number): Circumstances {
  const later = <Coming extends { readonly at: number }>(all: readonly Coming[]): readonly Coming[] =>
    all.filter(({ at }) => at > instant).map((one) => ({ ...one, at: one.at - instant }))
  return {
    ...circumstances,
    commands: later(circumstances.commands),
    strays: later(circumstances.strays),
  }
}

function circumstancesOf(plan: Plan, options: RehearseOptions): Circumstances {
  const { faults = [], concurrency = plan.concurrency ?? 4, answers = ['skip'], confirms = ['yes'] } = options
  const observer = faults.find((fault) => fault.kind === 'observer')?.how ?? 'calm'
  const storeDelay = faults.find((fault) => fault.kind === 'slow-store')?.delayMs ?? 0
  return {
    concurrency,
    runConcurrency: concurrency,
    admission: 'both',
    runTimeout: plan.timeoutMs,
    commands: faults.flatMap((fault) => commandsOf(plan, fault)),
    answers,
    confirms,
    answerAfter: [15],
    strays: faults.flatMap((fault) => {
      const task = fault.kind === 'stray-report' ? plan.indexOf(fault.taskId) : undefined
      return fault.kind === 'stray-report' && task !== undefined ? [{ ...fault, task }] : []
    }),
    storeDelay,
    observer,
    redrive: 'none',
    runs: 1,
  }
}

function commandsOf(plan: Plan, fault: Fault): readonly ScheduledCommand[] {
  switch (fault.kind) {
    case 'paused':
      return [{ at: fault.at, do: 'pause' }]
    case 'resumed':
      return [{ at: fault.at, do: 'resume' }]
    case 'drained':
      return [{ at: fault.at, do: 'drain' }]
    case 'killed': {
      if (fault.taskId === undefined) return [{ at: fault.at, do: 'kill' }]
      const task = plan.indexOf(fault.taskId)
      return task === undefined ? [] : [{ at: fault.at, do: 'kill-task', task }]
    }
    case 'fails':
    case 'does-not-start':
    case 'hangs':
    case 'stalls':
    case 'ignores-end':
    case 'stray-report':
    case 'observer':
    case 'slow-store':
    case 'crashed':
      return []
  }
}

/** The scripts of a task's attempts: one for each that something happens to, and one for all that follow. */
function scriptsFor(task: PlannedTask, faults: Faults, schedule: Schedule): readonly AttemptScript[] {
  const pace = schedule[task.id] ?? { ...otherwise, run: task.estimateMs ?? otherwise.run }
  const own = faults.filter((fault) => 'taskId' in fault && fault.taskId === task.id)
  const last = Math.max(0, ...own.map((fault) => ('attempt' in fault ? fault.attempt : 0)))
  return Array.from({ length: last + 1 }, (_, at) =>
    own.reduce(
      (script, fault) => ('attempt' in fault && fault.attempt === at + 1 ? withFault(script, fault) : script),
      healthy(task, pace),
    ),
  )
}

/** Starts, gives signs of work as often as the task has to, and completes. */
function healthy({ policy }: PlannedTask, { start, run, stop }: Pace): AttemptScript {
  const every = Math.max(policy.stallAfterMs / 2, run / mostBeats)
  const count = Number.isFinite(every) && every > 0 ? Math.floor(run / every) : 0
  return {
    start,
    places: false,
    beats: Array.from({ length: count }, (_, at) => (at + 1) * every).filter((beat) => beat < run),
    warns: undefined,
    asks: undefined,
    end: { after: run, how: 'complete' },
    onAbort: stop,
    onForce: 0,
  }
}

function withFault(script: AttemptScript, fault: AttemptFault): AttemptScript {
  const { end } = script
  switch (fault.kind) {
    case 'fails':
      return { ...script, end: end === 'never' ? end : { ...end, how: fault.how } }
    case 'does-not-start':
      return { ...script, start: fault.how }
    case 'hangs':
      return { ...script, beats: [], end: 'never' }
    case 'stalls':
      return {
        ...script,
        beats: [],
        end: end === 'never' ? end : { ...end, after: end.after + fault.forMs },
      }
    case 'ignores-end':
      return { ...script, onAbort: 'ignore', onForce: fault.forced ? 0 : 'ignore' }
    case 'stray-report':
      return script
  }
}

/** What was not settled when the run was killed in the end. */
function openAtEnding(plan: Plan, facts: readonly RunFact[]): readonly TaskId[] {
  const killing = facts.findLast(({ type }) => type === 'run.killing')
  const before = facts.filter(({ seq }) => seq < (killing?.seq ?? Number.POSITIVE_INFINITY))
  const settled = new Set(before.flatMap((fact) => (isSettling(fact) ? [fact.taskId] : [])))
  return plan.tasks.flatMap(({ id }) => (settled.has(id) ? [] : [id]))
}

function isSettling({ type }: RunFact): boolean {
  return (
    type === 'task.completed' || type === 'task.failed' || type === 'task.killed' || type === 'task.skipped'
  )
}

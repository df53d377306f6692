import type { RunState } from '../../machines/dag.ts'
import type { Outcome, TaskId } from '../../machines/outcome.ts'
import { DagmarError } from '../errors/dagmar-error.ts'
import type { TaskStructure } from '../graph/plan.ts'
import { type CountsAs, countsAs, evaluateRule } from '../graph/rules.ts'
import { type Explanation, explanationOf, phrase, type ToldByFacts, type WaitsFor } from './explanation.ts'
import type { RefusedAgent } from './facts.ts'
import type { RunView } from './fold.ts'
import { askedBy, type TaskStatus, type TaskView } from './task-view.ts'

/**
 * What a task waits for, from the fold of its run's facts, as of their last one. Of a task that waits for room, and of
 * the limits of an attempt, `run.why` knows more as long as the run is live in this process.
 * @throws DagmarError `TASK_UNKNOWN`.
 */
export function whyOf(view: RunView, taskId: TaskId): Explanation {
  const task = view.tasks.get(taskId)
  const structure = view.structure.find(({ id }) => id === taskId)
  if (task === undefined || structure === undefined) {
    throw new DagmarError('TASK_UNKNOWN', {
      message: `The run ${view.runId} of ${view.name} has no task '${taskId}'.`,
      facts: { runId: view.runId, taskId },
    })
  }
  return whyIn(view, structure, task)
}

/** `whyOf` for a task that is in the run. */
export function whyIn(view: RunView, structure: TaskStructure, task: TaskView): Explanation {
  const { id: taskId, status, outcome } = task
  return explanationOf({
    taskId,
    status,
    outcome,
    waitsFor: outcome === undefined ? waitsIn(view, structure, task) : [],
    inWords: phrase,
    now: view.at,
    knowsLimits: false,
    sign: signIn(task),
  })
}

/** What a task that is not settled waits for. */
export function waitsIn(view: RunView, structure: TaskStructure, task: TaskView): readonly ToldByFacts[] {
  return waitsOf(knownFrom(view, structure, task))
}

/** To have started is no sign of work yet. */
function signIn(task: TaskView): TaskView | undefined {
  return task.progress === undefined && task.lastSignAt === task.startedAt ? undefined : task
}

/** What is known of a task that is not settled. */
export interface Unsettled<Room extends WaitsFor = WaitsFor> {
  readonly status: TaskStatus
  readonly structure: TaskStructure
  readonly runStatus: RunState
  /** How a dependency has settled, by its id and its place in `needs`. */
  readonly outcomeOf: (id: TaskId, place: number) => Outcome | undefined
  /** The oldest question that nobody has answered. */
  readonly question: WaitsForAnswer | undefined
  /** The agents that could not have it when it was refused last. Undefined where it was not. */
  readonly considered?: readonly RefusedAgent[] | undefined
  /** The instants at which the wait ends at the latest. Those that never come, or are not known, do not count. */
  readonly instants: readonly (readonly [what: Instant, at: number | undefined])[]
  /** What it lacks to start. */
  room(): readonly Room[]
}

type WaitsForAnswer = Extract<WaitsFor, { kind: 'answer' }>

/** The oldest open question of a task. */
export function questionOf(task: TaskView): WaitsForAnswer | undefined {
  const question = task.questions[0]
  return question === undefined
    ? undefined
    : { kind: 'answer', question, of: askedBy(task), ...task.questionLimits?.[0] }
}

type Instant = Extract<WaitsFor, { kind: 'instant' }>['what']

/** What a task waits for, wherever that is known from. */
export function waitsOf<Room extends WaitsFor>(task: Unsettled<Room>): readonly (Room | ToldByFacts)[] {
  const { status, question, instants, runStatus } = task
  if (status === 'pending') return waitsForDependencies(task)
  const waits: ToldByFacts[] = question === undefined ? [] : [question]
  for (const [what, at = Number.POSITIVE_INFINITY] of instants) {
    if (at !== Number.POSITIVE_INFINITY) waits.push({ kind: 'instant', what, at })
  }
  if (task.considered !== undefined) waits.push({ kind: 'agent', considered: task.considered })
  if (waits.length > 0 || !(status === 'ready' || status === 'dispatched')) return waits
  const isEnding = runStatus === 'draining' || runStatus === 'killing'
  if (runStatus === 'paused' || (isEnding && task.structure.teardown !== true)) {
    return [{ kind: 'run', state: runStatus }]
  }
  return task.room()
}

function knownFrom(
  { status: runStatus, tasks }: RunView,
  structure: TaskStructure,
  task: TaskView,
): Unsettled<ToldByFacts> {
  const { status, until, deferred } = task
  const instant = instants[status]
  return {
    status,
    structure,
    runStatus,
    outcomeOf: (id) => tasks.get(id)?.outcome,
    question: questionOf(task),
    considered: status === 'dispatched' && isRefused(task) ? task.agents!.considered : undefined,
    instants: instant === undefined ? [] : [[instant, until]],
    room: () => [deferred === undefined ? { kind: 'room' } : { kind: 'executor', ...deferred }],
  }
}

/** True for a task whose latest fact is that nobody could have it. */
function isRefused({ agents, deferred }: TaskView): boolean {
  return agents !== undefined && deferred === undefined && agents.considered.length > 0
}

/** What a task's `until` is, by its status. */
const instants: Readonly<Partial<Record<TaskStatus, Instant>>> = {
  dispatched: 'retry',
  starting: 'start timeout',
  stalled: 'stall grace',
  stopping: 'kill grace',
}

/** Nothing where all dependencies are settled. */
function waitsForDependencies({ structure: { rule, needs }, outcomeOf }: Unsettled): ToldByFacts[] {
  const counts: Record<CountsAs, number> = { completed: 0, failed: 0, skipped: 0 }
  const taskIds: TaskId[] = []
  for (const [place, id] of needs.entries()) {
    const outcome = outcomeOf(id, place)
    if (outcome === undefined) taskIds.push(id)
    else counts[countsAs(outcome)]++
  }
  if (taskIds.length === 0) return []
  const isHopeless =
    typeof rule === 'string' && evaluateRule(rule, { needs: needs.length, ...counts }) === 'hopeless'
  return [{ kind: 'dependencies', rule, taskIds, ...(isHopeless ? { isHopeless } : {}) }]
}

import type { RunEnding, RunState } from '../../machines/dag.ts'
import type { Failure, TaskId } from '../../machines/outcome.ts'
import { DagmarError } from '../errors/dagmar-error.ts'
import type { TaskStructure } from '../graph/plan.ts'
import { type Fact, isRunFact, type PassingFact, type RunFact, type RunLimits, untilOf } from './facts.ts'
import { statusAfter } from './run-summary.ts'
import { taskAfter, taskAfterSign } from './task-after.ts'
import { newTaskView, noTasks, type TaskStatus, type TaskView } from './task-view.ts'
import { taskMap } from './task-map.ts'

/** The state of a run: what its facts up to one of them add up to. It can be written as JSON, except for outputs. */
export interface RunView {
  readonly runId: string
  readonly name: string
  readonly status: RunState
  /** What ends the run early. Set once it drains or is being killed. */
  readonly ending?: RunEnding
  /** Why it is, or was, killed or drained: the reason that was given. */
  readonly reason?: string
  /** Why the run as a whole fails, or failed. */
  readonly failure?: Failure
  /** The `seq` of the last fact in it; 0 for none. */
  readonly seq: number
  /** When that fact was told; 0 for none. Epoch milliseconds, like the instants below. */
  readonly at: number
  readonly startedAt?: number
  /** When its timeout falls. Absent without one, and once the run is settled. */
  readonly until?: number
  readonly settledAt?: number
  /** The limits of the dispatch. */
  readonly limits?: RunLimits
  /** The tasks as the dag defines them, in its order. */
  readonly structure: readonly TaskStructure[]
  /** How many tasks are in each status. */
  readonly counts: Readonly<Record<TaskStatus, number>>
  /** The state of each task by id, in the order of the dag. An object in JSON. */
  readonly tasks: ReadonlyMap<TaskId, TaskView>
}

/**
 * What the facts of a run add up to. Run facts must be in order and without gaps, from `run.created` on. Passing facts
 * may be among them; they say how far tasks are.
 * @throws DagmarError `FACTS_GAP` where a run fact is missing, told twice or out of order.
 */
export function fold(facts: Iterable<Fact>): RunView {
  const folder = new RunFolder()
  for (const fact of facts) folder.apply(fact)
  return folder.view()
}

/** The parts of a run that may be known before its first fact. */
export type Beginning = Pick<Created, 'runId' | 'name' | 'structure'> & Partial<Pick<Created, 'limits'>>

type Created = Extract<RunFact, { type: 'run.created' }>
type OfRun = Exclude<RunFact, { taskId: TaskId }>

/** What only the facts about the run as a whole change. */
type RunPart = Omit<RunView, 'seq' | 'at' | 'counts' | 'tasks'>

/** `fold`, one fact at a time, to keep up with a run. Everything it says is as of the latest applied fact. */
export class RunFolder {
  #run: RunPart = { runId: '', name: '', status: 'running', structure: [] }
  #seq = 0
  #at = 0
  readonly #tasks = taskMap([])
  readonly #counts = noTasks()

  /** `known` is what is known of the run before its first fact. */
  constructor(known?: Beginning) {
    if (known !== undefined) this.#begin(known)
  }

  /** A copy that later facts do not change. Takes time in proportion to the tasks. */
  view(): RunView {
    return {
      ...this.#run,
      seq: this.#seq,
      at: this.#at,
      counts: { ...this.#counts },
      tasks: taskMap(this.#tasks),
    }
  }

  /** `view()` without the copy: its counts and tasks change with later facts. */
  current(): RunView {
    return { ...this.#run, seq: this.#seq, at: this.#at, counts: this.#counts, tasks: this.#tasks }
  }

  get status(): RunState {
    return this.#run.status
  }

  /** The `seq` of the last run fact; 0 for none. */
  get seq(): number {
    return this.#seq
  }

  /** How many tasks are in each status. A live object, which changes with each fact. */
  get counts(): Readonly<Record<TaskStatus, number>> {
    return this.#counts
  }

  /** The state of each task by id. A live map, which changes with each fact. */
  get tasks(): ReadonlyMap<TaskId, TaskView> {
    return this.#tasks
  }

  /** @throws DagmarError `FACTS_GAP` for a run fact that does not follow the last one. */
  apply(fact: Fact): void {
    if (!isRunFact(fact)) {
      this.#applyPassing(fact)
      return
    }
    if (fact.seq !== this.#seq + 1) throw gap(this.#seq, fact)
    this.#seq = fact.seq
    this.#at = fact.at
    if (fact.taskId !== undefined) this.#applyToTask(fact)
    else if (fact.type === 'run.created') this.#begin(fact)
    else if (fact.type === 'run.recovered' && fact.structure !== undefined) this.#change(fact.structure)
    else this.#run = runAfter(this.#run, fact)
  }

  /** Notes a sign of work of an attempt, which is no fact. Ignored if the attempt is over. */
  applySign(taskId: TaskId, attempt: number, at: number, progress?: TaskView['progress']): void {
    const task = this.#tasks.get(taskId)
    if (task !== undefined) this.#tasks.set(taskId, taskAfterSign(task, attempt, at, progress))
  }

  #applyPassing(fact: PassingFact): void {
    if (fact.type === 'task.output') this.applySign(fact.taskId, fact.attempt, fact.at)
    if (fact.type !== 'task.progress') return
    this.applySign(fact.taskId, fact.attempt, fact.at, progressIn(fact))
  }

  #begin({ runId, name, structure, limits }: Beginning): void {
    this.#run = { ...this.#run, runId, name, structure, ...(limits === undefined ? {} : { limits }) }
    for (const { id } of structure) this.#tasks.set(id, newTaskView(id))
    this.#counts.pending = this.#tasks.size
  }

  /** Another plan: its tasks, and those of before that are settled. What was only ready is judged anew. */
  #change(structure: readonly TaskStructure[]): void {
    const before = new Map(this.#tasks)
    const ids = new Set(structure.map(({ id }) => id))
    const gone = this.#run.structure.filter(({ id }) => !ids.has(id) && before.get(id)?.outcome !== undefined)
    const whole = [...structure, ...gone]
    this.#run = { ...this.#run, structure: whole }
    this.#tasks.clear()
    Object.assign(this.#counts, noTasks())
    for (const { id } of whole) {
      const task = before.get(id) ?? newTaskView(id)
      const next = isOnlyReady(task) ? { ...newTaskView(id), attempt: task.attempt } : task
      this.#tasks.set(id, next)
      this.#counts[next.status]++
    }
  }

  #applyToTask(fact: Extract<RunFact, { taskId: TaskId }>): void {
    const before = this.#tasks.get(fact.taskId)
    if (before === undefined) return
    const after = taskAfter(before, fact)
    if (after.status !== before.status) {
      this.#counts[before.status]--
      this.#counts[after.status]++
    }
    this.#tasks.set(fact.taskId, after)
  }
}

/** True for a task that is ready, or asks whether it may be. */
function isOnlyReady({ status, attempt, deferred, agents }: TaskView): boolean {
  const hasBegun = attempt > 0 || deferred !== undefined || agents !== undefined
  return status === 'ready' || (status === 'dispatched' && !hasBegun)
}

/** The run after one more fact about it as a whole. */
function runAfter(run: RunPart, fact: Exclude<OfRun, Created>): RunPart {
  const status = statusAfter[fact.type] ?? run.status
  switch (fact.type) {
    case 'run.started':
      return { ...run, status, startedAt: fact.at, ...untilOf(fact) }
    case 'run.paused':
    case 'run.resumed':
    case 'run.recovered':
      return { ...run, status }
    case 'run.draining':
      return { ...run, status, ending: 'drained', reason: fact.reason }
    case 'run.killing': {
      const { ending, failure, reason } = fact
      // A run that ends because of a failure has no reason of its own; it keeps that of an earlier drain, if there was
      // one.
      return { ...run, status, ending, ...(failure === undefined ? { reason } : { failure }) }
    }
    case 'run.redriven': {
      const { ending: _ending, reason: _reason, failure: _failure, ...open } = withoutEnd(run)
      return { ...open, status, ...untilOf(fact) }
    }
    case 'run.completed':
      return { ...withoutEnd(run), status, settledAt: fact.at }
    case 'run.failed': {
      const { failure: _before, ...rest } = withoutEnd(run)
      const { failure } = fact
      return { ...rest, status, settledAt: fact.at, ...(failure === undefined ? {} : { failure }) }
    }
    case 'run.killed':
      return { ...withoutEnd(run), status, settledAt: fact.at, reason: fact.reason }
  }
}

/** Without the instants at which it times out and at which it settled. */
function withoutEnd({ until: _until, settledAt: _settledAt, ...run }: RunPart): RunPart {
  return run
}

/** The progress that a fact tells. */
export function progressIn({ percent, message }: { readonly percent: number; readonly message?: string }): {
  readonly percent: number
  readonly message?: string
} {
  return { percent, ...(message === undefined ? {} : { message }) }
}

function gap(seq: number, fact: RunFact): DagmarError {
  const isOld = fact.seq <= seq
  const after = seq === 0 ? 'The first fact' : `The fact after ${seq}`
  return new DagmarError('FACTS_GAP', {
    message: `${after} is ${fact.type} with the seq ${fact.seq}, not ${seq + 1}: ${isOld ? 'it was told before, or is out of order' : 'facts are missing'}.`,
    hint: 'Fold all facts of one run in order, from the first: those of `run.events({ from: 1 })`, or of its journal.',
    facts: { runId: fact.runId, seq: fact.seq, expected: seq + 1 },
  })
}

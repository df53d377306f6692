import type { RunEnding, RunState } from '../../machines/dag.ts'
import type { Failure, TaskId } from '../../machines/outcome.ts'
import { DagmarError } from '../errors/dagmar-error.ts'
import type { TaskStructure } from '../graph/plan.ts'
import { type Fact, isRunFact, type PassingFact, type RunFact, type RunLimits } from './facts.ts'
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

/** `fold`, one fact at a time, to keep up with a run. Everything it says is as of the latest applied fact. */
export class RunFolder {
  #runId = ''
  #name = ''
  #status: RunState = 'running'
  #ending: RunEnding | undefined
  #reason: string | undefined
  #failure: Failure | undefined
  #seq = 0
  #at = 0
  #startedAt: number | undefined
  #until: number | undefined
  #settledAt: number | undefined
  #limits: RunLimits | undefined
  #structure: readonly TaskStructure[] = []
  readonly #tasks = taskMap([])
  readonly #counts = noTasks()

  /** `known` is what is known of the run before its first fact. */
  constructor(known?: Beginning) {
    if (known !== undefined) this.#begin(known)
  }

  /** A copy that later facts do not change. Takes time in proportion to the tasks. */
  view(): RunView {
    return {
      runId: this.#runId,
      name: this.#name,
      status: this.#status,
      ...(this.#ending === undefined ? {} : { ending: this.#ending }),
      ...(this.#reason === undefined ? {} : { reason: this.#reason }),
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
      seq: this.#seq,
      at: this.#at,
      ...(this.#startedAt === undefined ? {} : { startedAt: this.#startedAt }),
      ...(this.#until === undefined ? {} : { until: this.#until }),
      ...(this.#settledAt === undefined ? {} : { settledAt: this.#settledAt }),
      ...(this.#limits === undefined ? {} : { limits: this.#limits }),
      structure: this.#structure,
      counts: { ...this.#counts },
      tasks: taskMap(this.#tasks),
    }
  }

  get status(): RunState {
    return this.#status
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
    else this.#applyToRun(fact)
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

  #applyToRun(fact: OfRun): void {
    switch (fact.type) {
      case 'run.created':
        this.#begin(fact)
        return
      case 'run.started':
        this.#startedAt = fact.at
        this.#until = fact.until
        this.#status = 'running'
        return
      case 'run.resumed':
        this.#status = 'running'
        return
      case 'run.paused':
        this.#status = 'paused'
        return
      case 'run.draining':
        this.#status = 'draining'
        this.#ending = 'drained'
        this.#reason = fact.reason
        return
      case 'run.killing':
        this.#status = 'killing'
        this.#ending = fact.ending
        this.#failure = fact.failure
        // A run that ends because of a failure has no reason of its own; it keeps that of an earlier drain, if there
        // was one.
        if (fact.failure === undefined) this.#reason = fact.reason
        return
      case 'run.recovered':
        return
      case 'run.redriven':
        this.#status = 'running'
        this.#ending = undefined
        this.#reason = undefined
        this.#failure = undefined
        this.#settledAt = undefined
        this.#until = fact.until
        return
      case 'run.completed':
        this.#settle('completed', fact.at)
        return
      case 'run.failed':
        this.#settle('failed', fact.at)
        this.#failure = fact.failure
        return
      case 'run.killed':
        this.#settle('killed', fact.at)
        this.#reason = fact.reason
    }
  }

  #begin({ runId, name, structure, limits }: Beginning): void {
    this.#runId = runId
    this.#name = name
    this.#structure = structure
    this.#limits = limits
    for (const { id } of structure) this.#tasks.set(id, newTaskView(id))
    this.#counts.pending = this.#tasks.size
  }

  #settle(status: RunState, at: number): void {
    this.#status = status
    this.#settledAt = at
    this.#until = undefined
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

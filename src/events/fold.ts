import type { RunEnding, RunState } from '../../machines/dag.ts'
import type { Failure, TaskId } from '../../machines/outcome.ts'
import { DagmarError } from '../errors/dagmar-error.ts'
import type { TaskStructure } from '../graph/plan.ts'
import { type Fact, isRunFact, type PassingFact, type RunFact, type RunLimits } from './facts.ts'
import { taskAfter, taskAfterSign } from './task-after.ts'
import { newTaskView, noTasks, type TaskStatus, type TaskView } from './task-view.ts'
import { taskMap } from './task-map.ts'

/** The state of a run at one fact: what the facts up to it add up to. It can be written as JSON, outputs aside. */
export interface RunView {
  readonly runId: string
  readonly name: string
  readonly status: RunState
  /** What ends the run before its time, from the moment on when it drains or is killed. */
  readonly ending?: RunEnding
  /** Why it is, or was, killed or drained, in the words of who asked. */
  readonly reason?: string
  /** Why the run as a whole fails, or failed. */
  readonly failure?: Failure
  /** The `seq` of the last fact in it; 0 for none. */
  readonly seq: number
  /** When that fact was told, in epoch milliseconds; 0 for none. So are the instants below. */
  readonly at: number
  readonly startedAt?: number
  /** When its timeout falls, as long as it is not settled. */
  readonly until?: number
  readonly settledAt?: number
  /** What the dispatch allows. */
  readonly limits?: RunLimits
  /** What each task is, in the order of the dag. */
  readonly structure: readonly TaskStructure[]
  /** How many tasks are in each status. */
  readonly counts: Readonly<Record<TaskStatus, number>>
  /** How each task is, by id, in the order of the dag. In JSON an object. */
  readonly tasks: ReadonlyMap<TaskId, TaskView>
}

/**
 * What the facts of a run add up to. They have to be in order and complete, from `run.created` on. Passing facts may be
 * among them: they say how far tasks are.
 * @throws DagmarError `FACTS_GAP` where a run fact is missing, told twice or out of order.
 */
export function fold(facts: Iterable<Fact>): RunView {
  const folder = new RunFolder()
  for (const fact of facts) folder.apply(fact)
  return folder.view()
}

/** What may be known of a run before its first fact. */
export type Beginning = Pick<Created, 'runId' | 'name' | 'structure'> & Partial<Pick<Created, 'limits'>>

type Created = Extract<RunFact, { type: 'run.created' }>
type OfRun = Exclude<RunFact, { taskId: TaskId }>

/** `fold`, one fact at a time: for whoever keeps up with a run. What it says is as of the last fact applied. */
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

  /** How many tasks are in each status, now and from now on: it changes with each fact. */
  get counts(): Readonly<Record<TaskStatus, number>> {
    return this.#counts
  }

  /** How the tasks are, by id, now and from now on: it changes with each fact. */
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

  /** An attempt gave a sign of work that is no fact. One of an attempt that is over says nothing. */
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
        // What a failure ends is ended for that failure; the reason is that of a drain before it, if there was one.
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

/** What a fact about progress says of its task. */
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

import type { RunState } from '../../machines/dag.ts'
import type { Failure, TaskId } from '../../machines/outcome.ts'
import type { RunFact } from './facts.ts'
import { noTasks, taskAfter, type TaskStatus, type TaskView } from './task-view.ts'

/** The state of a run at one fact: what the facts up to it add up to. */
export interface RunView {
  readonly runId: string
  readonly name: string
  readonly status: RunState
  /** The `seq` of the last fact in it; 0 for none. */
  readonly seq: number
  readonly startedAt?: number
  readonly settledAt?: number
  readonly failure?: Failure
  readonly reason?: string
  readonly counts: Readonly<Record<TaskStatus, number>>
  readonly tasks: ReadonlyMap<TaskId, TaskView>
}

/** What the facts say. The order matters, and so does that none is missing from the first on. */
export function fold(facts: Iterable<RunFact>): RunView {
  const folder = new RunFolder()
  for (const fact of facts) folder.apply(fact)
  return folder.view()
}

/** What is known of a run before its first fact. */
export type Beginning = Pick<Extract<RunFact, { type: 'run.created' }>, 'runId' | 'name' | 'structure'>

/** `fold`, one fact at a time. */
export class RunFolder {
  #runId = ''
  #name = ''
  #status: RunState = 'running'
  #seq = 0
  #startedAt: number | undefined
  #settledAt: number | undefined
  #failure: Failure | undefined
  #reason: string | undefined
  readonly #tasks = new Map<TaskId, TaskView>()
  readonly #counts = noTasks()

  /** `known` is what is known of the run before its first fact. */
  constructor(known?: Beginning) {
    if (known !== undefined) this.#begin(known)
  }

  /** A copy that later facts do not change. */
  view(): RunView {
    return {
      runId: this.#runId,
      name: this.#name,
      status: this.#status,
      seq: this.#seq,
      ...(this.#startedAt === undefined ? {} : { startedAt: this.#startedAt }),
      ...(this.#settledAt === undefined ? {} : { settledAt: this.#settledAt }),
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
      ...(this.#reason === undefined ? {} : { reason: this.#reason }),
      counts: { ...this.#counts },
      tasks: new Map(this.#tasks),
    }
  }

  task(id: TaskId): TaskView | undefined {
    return this.#tasks.get(id)
  }

  tasks(): IterableIterator<TaskView> {
    return this.#tasks.values()
  }

  get seq(): number {
    return this.#seq
  }

  apply(fact: RunFact): void {
    this.#seq = fact.seq
    if (fact.taskId !== undefined) this.#applyToTask(fact)
    else this.#applyToRun(fact)
  }

  #applyToRun(fact: Exclude<RunFact, { taskId: TaskId }>): void {
    switch (fact.type) {
      case 'run.created':
        this.#begin(fact)
        return
      case 'run.started':
        this.#startedAt = fact.at
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
        return
      case 'run.killing':
        this.#status = 'killing'
        return
      case 'run.recovered':
        return
      case 'run.redriven':
        this.#status = 'running'
        this.#settledAt = undefined
        this.#failure = undefined
        this.#reason = undefined
        return
      case 'run.completed':
        this.#settled('completed', fact.at)
        return
      case 'run.failed':
        this.#settled('failed', fact.at)
        this.#failure = fact.failure
        return
      case 'run.killed':
        this.#settled('killed', fact.at)
        this.#reason = fact.reason
    }
  }

  #begin({ runId, name, structure }: Beginning): void {
    this.#runId = runId
    this.#name = name
    for (const { id } of structure) {
      this.#tasks.set(id, { id, status: 'pending', since: 0, attempt: 0, attemptsUsed: 0, questions: [] })
    }
    this.#counts.pending = this.#tasks.size
  }

  #settled(status: RunState, at: number): void {
    this.#status = status
    this.#settledAt = at
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

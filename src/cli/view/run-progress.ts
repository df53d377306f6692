import type { RunState } from '../../../machines/dag.ts'
import type { TaskId } from '../../../machines/outcome.ts'
import type { Fact } from '../../events/facts.ts'
import { noTasks, type TaskStatus } from '../../events/task-view.ts'
import { shownText } from '../../text/shown-text.ts'

/** What the views know of a task. */
export interface TaskProgress {
  readonly id: TaskId
  status: TaskStatus
  attempt: number
  /** Epoch ms of the first start, and of the latest one; undefined before. */
  firstStartedAt: number | undefined
  startedAt: number | undefined
  settledAt: number | undefined
  /** Since when it is stalled, or waits for the next attempt. */
  since: number
  /** When the next attempt comes. */
  until: number | undefined
  /** True when it has failed and asks what to do. */
  asks: boolean
  /** The last line of its output or progress, made harmless; in `dispatched`, why the last attempt failed. */
  lastLine: string
}

/**
 * A run as its views show it, kept up fact by fact: each costs the same however many tasks there are. The fold of
 * src/events knows more, but gives it as a copy.
 */
export class RunProgress {
  readonly #tasks = new Map<TaskId, TaskProgress>()
  readonly #counts = noTasks()
  readonly #live = new Set<TaskProgress>()
  readonly #held = new Set<TaskProgress>()
  readonly #ready = new Set<TaskProgress>()
  #state: RunState = 'running'
  #startedAt = 0

  constructor(taskIds: Iterable<TaskId>) {
    for (const id of taskIds) {
      this.#tasks.set(id, {
        id,
        status: 'pending',
        attempt: 0,
        firstStartedAt: undefined,
        startedAt: undefined,
        settledAt: undefined,
        since: 0,
        until: undefined,
        asks: false,
        lastLine: '',
      })
    }
    this.#counts.pending = this.#tasks.size
  }

  get total(): number {
    return this.#tasks.size
  }

  get counts(): Readonly<Record<TaskStatus, number>> {
    return this.#counts
  }

  /** How many tasks hold a slot: asked to start, running, stalled or being ended. */
  get running(): number {
    return this.#live.size
  }

  get settled(): number {
    const { completed, failed, killed, skipped } = this.#counts
    return completed + failed + killed + skipped
  }

  get state(): RunState {
    return this.#state
  }

  /** Epoch ms; 0 before the first fact. */
  get startedAt(): number {
    return this.#startedAt
  }

  /** Tasks that hold a slot, in the order in which they took it. */
  get live(): ReadonlySet<TaskProgress> {
    return this.#live
  }

  /** Tasks taken up that wait for their next attempt, for room or for an answer. */
  get held(): ReadonlySet<TaskProgress> {
    return this.#held
  }

  /** Tasks that could start, were there room. */
  get ready(): ReadonlySet<TaskProgress> {
    return this.#ready
  }

  task(id: TaskId): TaskProgress | undefined {
    return this.#tasks.get(id)
  }

  ids(): Iterable<TaskId> {
    return this.#tasks.keys()
  }

  apply(fact: Fact): void {
    if (this.#startedAt === 0) this.#startedAt = fact.at
    if (fact.taskId === undefined) {
      this.#state = stateAfter[fact.type] ?? this.#state
      return
    }
    const task = this.#tasks.get(fact.taskId)
    if (task === undefined) return
    // A handler that asks goes on running; a task that asks has failed, and waits.
    const isHandlers = fact.type === 'task.asked' && fact.of === 'handler'
    const status = isHandlers ? undefined : statusAfter[fact.type]
    if (status !== undefined) this.#move(task, status, fact.at)
    note(task, fact)
  }

  #move(task: TaskProgress, status: TaskStatus, at: number): void {
    this.#counts[task.status]--
    this.#counts[status]++
    task.status = status
    task.since = at
    task.until = undefined
    task.asks = false
    place(this.#live, task, isLive(status))
    place(this.#held, task, status === 'dispatched')
    place(this.#ready, task, status === 'ready')
  }
}

/** What a fact says of its task beside the status. */
function note(task: TaskProgress, fact: Fact): void {
  if (fact.type === 'task.output') {
    const line = lastLineOf(fact.text)
    if (line !== '') task.lastLine = line
  } else if (fact.type === 'task.progress') {
    const message = fact.message === undefined ? '' : ` ${shownText(fact.message)}`
    task.lastLine = `${Math.round(fact.percent)} %${message}`
  } else if (fact.type === 'task.starting') {
    task.attempt = fact.attempt
    task.startedAt = fact.at
    task.lastLine = ''
  } else if (fact.type === 'task.started') {
    task.startedAt = fact.at
    task.firstStartedAt ??= fact.at
  } else if (fact.type === 'task.asked') {
    task.asks = fact.of === 'failure'
  } else if (fact.type === 'task.retrying') {
    task.lastLine = shownText(fact.failure.message)
    task.until = fact.until
  } else if (isSettled(task.status)) task.settledAt ??= fact.at
  else task.settledAt = undefined
}

/** The last line that is not blank, looked for from the end: there may be thousands. */
function lastLineOf(text: string): string {
  const trimmed = text.trimEnd()
  return shownText(trimmed.slice(trimmed.lastIndexOf('\n') + 1))
}

const stateAfter: Readonly<Partial<Record<Fact['type'], RunState>>> = {
  'run.started': 'running',
  'run.resumed': 'running',
  'run.redriven': 'running',
  'run.paused': 'paused',
  'run.draining': 'draining',
  'run.killing': 'killing',
  'run.completed': 'completed',
  'run.failed': 'failed',
  'run.killed': 'killed',
}

const statusAfter: Readonly<Partial<Record<Fact['type'], TaskStatus>>> = {
  'task.ready': 'ready',
  'task.dispatched': 'dispatched',
  'task.deferred': 'dispatched',
  'task.asked': 'dispatched',
  'task.retrying': 'dispatched',
  'task.starting': 'starting',
  'task.started': 'running',
  'task.unstalled': 'running',
  'task.stalled': 'stalled',
  'task.stopping': 'stopping',
  'task.redriven': 'pending',
  'task.completed': 'completed',
  'task.failed': 'failed',
  'task.killed': 'killed',
  'task.skipped': 'skipped',
}

function isSettled(status: TaskStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'killed' || status === 'skipped'
}

function place(tasks: Set<TaskProgress>, task: TaskProgress, belongs: boolean): void {
  if (belongs) tasks.add(task)
  else tasks.delete(task)
}

function isLive(status: TaskStatus): boolean {
  return status === 'starting' || status === 'running' || status === 'stalled' || status === 'stopping'
}

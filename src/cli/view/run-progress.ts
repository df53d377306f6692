import type { RunState } from '../../../machines/dag.ts'
import type { TaskId } from '../../../machines/outcome.ts'
import type { Fact } from '../../events/facts.ts'
import { RunFolder, type RunView } from '../../events/fold.ts'
import type { TaskStatus, TaskView } from '../../events/task-view.ts'
import type { Plan } from '../../graph/plan.ts'
import { colouredText, shownText } from '../../text/shown-text.ts'
import { type OutputTail, OutputTails } from './output-tails.ts'
import { Waits } from './waits.ts'

/** A run as its views show it, updated fact by fact: the fold of its facts, and lists of tasks. */
export class RunProgress {
  readonly #folder: RunFolder
  readonly #teardowns: Plan['structure']
  readonly #waits = new Waits()
  readonly #live = new Map<TaskId, TaskView>()
  readonly #held = new Map<TaskId, TaskView>()
  readonly #ready = new Map<TaskId, TaskView>()
  /** Those whose dependencies are not settled, in the order of the dag. */
  readonly #pending = new Map<TaskId, TaskView>()
  /** Those that have an outcome, in the order in which they got it. */
  readonly #settled = new Map<TaskId, TaskView>()
  /** By task: the last line of its output or progress, in its own colours; after a failed attempt, why it failed. */
  readonly #lastLines = new Map<TaskId, string>()
  /** Since when stalled attempts have given no sign of work. */
  readonly #silentSince = new Map<TaskId, number>()
  /** Since when the oldest open question of tasks waits. */
  readonly #askedSince = new Map<TaskId, number>()
  readonly #tails = new OutputTails()
  readonly #maxAttempts = new Map<TaskId, number>()
  #startedAt = 0

  constructor({ name, structure }: Pick<Plan, 'name' | 'structure'>) {
    this.#folder = new RunFolder({ runId: '', name, structure })
    this.#teardowns = structure.filter(({ teardown }) => teardown === true)
    for (const task of this.#folder.tasks.values()) this.#pending.set(task.id, task)
    for (const { id, maxAttempts } of structure) {
      if (maxAttempts !== 1) this.#maxAttempts.set(id, maxAttempts ?? Number.POSITIVE_INFINITY)
    }
  }

  /** The fold of the facts so far. Its counts and tasks change with later ones. */
  get view(): RunView {
    return this.#folder.current()
  }

  get total(): number {
    return this.#folder.tasks.size
  }

  get counts(): Readonly<Record<TaskStatus, number>> {
    return this.#folder.counts
  }

  /** How many tasks hold a slot: asked to start, running, stalled or being ended. */
  get running(): number {
    return this.#live.size
  }

  /**
   * The teardowns that an early end of the run now would leave to run: something that they need has started, or is such
   * a teardown.
   */
  get teardowns(): readonly { readonly isLive: boolean }[] {
    const { tasks } = this.#folder
    const open = this.#teardowns.filter(({ id }) => tasks.get(id)?.outcome === undefined)
    const left = new Set<TaskId>()
    for (let before = -1; before < left.size; ) {
      before = left.size
      for (const { id, needs } of open) {
        if (needs.some((need) => left.has(need) || (tasks.get(need)?.attempt ?? 0) > 0)) left.add(id)
      }
    }
    return [...left].map((id) => ({ isLive: this.#live.has(id) }))
  }

  get settled(): number {
    const { completed, failed, killed, skipped } = this.counts
    return completed + failed + killed + skipped
  }

  get state(): RunState {
    return this.#folder.status
  }

  /** Epoch milliseconds; 0 before the first fact. */
  get startedAt(): number {
    return this.#startedAt
  }

  /** The tasks that hold a slot, in the order in which they took it. */
  get live(): ReadonlyMap<TaskId, TaskView> {
    return this.#live
  }

  /** The started tasks that wait for their next attempt, for room, or for an answer. */
  get held(): ReadonlyMap<TaskId, TaskView> {
    return this.#held
  }

  /** The tasks that could start if there were room. */
  get ready(): ReadonlyMap<TaskId, TaskView> {
    return this.#ready
  }

  /** The tasks that wait for others. */
  get pending(): ReadonlyMap<TaskId, TaskView> {
    return this.#pending
  }

  /** The tasks that have an outcome, those that got it last at the end. */
  get settledTasks(): ReadonlyMap<TaskId, TaskView> {
    return this.#settled
  }

  /** How many attempts the task has at most. */
  maxAttempts(id: TaskId): number {
    return this.#maxAttempts.get(id) ?? 1
  }

  /** Since when the stalled task has given no sign of work. Epoch milliseconds. */
  silentSince(id: TaskId): number | undefined {
    return this.#silentSince.get(id)
  }

  /** Since when somebody is to answer the task. Epoch milliseconds. */
  askedSince(id: TaskId): number | undefined {
    return this.#askedSince.get(id)
  }

  /** What the task has written, as far as it is kept. */
  outputOf(id: TaskId): OutputTail {
    return this.#tails.of(id)
  }

  get tasks(): ReadonlyMap<TaskId, TaskView> {
    return this.#folder.tasks
  }

  /**
   * The last line of the task's output or progress, in its own colours; after a failed attempt, why it failed. Empty
   * where there is none.
   */
  lastLine(id: TaskId): string {
    return this.#lastLines.get(id) ?? ''
  }

  /** How long the task has waited since its first start: for an answer, its next attempt, or room. In milliseconds. */
  waitedMs(id: TaskId): number {
    return this.#waits.of(id)
  }

  apply(fact: Fact): void {
    if (this.#startedAt === 0) this.#startedAt = fact.at
    this.#folder.apply(fact)
    this.#waits.apply(fact)
    if (fact.taskId === undefined) return
    this.#place(fact.taskId)
    if (fact.type === 'task.output') this.#tails.add(fact.taskId, fact.text, fact.isPartial === true)
    if (fact.type === 'task.stalled') this.#silentSince.set(fact.taskId, fact.at - fact.silentMs)
    if ((this.#folder.tasks.get(fact.taskId)?.questions.length ?? 0) === 0)
      this.#askedSince.delete(fact.taskId)
    else if (!this.#askedSince.has(fact.taskId)) this.#askedSince.set(fact.taskId, fact.at)
    const line = lineIn(fact)
    if (line !== undefined) this.#lastLines.set(fact.taskId, line)
  }

  #place(id: TaskId): void {
    const task = this.#folder.tasks.get(id)
    if (task === undefined) return
    put(this.#live, task, isLive(task.status))
    put(this.#held, task, task.status === 'dispatched')
    put(this.#ready, task, task.status === 'ready')
    put(this.#pending, task, task.status === 'pending')
    put(this.#settled, task, task.outcome !== undefined)
  }
}

/** The new last line of the fact's task, if the fact changes it. */
function lineIn(fact: Fact): string | undefined {
  if (fact.type === 'task.output') {
    const line = lastLineOf(fact.text)
    return line === '' ? undefined : line
  }
  if (fact.type === 'task.progress') {
    return fact.message === undefined ? undefined : shownText(fact.message)
  }
  if (fact.type === 'task.starting') return ''
  return fact.type === 'task.retrying' ? shownText(fact.failure.message) : undefined
}

/** The last line that is not blank, looked for from the end: there may be thousands. */
function lastLineOf(text: string): string {
  const trimmed = text.trimEnd()
  return colouredText(trimmed.slice(trimmed.lastIndexOf('\n') + 1))
}

/** A task that is in the list already keeps its place. */
function put(tasks: Map<TaskId, TaskView>, task: TaskView, belongs: boolean): void {
  if (belongs) tasks.set(task.id, task)
  else tasks.delete(task.id)
}

function isLive(status: TaskStatus): boolean {
  return status === 'starting' || status === 'running' || status === 'stalled' || status === 'stopping'
}

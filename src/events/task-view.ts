import type { Failure, Outcome, TaskId } from '../../machines/outcome.ts'
import type { TaskState } from '../../machines/task-context.ts'
import type { RunFact } from './facts.ts'
import type { JsonValue } from './json-value.ts'

/** A task as the run sees it: `pending` and `ready` before it has an actor, the actor's states, or `skipped`. */
export type TaskStatus = 'pending' | 'ready' | TaskState | 'skipped'

export interface TaskView {
  readonly id: TaskId
  readonly status: TaskStatus
  /** When it came into this status, in epoch milliseconds; 0 for a task that has been pending from the start. */
  readonly since: number
  /** The number of its latest attempt; 0 before the first. */
  readonly attempt: number
  /** How many attempts have counted since the start or the last redrive. */
  readonly attemptsUsed: number
  /**
   * The instant at which the next attempt, the start timeout, the stall grace or the kill grace is due, in epoch
   * milliseconds.
   */
  readonly until?: number
  /** Where its live attempt is, where its executor has noted that. */
  readonly placed?: { readonly executor: string; readonly handle: JsonValue }
  /** The failure of the latest attempt that failed. */
  readonly failure?: Failure
  /** The questions that wait for an answer, the oldest first. */
  readonly questions: readonly string[]
  /** How it settled. */
  readonly outcome?: Outcome
}

/** A count of 0 for each status. */
export function noTasks(): Record<TaskStatus, number> {
  return {
    pending: 0,
    ready: 0,
    dispatched: 0,
    starting: 0,
    running: 0,
    stalled: 0,
    stopping: 0,
    completed: 0,
    failed: 0,
    killed: 0,
    skipped: 0,
  }
}

/** The task after the fact. */
export function taskAfter(task: TaskView, fact: Extract<RunFact, { taskId: TaskId }>): TaskView {
  return isOrdinary(fact) && isUntroubled(task) ? ordinarily(task, fact) : rarely(task, fact)
}

/** The facts that every task tells. */
type Ordinary = 'task.ready' | 'task.dispatched' | 'task.starting' | 'task.started' | 'task.completed'

const ordinary: ReadonlySet<string> = new Set<Ordinary>([
  'task.ready',
  'task.dispatched',
  'task.starting',
  'task.started',
  'task.completed',
])

function isOrdinary(fact: RunFact): fact is Extract<RunFact, { type: Ordinary }> {
  return ordinary.has(fact.type)
}

/** True for a view without optional properties. */
function isUntroubled({ placed, failure, outcome, questions }: TaskView): boolean {
  return placed === undefined && failure === undefined && outcome === undefined && questions.length === 0
}

/** Spelled out, because copying a view takes several times as long as making one. */
function ordinarily(task: TaskView, fact: Extract<RunFact, { type: Ordinary }>): TaskView {
  const { id, attempt, attemptsUsed, questions } = task
  const { at: since } = fact
  switch (fact.type) {
    case 'task.ready':
      return { id, status: 'ready', since, attempt, attemptsUsed, questions }
    case 'task.dispatched': {
      const used = attemptsUsed + 1
      return { id, status: 'dispatched', since, attempt: fact.attempt, attemptsUsed: used, questions }
    }
    case 'task.starting':
      return fact.until === undefined
        ? { id, status: 'starting', since, attempt, attemptsUsed, questions }
        : { id, status: 'starting', since, attempt, attemptsUsed, questions, until: fact.until }
    case 'task.started':
      return { id, status: 'running', since, attempt, attemptsUsed, questions }
    case 'task.completed': {
      const outcome = { status: 'completed', output: fact.output } as const
      return { id, status: 'completed', since, attempt, attemptsUsed, questions, outcome }
    }
  }
}

function rarely(task: TaskView, fact: Extract<RunFact, { taskId: TaskId }>): TaskView {
  const { until: _until, placed, ...rest } = task
  const moved = { ...rest, since: fact.at }
  const live = placed === undefined ? moved : { ...moved, placed }
  switch (fact.type) {
    case 'task.ready':
      return { ...moved, status: 'ready' }
    case 'task.dispatched':
      return { ...moved, status: 'dispatched', attempt: fact.attempt, attemptsUsed: task.attemptsUsed + 1 }
    case 'task.deferred':
      return deferred(task, moved)
    case 'task.starting':
      return { ...live, status: 'starting', ...untilOf(fact) }
    case 'task.started':
    case 'task.unstalled':
      return { ...live, status: 'running' }
    case 'task.placed':
      return { ...task, placed: { executor: fact.executor, handle: fact.handle } }
    case 'task.warned':
      return task
    case 'task.asked':
      return fact.of === 'handler'
        ? { ...task, questions: [...task.questions, fact.question] }
        : {
            ...moved,
            status: 'dispatched',
            questions: [fact.question],
            ...(fact.failure === undefined ? {} : { failure: fact.failure }),
          }
    case 'task.answered':
      // After any answer to a failed task its attempts count from 0, in case another one follows.
      return task.status === 'dispatched'
        ? { ...task, questions: [], attemptsUsed: fact.answer === 'retry' ? 0 : task.attemptsUsed }
        : { ...task, questions: task.questions.slice(1) }
    case 'task.stalled':
      return { ...live, status: 'stalled', ...untilOf(fact) }
    case 'task.stopping':
      return { ...live, status: 'stopping', questions: [], ...untilOf(fact) }
    case 'task.abandoned':
      return task
    case 'task.retrying':
      return { ...moved, status: 'dispatched', questions: [], failure: fact.failure, until: fact.until }
    case 'task.redriven': {
      const { outcome: _outcome, failure: _failure, ...open } = moved
      return { ...open, status: 'pending', attemptsUsed: 0 }
    }
    case 'task.completed':
      return { ...settled(moved), status: 'completed', outcome: { status: 'completed', output: fact.output } }
    case 'task.failed':
      return {
        ...settled(moved),
        status: 'failed',
        failure: fact.failure,
        outcome: {
          status: 'failed',
          failure: fact.failure,
          deadLettered: fact.deadLettered,
          ignored: fact.ignored,
          abandoned: fact.abandoned,
        },
      }
    case 'task.dead-lettered':
      return task
    case 'task.killed':
      return {
        ...settled(moved),
        status: 'killed',
        outcome: { status: 'killed', reason: fact.reason, abandoned: fact.abandoned },
      }
    case 'task.skipped':
      return {
        ...settled(moved),
        status: 'skipped',
        outcome: {
          status: 'skipped',
          because: fact.because,
          ...(fact.causedBy === undefined ? {} : { causedBy: fact.causedBy }),
        },
      }
  }
}

function untilOf({ until }: { readonly until?: number }): { readonly until?: number } {
  return until === undefined ? {} : { until }
}

function settled<T extends object>(task: T): T & { readonly questions: readonly string[] } {
  return { ...task, questions: [] }
}

/**
 * An offer that was declined at once was no attempt. One that was taken back while starting was an attempt, but does
 * not count.
 */
function deferred(task: TaskView, moved: Omit<TaskView, 'until'>): TaskView {
  const wasStarting = task.status === 'starting'
  return { ...moved, status: 'dispatched', attemptsUsed: task.attemptsUsed - (wasStarting ? 1 : 0) }
}

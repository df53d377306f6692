import type { Failure, Outcome, TaskId } from '../../machines/outcome.ts'
import type { TaskState } from '../../machines/task-context.ts'
import type { AskedBy } from './facts.ts'
import type { JsonValue } from './json-value.ts'

/** A task as the run sees it: `pending` and `ready` before it has an actor, the actor's states, or `skipped`. */
export type TaskStatus = 'pending' | 'ready' | TaskState | 'skipped'

/** When a question waits no longer, in epoch milliseconds, and what counts as its answer then. Empty without a limit. */
export interface QuestionLimit {
  readonly until?: number
  readonly defaultAnswer?: unknown
}

export interface TaskView {
  readonly id: TaskId
  readonly status: TaskStatus
  /** When it came into this status, in epoch milliseconds; 0 for a task that has been pending from the start. */
  readonly since: number
  /** The `seq` of its latest fact; for a settled task, of the fact that settled it. 0 before the first. */
  readonly seq: number
  /** The number of its latest attempt; 0 before the first. */
  readonly attempt: number
  /** How many attempts have counted since the start or the last redrive. */
  readonly attemptsUsed: number
  /** When its first attempt began to run, in epoch milliseconds. */
  readonly firstStartedAt?: number
  /** When its latest attempt began to run, in epoch milliseconds. */
  readonly startedAt?: number
  /**
   * The instant at which the next attempt, the start timeout, the stall grace or the kill grace is due, in epoch
   * milliseconds.
   */
  readonly until?: number
  /** When its live attempt gave its latest known sign of work, in epoch milliseconds. */
  readonly lastSignAt?: number
  /** How far its live attempt is, if it has said so. `percent` is 0 to 100. */
  readonly progress?: { readonly percent: number; readonly message?: string }
  /**
   * The executor that declined it and that it waits for, with how many attempts it carried, and how many it can carry.
   */
  readonly deferred?: { readonly executor: string; readonly carrying: number; readonly capacity?: number }
  /** Where its live attempt is, if its executor has noted that. */
  readonly placed?: { readonly executor: string; readonly handle: JsonValue }
  /** The failure of the latest attempt that failed. */
  readonly failure?: Failure
  /** The questions that wait for an answer, the oldest first. */
  readonly questions: readonly string[]
  /** Until when each of them waits, in the same order, where one of them has a limit. */
  readonly questionLimits?: readonly QuestionLimit[]
  /** How it settled. */
  readonly outcome?: Outcome
}

/** Which question of the task is the oldest that waits: only a task without an attempt is asked whether it may start. */
export function askedBy({ status, attempt }: Pick<TaskView, 'status' | 'attempt'>): AskedBy {
  if (status !== 'dispatched') return 'handler'
  return attempt === 0 ? 'confirm' : 'failure'
}

const noQuestions: readonly string[] = Object.freeze([])

/** A task before its first fact. */
export function newTaskView(id: TaskId): TaskView {
  return { id, status: 'pending', since: 0, seq: 0, attempt: 0, attemptsUsed: 0, questions: noQuestions }
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

import type { Failure, Outcome, TaskId } from '../../machines/outcome.ts'
import type { TaskState } from '../../machines/task-context.ts'
import type { AskedBy, RefusedAgent } from './facts.ts'
import type { JsonValue } from './json-value.ts'

/** A task as the run sees it: `pending` and `ready` before it has an actor, the actor's states, or `skipped`. */
export type TaskStatus = 'pending' | 'ready' | TaskState | 'skipped'

/** When a question waits no longer, in epoch milliseconds, and what counts as its answer then. Empty without a limit. */
export interface QuestionLimit {
  readonly until?: number
  readonly defaultAnswer?: unknown
}

/** What is known of the agents of a task. */
export interface AgentsOfTask {
  /** That of its latest attempt. */
  readonly agentId?: string
  /** Those whose attempts have failed, in order. */
  readonly failedWith: readonly string[]
  /** Those among them that the task has spent too much of. */
  readonly spent: readonly string[]
  /** The number of its latest claim, where tasks are claimed. */
  readonly fence?: number
  /** How many dispatch attempts it has used since it was granted last. */
  readonly dispatchAttempts: number
  /** The agents that could not have it when it was refused last. Empty once it is granted. */
  readonly considered: readonly RefusedAgent[]
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
  /** For a task that an agent does. */
  readonly agents?: AgentsOfTask
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

/** Which question of the task is the oldest that waits: only a task without an attempt, or a failure, is asked whether it may start. */
export function askedBy({
  status,
  attempt,
  failure,
}: Pick<TaskView, 'status' | 'attempt' | 'failure'>): AskedBy {
  if (status !== 'dispatched') return 'handler'
  return attempt === 0 && failure === undefined ? 'confirm' : 'failure'
}

/** Of a task that no agent has had yet. */
export const noAgents: AgentsOfTask = Object.freeze({
  failedWith: [],
  spent: [],
  dispatchAttempts: 0,
  considered: [],
})

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

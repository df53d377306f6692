import type { Failure, FailureAnswer, OnFailure, Severity, TaskId } from './outcome.ts'

/** The states of a task actor; `machines/README.md` has a sentence and a row of invariants for each. */
export type TaskState =
  | 'dispatched'
  | 'starting'
  | 'running'
  | 'stalled'
  | 'stopping'
  | 'completed'
  | 'failed'
  | 'killed'

/** What a task in `dispatched` waits for. */
export type WaitingFor = 'grant' | 'capacity' | 'claim' | 'retry' | 'answer'

/** Why an attempt is being ended on purpose. */
export type StopReason = 'kill' | 'timeout' | 'start-timeout' | 'stall' | AgentReason

/** Why an agent's attempt is ended: it uses more than its agent may spend, its agent has gone, or another coordinator has its task. */
export type AgentReason = 'overrun' | 'agent-gone' | 'claim-lost'

/** The part of a task's options that its machine decides by. Lengths in milliseconds; `Infinity` is none. */
export interface TaskPolicy {
  readonly maxAttempts: number
  readonly startTimeoutMs: number
  readonly timeoutMs: number
  readonly stallAfterMs: number
  readonly stallGraceMs: number
  readonly killGraceMs: number
  readonly onFailure: OnFailure
  readonly severity: Severity
  /** How long the task's own questions wait: whether it may start, and what to do about its failure. */
  readonly answerWithinMs: number
  /** What is done about its failure where nobody has answered by then. */
  readonly defaultDecision: Exclude<FailureAnswer, 'retry'>
}

/** A question that nobody has answered yet. */
export interface PendingQuestion {
  /** When it waits no longer (epoch ms; `Infinity` for never). */
  readonly answerBy: number
  /** What counts as its answer then. */
  readonly defaultAnswer?: unknown
}

/**
 * What one task actor knows. Every snapshot holds the same object, which only the machine's own actions write: an old
 * snapshot does not show an old state.
 */
export interface TaskContext {
  readonly runId: string
  readonly taskId: TaskId
  /** The task's position in its plan. */
  readonly index: number
  policy: TaskPolicy
  state: TaskState
  /** The number of the latest attempt; 0 before the first. It never falls: a redrive counts on. */
  attempt: number
  /** Attempts that count against `maxAttempts`. */
  attemptsUsed: number
  /** How often nobody could be found to do it since it was granted last. */
  dispatchAttempts: number
  waitingFor: WaitingFor | undefined
  /** Instants (epoch ms; `Infinity` when not awaited). */
  retryAt: number
  startBy: number
  timeoutAt: number
  stallAt: number
  graceAt: number
  forceAt: number
  /** What nobody has answered yet of what the running attempt asks, or is asked about the task's failure. The oldest first. */
  openQuestions: readonly PendingQuestion[]
  stopReason: StopReason | undefined
  killReason: string
  /** True when the attempt's executor can end an attempt by force. */
  forceable: boolean
  forced: boolean
  abandoned: boolean
  /** True when a person, or `onFailure`, lets the failure count as completed. */
  ignored: boolean
  /** What a person decided about the task once its attempts were used up. */
  answer: FailureAnswer | undefined
  failure: Failure | undefined
  output: unknown
  /** How many events changed nothing, because the state or the attempt did not expect them. */
  ignoredEvents: number
}

/** What the dag asks of a task. `at` is when it asked, in epoch milliseconds. */
export type TaskCommand =
  | {
      readonly type: 'task.grant'
      readonly at: number
      readonly forceable: boolean
      /** In place of the policy's, for an attempt of an agent. */
      readonly timeoutMs?: number
    }
  | { readonly type: 'task.defer'; readonly at: number }
  /** Its claim has been asked for, and it holds what it would be granted until there is an answer; or it is asked for no more. */
  | { readonly type: 'task.claim'; readonly at: number; readonly isOpen: boolean }
  /** Nobody could be found to do it. It is tried again at `retryAt`, unless it was the last of `most` dispatch attempts. */
  | {
      readonly type: 'task.refuse'
      readonly at: number
      readonly retryAt: number
      readonly most: number
      readonly failure: Failure
    }
  /** Ends the live attempt, as failed. */
  | { readonly type: 'task.end'; readonly at: number; readonly reason: AgentReason }
  | { readonly type: 'task.due'; readonly at: number }
  | { readonly type: 'task.kill'; readonly at: number; readonly reason: string }
  | {
      readonly type: 'task.answer'
      readonly at: number
      readonly answer: unknown
      /** Which of the open questions it is for. @default 0, the oldest */
      readonly place?: number
      /** Nobody has answered in time. */
      readonly expired?: true
    }

/** What an executor reports about an attempt. `retryAt` is when the next attempt may start, if there is one. */
export type AttemptEvent =
  | { readonly type: 'attempt.started'; readonly attempt: number; readonly at: number }
  | {
      readonly type: 'attempt.rejected'
      readonly attempt: number
      readonly at: number
      readonly retryAt: number
    }
  | { readonly type: 'attempt.heartbeat'; readonly attempt: number; readonly at: number }
  | {
      readonly type: 'attempt.warned'
      readonly attempt: number
      readonly at: number
      readonly message: string
    }
  | {
      readonly type: 'attempt.asked'
      readonly attempt: number
      readonly at: number
      readonly question: string
      readonly pending: PendingQuestion
    }
  | {
      readonly type: 'attempt.completed'
      readonly attempt: number
      readonly at: number
      readonly retryAt: number
      readonly output: unknown
    }
  | {
      readonly type: 'attempt.failed'
      readonly attempt: number
      readonly at: number
      readonly retryAt: number
      readonly failure: Failure
    }
  | {
      readonly type: 'attempt.ended'
      readonly attempt: number
      readonly at: number
      readonly retryAt: number
    }

export type TaskEvent = TaskCommand | AttemptEvent

/** The instant that never comes. */
export const never = Number.POSITIVE_INFINITY

export const noQuestions: readonly PendingQuestion[] = Object.freeze([])

/** The books of a task that has just been taken up. `attempt` is above 0 for one that was redriven. */
export function newTaskContext(
  task: {
    readonly runId: string
    readonly taskId: TaskId
    readonly index: number
    readonly policy: TaskPolicy
  },
  attempt = 0,
): TaskContext {
  return {
    runId: task.runId,
    taskId: task.taskId,
    index: task.index,
    policy: task.policy,
    state: 'dispatched',
    attempt,
    attemptsUsed: 0,
    dispatchAttempts: 0,
    waitingFor: 'grant',
    retryAt: never,
    startBy: never,
    timeoutAt: never,
    stallAt: never,
    graceAt: never,
    forceAt: never,
    openQuestions: noQuestions,
    stopReason: undefined,
    killReason: '',
    forceable: false,
    forced: false,
    abandoned: false,
    ignored: false,
    answer: undefined,
    failure: undefined,
    output: undefined,
    ignoredEvents: 0,
  }
}

/** Forgets what belonged to its attempt. */
export function clearAttempt(context: TaskContext): void {
  context.startBy = never
  context.timeoutAt = never
  context.stallAt = never
  context.graceAt = never
  context.forceAt = never
  context.openQuestions = noQuestions
  context.stopReason = undefined
  context.forced = false
}

/** Moves every instant that the task waits for by this many milliseconds, because the clock was set. */
export function shiftInstants(context: TaskContext, byMs: number): void {
  context.retryAt += byMs
  context.startBy += byMs
  context.timeoutAt += byMs
  context.stallAt += byMs
  context.graceAt += byMs
  context.forceAt += byMs
  if (context.openQuestions.length === 0) return
  context.openQuestions = context.openQuestions.map((one) => ({ ...one, answerBy: one.answerBy + byMs }))
}

/** What a journal says about a task that was taken up before its coordinator died: its actor's context, but for the rest of `newTaskContext`. */
export type RestoredTask = Pick<TaskContext, 'attempt' | 'attemptsUsed' | 'failure'> &
  (
    | ({ readonly state: 'dispatched' } & Pick<TaskContext, 'dispatchAttempts' | 'waitingFor' | 'retryAt'> &
        Partial<Pick<TaskContext, 'openQuestions'>>)
    | ({ readonly state: 'starting'; readonly waitingFor: undefined } & Pick<
        TaskContext,
        'forceable' | 'startBy'
      >)
    | ({ readonly state: 'stopping'; readonly waitingFor: undefined } & Pick<
        TaskContext,
        'stopReason' | 'killReason' | 'forceAt'
      >)
  )

/** The instant at which the task wants its next `task.due`; `Infinity` for none. */
export function dueAt(context: TaskContext): number {
  switch (context.state) {
    case 'dispatched':
      return Math.min(context.retryAt, answerBy(context))
    case 'starting':
      return context.startBy
    case 'running':
      return Math.min(context.timeoutAt, context.stallAt, answerBy(context))
    case 'stalled':
      return Math.min(context.timeoutAt, context.graceAt)
    case 'stopping':
      return context.forceAt
    case 'completed':
    case 'failed':
    case 'killed':
      return never
  }
}

function answerBy({ openQuestions }: TaskContext): number {
  let first = never
  for (const one of openQuestions) first = Math.min(first, one.answerBy)
  return first
}

/** The place of the first open question that waits no longer; -1 for none. */
export function expiredQuestion({ state, openQuestions }: TaskContext, at: number): number {
  const isOpen = state === 'dispatched' || state === 'running'
  return isOpen ? openQuestions.findIndex((one) => at >= one.answerBy) : -1
}

/** True in the states in which a task's attempt is live and its slot taken. An open claim takes one, too. */
export function holdsSlot(state: TaskState): boolean {
  return state === 'starting' || state === 'running' || state === 'stalled' || state === 'stopping'
}

/** True when more than one attempt, or dispatch attempt, was allowed and all are used up. */
export function isDeadLetter({
  dispatchAttempts,
  attemptsUsed,
  policy,
}: Pick<TaskContext, 'dispatchAttempts' | 'attemptsUsed' | 'policy'>): boolean {
  return dispatchAttempts > 1 || (policy.maxAttempts > 1 && attemptsUsed >= policy.maxAttempts)
}

/** True when the failure of this task ends the whole run. */
export function abortsRun(context: TaskContext): boolean {
  if (context.state !== 'failed') return false
  if (context.failure?.severity === 'critical' || context.answer === 'abort') return true
  return context.policy.onFailure === 'abort'
}

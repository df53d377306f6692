import type { AnyActorRef } from 'xstate'
import type { Failure } from '../../machines/outcome.ts'

/** One try of a task, as its executor gets it. Some of it is worked out when it is looked at, so do not copy it by spreading. */
export interface Attempt {
  /** `runId/taskId/attempt`: every report carries it. */
  readonly attemptId: string
  readonly runId: string
  readonly taskId: string
  /** Counts from 1. */
  readonly attempt: number
  /** What the task's definition holds for this executor. */
  readonly work: unknown
  /** Outputs of the completed dependencies, by task id. */
  readonly inputs: Readonly<Record<string, unknown>>
  /** The run's input. */
  readonly input: unknown
  /** The task actor, for executors that spawn actors of their own below it. */
  readonly actor: AnyActorRef
}

/**
 * What an executor tells of an attempt. First `attempt.started` or `attempt.rejected`, unless it could not be started at
 * all. Last, once and for every attempt that was not rejected, one of `attempt.completed` (of started ones only),
 * `attempt.failed`, `attempt.ended`: it confirms that nothing of the attempt runs any more. What comes for an attempt
 * that is over changes nothing.
 */
export type AttemptReport =
  | { readonly type: 'attempt.started'; readonly attemptId: string }
  /** It is full after all: the task is deferred, which costs no attempt. */
  | { readonly type: 'attempt.rejected'; readonly attemptId: string }
  | { readonly type: 'attempt.heartbeat'; readonly attemptId: string }
  | {
      readonly type: 'attempt.progress'
      readonly attemptId: string
      /** 0 to 100. */
      readonly percent: number
      readonly message?: string
    }
  | {
      readonly type: 'attempt.output'
      readonly attemptId: string
      readonly text: string
      readonly stream: 'stdout' | 'stderr' | 'log'
    }
  | { readonly type: 'attempt.warned'; readonly attemptId: string; readonly message: string }
  | { readonly type: 'attempt.asked'; readonly attemptId: string; readonly question: string }
  | { readonly type: 'attempt.completed'; readonly attemptId: string; readonly output: unknown }
  | { readonly type: 'attempt.failed'; readonly attemptId: string; readonly failure: ReportedFailure }
  /** It ended because it was told to. */
  | { readonly type: 'attempt.ended'; readonly attemptId: string }

/** A failure as an executor knows it: what it leaves out, the task's options fill in. */
export type ReportedFailure = Pick<Failure, 'code' | 'message'> & Partial<Failure>

export type Report = (report: AttemptReport) => void

/**
 * Carries out attempts. Its methods are called outside of any transition and may report at once or later.
 * One that throws fails the attempt with `EXECUTOR_THREW`.
 */
export interface Executor {
  /** Most attempts at once. Integer ≥ 1. More than this is never offered. Absent: as many as it accepts. */
  readonly capacity?: number
  /**
   * Asked while a grant is decided: with `carrying` attempts of this runtime granted to it already, does it take one
   * more? Answers at once and changes nothing. `false` is a rejection: the task is deferred.
   * @default true
   */
  accepts?(carrying: number, taskId: string, work: unknown): boolean
  start(attempt: Attempt, report: Report): void
  /** Ends the attempt politely; its end is confirmed by its last report. Unknown attempts are passed over. */
  abort(attemptId: string): void
  /** Ends the attempt for certain. An executor without it cannot, and an attempt that does not end is abandoned. */
  force?(attemptId: string): void
  /** Gives the answer to the oldest open question of the attempt. */
  answer?(attemptId: string, answer: unknown): void
  /** Calls `listener` whenever capacity came free that no report of ours tells of. Returns how to stop listening. */
  onCapacity?(listener: () => void): () => void
}

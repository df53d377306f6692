import type { AnyActorRef } from 'xstate'
import type { Failure } from '../../machines/outcome.ts'
import type { JsonValue } from '../events/json-value.ts'

/** Which try of which task. Unique for ever; `attemptIdOf` joins it to one text. */
export interface AttemptKey {
  readonly runId: string
  readonly taskId: string
  /** Counts from 1. */
  readonly attempt: number
}

/** One try of a task, as its executor gets it. Plain data: `{ ...attempt, work: wrapped }` is as good as the original. */
export interface Attempt extends AttemptKey {
  /** What the task's definition holds for this executor. */
  readonly work: unknown
  /** The run's input. */
  readonly input: unknown
  /** Inputs in place of the attempt's own, for who makes or wraps an attempt. Read by `inputsOf(attempt)`, which knows both. */
  readonly inputs?: Readonly<Record<string, unknown>> | undefined
  /** The task actor, for executors that spawn actors of their own below it. */
  readonly actor: AnyActorRef
  /**
   * Keeps a handle with which a later coordinator can `reap` or `adopt` the attempt, should this one die: a pid and its
   * start time, a session, a job id. JSON, told as the fact `task.placed`; the latest handle counts. Returns nothing
   * where the handle is as safe as it will be, or a promise of that: wait for it before the attempt does anything
   * that a later coordinator could not find. Throws `CONFIG_INVALID` for what is
   * not JSON. Of an attempt that is over nothing is kept.
   */
  readonly note: (this: Attempt, handle: JsonValue) => void | Promise<void>
  /** Where `inputsOf` and `note` look. A copy keeps it; an attempt made by hand needs none. */
  readonly origin?: AttemptOrigin
}

/** What stands behind an attempt and all its copies. */
export interface AttemptOrigin {
  makeInputs(): Readonly<Record<string, unknown>>
  place(handle: JsonValue): void | Promise<void>
}

/**
 * What an executor tells of an attempt, through the `report` that it was given with it. First `attempt.started` or
 * `attempt.rejected`, unless it could not be started at all. Last, once and for every attempt that was not rejected,
 * one of `attempt.completed` (of started ones only), `attempt.failed`, `attempt.ended`: it confirms that nothing of the
 * attempt runs any more. What comes for an attempt that is over changes nothing.
 */
export type AttemptReport =
  | { readonly type: 'attempt.started' }
  /** It is full after all: the task is deferred, which costs no attempt. */
  | { readonly type: 'attempt.rejected' }
  | { readonly type: 'attempt.heartbeat' }
  | {
      readonly type: 'attempt.progress'
      /** 0 to 100. */
      readonly percent: number
      readonly message?: string
    }
  | {
      readonly type: 'attempt.output'
      readonly text: string
      readonly stream: 'stdout' | 'stderr' | 'log'
    }
  | { readonly type: 'attempt.warned'; readonly message: string }
  | { readonly type: 'attempt.asked'; readonly question: string }
  | { readonly type: 'attempt.completed'; readonly output: unknown }
  | { readonly type: 'attempt.failed'; readonly failure: ReportedFailure }
  /** It ended because it was told to. */
  | { readonly type: 'attempt.ended' }

/** A failure as an executor knows it: what it leaves out, the task's options fill in. */
export type ReportedFailure = Pick<Failure, 'code' | 'message'> & Partial<Failure>

/** Belongs to the one attempt that it was given with, and may be called at once, later, and from anywhere. */
export type Report = (report: AttemptReport) => void

/**
 * Carries out attempts. Its methods are called outside of any transition, may report at once or later, and may be async;
 * nobody waits for them. Where `start`, `adopt` or `answer` throws or rejects, the attempt fails with `EXECUTOR_THREW`;
 * where `abort` or `force` does, that is a warning of the task. Attempts are named by the text of `attemptIdOf(attempt)`.
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
  start(attempt: Attempt, report: Report): void | Promise<void>
  /** Ends the attempt politely; its end is confirmed by its last report. Unknown attempts are passed over. */
  abort(attemptId: string): void
  /** Ends the attempt for certain. An executor without it cannot, and an attempt that does not end is abandoned. */
  force?(attemptId: string): void
  /** Gives the answer to the oldest open question of the attempt. */
  answer?(attemptId: string, answer: unknown): void
  /**
   * Ends what an attempt of an earlier coordinator, which has died, left behind; the handle is the latest that it had
   * noted. Resolves when nothing of it runs any more, at once where nothing did, and rejects where that cannot be told.
   * Touches nothing but that attempt: a pid, say, may belong to somebody else by now.
   */
  reap?(attempt: AttemptKey, handle: JsonValue): Promise<void>
  /**
   * Takes over an attempt of an earlier coordinator, for executors whose attempts survive it, and reports as after
   * `start`: `attempt.started` and then its last report, be it that it has ended meanwhile; `attempt.failed` alone where
   * nothing is known of it any more. From then on it is aborted, forced and answered like any other.
   */
  adopt?(attempt: Attempt, handle: JsonValue, report: Report): void | Promise<void>
  /** The actor that carries out an attempt, where one does: until the attempt's last report. */
  actorOf?(attemptId: string): AnyActorRef | undefined
  /** Calls `listener` whenever capacity came free that no report of ours tells of. Returns how to stop listening. */
  onCapacity?(listener: () => void): () => void
}

import type { AnyActorRef } from 'xstate'
import type { Failure } from '../../machines/outcome.ts'
import type { ReportedUsage } from '../graph/handler.ts'
import type { JsonValue } from '../events/json-value.ts'
import type { DispatchOptions } from '../graph/dispatch-options.ts'
import type { AnyDag, Plan } from '../graph/plan.ts'
import type { Claimed } from './claims.ts'

/** Which attempt of which task. Unique for ever. `attemptIdOf` joins the parts into one text. */
export interface AttemptKey {
  readonly runId: string
  readonly taskId: string
  /** Counts from 1. */
  readonly attempt: number
}

/**
 * One attempt, as its executor gets it. Plain data: a copy such as `{ ...attempt, work: wrapped }` is as good as the
 * original.
 */
export interface Attempt extends AttemptKey {
  /** The work of the task, as its definition has it for this executor. */
  readonly work: unknown
  /** The run's input. */
  readonly input: unknown
  /** The id of the agent that has it, for a task that an agent does. */
  readonly agent?: string | undefined
  /** The session of that agent that it goes on with: what an earlier attempt has left. */
  readonly session?: string | undefined
  /** The model that its task names. */
  readonly model?: string | undefined
  /** The claim of its task, where tasks are claimed: `claims.holds` says whether it still counts. */
  readonly claim?: Claimed | undefined
  /**
   * Inputs in place of the attempt's own, for an attempt that is made by hand or wrapped. Read inputs with
   * `inputsOf(attempt)`, which knows both.
   */
  readonly inputs?: Readonly<Record<string, unknown>> | undefined
  /** The task actor, for executors that spawn actors of their own below it. */
  readonly actor: AnyActorRef
  /**
   * Makes a handle durable (a pid and its start time, a session, a job id), with which a later coordinator can `reap`
   * or `adopt` the attempt if this one dies. The handle is JSON and is told as the fact `task.placed`; the latest one
   * counts. Returns nothing where the handle is already as safe as it will be, else a promise of that: wait for it
   * before the attempt does anything that a later coordinator could not find. Throws `CONFIG_INVALID` for a value that
   * is not JSON. Does nothing for an attempt that is over.
   */
  readonly note: (this: Attempt, handle: JsonValue) => void | Promise<void>
  /** Where `inputsOf` and `note` look things up. A copy keeps it; an attempt made by hand needs none. */
  readonly origin?: AttemptOrigin
}

/** Knows the values that must not be told. */
export interface Redactor {
  /** The values of environment variables that an attempt gets become known, where they are secret. */
  learnFrom(variables: Readonly<Record<string, string | undefined>>): void
  readonly secrets: ReadonlySet<string>
}

/** What an attempt and all its copies share. */
export interface AttemptOrigin {
  makeInputs(): Readonly<Record<string, unknown>>
  place(handle: JsonValue): void | Promise<void>
  /** What texts must not say; undefined where nothing is secret. */
  readonly redactor?: Redactor | undefined
  /** What `ctx.run` of handlers does. The run is killed when the signal is aborted. */
  run?(signal: AbortSignal, source: AnyDag | Plan, options: DispatchOptions | undefined): Promise<unknown>
}

/**
 * What an executor tells about an attempt, through the `report` that came with it. The first report is
 * `attempt.started` or `attempt.rejected`, unless the attempt could not be started at all. The last one, exactly once
 * for every attempt that was not rejected, is `attempt.completed` (only after `attempt.started`), `attempt.failed` or
 * `attempt.ended`: it confirms that nothing of the attempt runs any more. Reports about an attempt that is over change
 * nothing.
 */
export type AttemptReport =
  | { readonly type: 'attempt.started' }
  /** The executor is full after all: the task is deferred, which costs no attempt. */
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
      /** A line that has not ended, as it stands now. It is reported again when it has ended. */
      readonly isPartial?: true
    }
  /** It has used so much since it said so last, which counts as a sign of work. */
  | { readonly type: 'attempt.usage'; readonly usage: ReportedUsage }
  /**
   * It leaves that session for later attempts of its agent, in place of any that it has, which counts as a sign of work:
   * a line of 1 to 200 characters that does not begin with a -.
   */
  | { readonly type: 'attempt.session'; readonly session: string }
  | { readonly type: 'attempt.warned'; readonly message: string }
  | {
      readonly type: 'attempt.asked'
      readonly question: string
      /** How long it waits for an answer: only from an executor that has `expire`. @default without a limit */
      readonly answerWithinMs?: number
      /** What counts as the answer then. @default none */
      readonly defaultAnswer?: unknown
    }
  | { readonly type: 'attempt.completed'; readonly output: unknown }
  | { readonly type: 'attempt.failed'; readonly failure: ReportedFailure }
  /** It has ended because it was told to. */
  | { readonly type: 'attempt.ended' }

/** A failure as an executor knows it. Fields that it leaves out are filled in from the task's options. */
export type ReportedFailure = Pick<Failure, 'code' | 'message'> & Partial<Failure>

/** Reports about the one attempt that it came with. May be called at once, later, and from anywhere. */
export type Report = (report: AttemptReport) => void

/**
 * Carries out attempts. Its methods are called outside of any transition. They may report at once or later, and may be
 * async; the runtime does not wait for them. Where `start`, `adopt`, `answer` or `expire` throws or rejects, the
 * attempt fails with `EXECUTOR_THREW`; where `abort` or `force` does, the task tells a warning. An `attemptId` is the text of
 * `attemptIdOf(attempt)`.
 */
export interface Executor {
  /** How many attempts it carries at once. Integer ≥ 1. It is never offered more. Absent: as many as it accepts. */
  readonly capacity?: number
  /**
   * Called while a grant is decided: does it take one more attempt, when it carries `carrying` attempts of this runtime
   * already? Must answer at once and change nothing. With `false` the task is deferred.
   * @default true
   */
  accepts?(carrying: number, taskId: string, work: unknown): boolean
  start(attempt: Attempt, report: Report): void | Promise<void>
  /** Tells the attempt to end; its last report confirms the end. Unknown attempts are ignored. */
  abort(attemptId: string): void
  /**
   * Forces the attempt to end, after the kill grace. An executor without this method cannot, so an attempt that does
   * not end is abandoned.
   */
  force?(attemptId: string): void
  /** Gives the answer to the oldest open question of the attempt. */
  answer?(attemptId: string, answer: unknown): void
  /**
   * The question at this place among the open ones of the attempt, counted from 0 for the oldest, waits no longer: its
   * default answer counts as given, and without one the asking fails.
   */
  expire?(attemptId: string, place: number): void
  /**
   * Ends whatever is left of an attempt of an earlier coordinator that has died. The handle is the latest one that was
   * noted. Resolves when nothing of the attempt runs any more, at once where nothing did, and rejects where that cannot
   * be told. Must touch nothing but that attempt: a pid, for example, may belong to another process by now.
   */
  reap?(attempt: AttemptKey, handle: JsonValue): Promise<void>
  /**
   * Takes over an attempt of an earlier coordinator, for executors whose attempts survive their coordinator. Reports as
   * after `start`: `attempt.started` and later its last report, even if the attempt has ended meanwhile; only
   * `attempt.failed` where nothing is known of it any more. From then on it is aborted, forced and answered like any
   * other.
   */
  adopt?(attempt: Attempt, handle: JsonValue, report: Report): void | Promise<void>
  /** The actor that carries out an attempt, if there is one, until the attempt's last report. */
  actorOf?(attemptId: string): AnyActorRef | undefined
  /**
   * Calls `listener` whenever capacity has become free for another reason than a report of this runtime's attempts.
   * Returns a function that stops.
   */
  onCapacity?(listener: () => void): () => void
}

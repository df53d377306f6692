/** A task's name in its dag. Unique there, 1 to 200 characters, no control characters. */
export type TaskId = string

/**
 * How grave a failure is. `error` fails the task, and its `onFailure` decides what follows; `critical` also ends the
 * whole run, whatever `onFailure` says.
 */
export type Severity = 'error' | 'critical'

/** What happens to the run once a task has used up its attempts. See `TaskOptions.onFailure`. */
export type OnFailure = 'skip' | 'abort' | 'ignore' | 'ask'

/** What a person may answer when a failed task with `onFailure: 'ask'` waits for them. */
export type FailureAnswer = 'retry' | 'skip' | 'ignore' | 'abort'

/** What a person may answer to the `confirm` of a task. */
export type ConfirmAnswer = 'yes' | 'no'

/** Why one attempt failed, as plain data: it can be journalled, sent and shown. */
export interface Failure {
  /** Stable, for programs: `HANDLER_THREW`, `ATTEMPT_TIMEOUT`, `ATTEMPT_STALLED`, … */
  readonly code: string
  /** For people. */
  readonly message: string
  readonly severity: Severity
  /** False forbids another attempt, whatever the retry policy has left. */
  readonly retryable: boolean
  /** Epoch milliseconds. */
  readonly at: number
  /** The cause of the thrown value, with that one's cause, and so on: at most 8 deep. */
  readonly cause?: { readonly name: string; readonly message: string; readonly cause?: Failure['cause'] }
  /** The stack of the thrown value, where it had one. */
  readonly stack?: string
  /** Wait at least this long before the next attempt: what a `RetryAfterError` asked for. */
  readonly retryAfterMs?: number
  /** The last lines that a command wrote, as they came; at most 20. */
  readonly output?: readonly string[]
}

/**
 * Why a task was settled without an attempt. `dependency-failed`: it is blocked by a failure, and counts as failed in
 * the rules of its dependents. `rule-unmet`: its rule could not be met for another reason. `answered`: the answer to its
 * `confirm` was no. `run-…`: its run was ended.
 */
export type SkipReason =
  | 'dependency-failed'
  | 'rule-unmet'
  | 'answered'
  | 'run-killed'
  | 'run-aborted'
  | 'run-drained'
  | 'run-timed-out'

/** How a task settled. */
export type Outcome =
  | { readonly status: 'completed'; readonly output: unknown }
  | {
      readonly status: 'failed'
      readonly failure: Failure
      /** True when more than one attempt was allowed and all of them are used up. */
      readonly deadLettered: boolean
      /** True when it counts as completed in every rule (`onFailure: 'ignore'`, or a person's answer). */
      readonly ignored: boolean
      /** True when the attempt could not be ended and was given up; its handler may still run. */
      readonly abandoned: boolean
    }
  | { readonly status: 'killed'; readonly reason: string; readonly abandoned: boolean }
  | { readonly status: 'skipped'; readonly because: SkipReason; readonly causedBy?: TaskId }

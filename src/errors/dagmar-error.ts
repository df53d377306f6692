/** The stable codes of the errors that dagmar throws for misuse. `docs/errors.md` has a sentence for each. */
export type ErrorCode =
  | 'ANSWER_EXPIRED'
  | 'ANSWER_STALE'
  | 'ANSWER_INVALID'
  | 'AGENT_UNKNOWN'
  | 'CONFIG_INVALID'
  | 'DAG_CYCLE'
  | 'DAG_DUPLICATE_TASK'
  | 'DAG_INVALID'
  | 'DAG_MISSING'
  | 'DAG_UNKNOWN_TASK'
  | 'DURATION_INVALID'
  | 'EXECUTOR_UNKNOWN'
  | 'EXPORT_FAILED'
  | 'FACTS_GAP'
  | 'FACTS_INVALID'
  | 'FACTS_VERSION'
  | 'HOME_UNSAFE'
  | 'INPUT_INVALID'
  | 'INSPECTOR_FAILED'
  | 'JOB_AMBIGUOUS'
  | 'JOB_OPEN'
  | 'JOB_UNKNOWN'
  | 'JOURNAL_FENCED'
  | 'JOURNAL_GAP'
  | 'KEY_TAKEN'
  | 'PEER_MISSING'
  | 'PLAN_CHANGED'
  | 'PLAN_INVALID'
  | 'PLAN_UNREADABLE'
  | 'REAP_FAILED'
  | 'RUN_EXISTS'
  | 'RUN_FAILED'
  | 'RUN_NOT_SETTLED'
  | 'RUN_OWNED'
  | 'RUN_UNKNOWN'
  | 'RUNTIME_CLOSED'
  | 'SECRET_LOST'
  | 'STORE_DAMAGED'
  | 'STORE_NEWER'
  | 'STORE_SILENT'
  | 'STORE_UNAVAILABLE'
  | 'SUPERVISOR_LOST'
  | 'SUPERVISOR_VERSION'
  | 'TASK_BLOCKED'
  | 'TASK_COMPLETED'
  | 'TASK_UNKNOWN'

export interface ErrorDetails {
  /** What happened, as a sentence. */
  readonly message: string
  /** What to do about it, as a sentence. */
  readonly hint?: string
  /** The particulars, for programs. */
  readonly facts?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/** Thrown for misuse. What can go wrong in a correct program is not thrown: it is a `Failure` in the result. */
export class DagmarError extends Error {
  override readonly name: string = 'DagmarError'
  readonly code: ErrorCode
  /** What happened, without the hint that `message` ends with. */
  readonly problem: string
  readonly hint: string | undefined
  readonly facts: Readonly<Record<string, unknown>>

  constructor(code: ErrorCode, details: ErrorDetails) {
    const text = details.hint === undefined ? details.message : `${details.message} ${details.hint}`
    super(text, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.problem = details.message
    this.hint = details.hint
    this.facts = details.facts ?? {}
  }
}

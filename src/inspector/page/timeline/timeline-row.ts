import type { Failure } from '../../../../machines/outcome.ts'

/** What a task does for a while: it waits (for room, for its next attempt, for an answer), or an attempt goes on. */
export type SpanKind = 'queued' | 'retry' | 'question' | 'starting' | 'running' | 'stalled' | 'stopping'

/** How an attempt ended. `deferred`: its executor took it back, which costs no attempt. */
export type AttemptEnd = 'completed' | 'failed' | 'killed' | 'interrupted' | 'deferred'

/** All instants are epoch milliseconds; what goes on ends at `Infinity`. */
export interface Span {
  readonly kind: SpanKind
  readonly from: number
  to: number
  /** The attempt that goes on; none while the task waits. */
  readonly attempt?: AttemptBar
  /** Of a wait for the next attempt: when that is due. Past it the task waits for room. */
  readonly dueAt?: number
}

export interface AttemptBar {
  readonly number: number
  /** Of an attempt that an agent has: who that is, and the task. */
  readonly agentId?: string
  readonly taskId?: string
  /** Of an attempt of another run: which. */
  readonly runId?: string
  /** The `seq` of its first fact. */
  readonly seq: number
  /** How long it was queued before, without what it waited for on purpose after a failure. */
  readonly queuedMs: number
  readonly from: number
  /** When its executor confirmed that it runs. */
  startedAt?: number
  to: number
  end?: AttemptEnd
  /** The `seq` of the fact that ended it. */
  endSeq?: number
  failure?: Failure
}

/** A question that waited from `from` to `to`. */
export interface QuestionMark {
  readonly seq: number
  readonly from: number
  to: number
  readonly question: string
  answer?: unknown
}

/** An instant that is marked. */
export interface Mark {
  readonly at: number
  readonly seq: number
  readonly what: 'warned' | 'spent' | 'abandoned' | 'redriven' | 'settled'
  readonly text?: string
}

/** What a task has done so far, or an agent for one task after the other. Spans follow each other in time without overlapping. */
export interface TimelineRow {
  readonly id: string
  /** Its place in the dag. */
  readonly index: number
  readonly spans: Span[]
  readonly attempts: AttemptBar[]
  readonly questions: QuestionMark[]
  readonly marks: Mark[]
  /** When an agent was offline. */
  readonly away?: readonly Pick<Span, 'from' | 'to'>[]
}

import type { Failure } from '../../../../machines/outcome.ts'
import { type Fact, isRunEnd, isRunFact, type RunFact, type RunLimits } from '../../../events/facts.ts'
import type { TaskStructure } from '../../../graph/plan.ts'
import { StepSeries } from './step-series.ts'

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
  readonly what: 'warned' | 'abandoned' | 'redriven' | 'settled'
  readonly text?: string
}

/** What a task has done so far. Spans follow each other in time without overlapping. */
export interface TimelineRow {
  readonly id: string
  /** Its place in the dag. */
  readonly index: number
  readonly spans: Span[]
  readonly attempts: AttemptBar[]
  readonly questions: QuestionMark[]
  readonly marks: Mark[]
}

/** The same row as it is written. What is at work in it is kept beside it. */
interface Draft extends TimelineRow {
  span: Span | undefined
  attempt: AttemptBar | undefined
  isHolding: boolean
  /** How long it has been queued since its last attempt. */
  queuedMs: number
}

/** The timeline of a run, one fact at a time. Each takes the same time, however many came before. */
export class TimelineModel {
  #rows: Draft[] = []
  readonly #byId = new Map<string, Draft>()
  readonly #started: TimelineRow[] = []
  #structure: readonly TaskStructure[] = []
  #limits: RunLimits | undefined
  #createdAt = 0
  #lastAt = 0
  #isSettled = false
  /** The facts about the run as a whole. */
  readonly runFacts: RunFact[] = []
  /** How many attempts hold a slot. */
  readonly slots = new StepSeries()
  /** How much of each pool is held, by its name, in the order of the limits. */
  readonly pools = new Map<string, StepSeries>()

  /** Facts in order, from `run.created` on. Passing facts change nothing. */
  apply(fact: Fact): void {
    if (!isRunFact(fact)) return
    this.#lastAt = Math.max(this.#lastAt, fact.at)
    if (fact.taskId === undefined) this.#applyToRun(fact)
    else {
      const row = this.#byId.get(fact.taskId)
      if (row !== undefined) this.#applyToTask(row, fact)
    }
  }

  /** The rows in the order of the dag. */
  get rows(): readonly TimelineRow[] {
    return this.#rows
  }

  /** The rows that have started, in the order in which they did. */
  get started(): readonly TimelineRow[] {
    return this.#started
  }

  row(id: string): TimelineRow | undefined {
    return this.#byId.get(id)
  }

  get limits(): RunLimits | undefined {
    return this.#limits
  }

  /** When the run was created. */
  get from(): number {
    return this.#createdAt
  }

  /** When its latest fact was told. */
  get to(): number {
    return this.#lastAt
  }

  /** Whether the run is over: nothing grows any more. */
  get isSettled(): boolean {
    return this.#isSettled
  }

  #applyToRun(fact: Extract<RunFact, { taskId?: undefined }>): void {
    this.runFacts.push(fact)
    if (fact.type === 'run.created') this.#begin(fact)
    else if (fact.type === 'run.redriven') this.#isSettled = false
    else if (isRunEnd(fact)) this.#isSettled = true
  }

  #begin({ at, structure, limits }: Extract<RunFact, { type: 'run.created' }>): void {
    this.#createdAt = at
    this.#structure = structure
    this.#limits = limits
    this.#rows = structure.map(({ id }, index) => newRow(id, index))
    for (const row of this.#rows) this.#byId.set(row.id, row)
    for (const pool of Object.keys(limits.pools)) this.pools.set(pool, new StepSeries())
  }

  #applyToTask(row: Draft, fact: Exclude<RunFact, { taskId?: undefined }>): void {
    const { at, seq } = fact
    switch (fact.type) {
      case 'task.ready':
        open(row, 'queued', at)
        return
      case 'task.deferred':
        if (row.attempt === undefined) return
        this.#endAttempt(row, fact, 'deferred')
        open(row, 'queued', at)
        return
      case 'task.dispatched':
        this.#dispatch(row, at, seq, fact.attempt)
        return
      case 'task.starting':
      case 'task.placed':
      case 'task.dead-lettered':
        return
      case 'task.started':
        if (row.attempt !== undefined) row.attempt.startedAt = at
        open(row, 'running', at)
        return
      case 'task.stalled':
        open(row, 'stalled', at)
        return
      case 'task.unstalled':
        open(row, 'running', at)
        return
      case 'task.stopping':
        closeQuestions(row, at)
        open(row, 'stopping', at)
        return
      case 'task.warned':
        row.marks.push({ at, seq, what: 'warned', text: fact.message })
        return
      case 'task.abandoned':
        row.marks.push({ at, seq, what: 'abandoned' })
        this.#release(row, at)
        return
      case 'task.asked':
        if (fact.of === 'failure') {
          this.#endAttempt(row, fact, 'failed', fact.failure)
          open(row, 'question', at)
        }
        row.questions.push({ seq, from: at, to: Number.POSITIVE_INFINITY, question: fact.question })
        return
      case 'task.answered': {
        const asked = row.questions.find(({ to }) => to === Number.POSITIVE_INFINITY)
        if (asked !== undefined) Object.assign(asked, { to: at, answer: fact.answer })
        if (row.attempt === undefined) open(row, 'queued', at)
        return
      }
      case 'task.interrupted':
        this.#endAttempt(row, fact, 'interrupted')
        open(row, 'queued', at)
        return
      case 'task.retrying':
        this.#endAttempt(row, fact, 'failed', fact.failure)
        open(row, 'retry', at, fact.until)
        return
      case 'task.redriven':
        row.marks.push({ at, seq, what: 'redriven' })
        return
      case 'task.completed':
        this.#settle(row, fact, 'completed')
        return
      case 'task.failed':
        this.#settle(row, fact, 'failed', fact.failure)
        return
      case 'task.killed':
        this.#settle(row, fact, 'killed')
        return
      case 'task.skipped':
        this.#settle(row, fact, undefined)
    }
  }

  #dispatch(row: Draft, at: number, seq: number, number: number): void {
    close(row, at)
    if (row.attempts.length === 0) this.#started.push(row)
    const { queuedMs } = row
    row.queuedMs = 0
    const attempt: AttemptBar = { number, seq, queuedMs, from: at, to: Number.POSITIVE_INFINITY }
    row.attempt = attempt
    row.attempts.push(attempt)
    this.#hold(row, at, 1)
    row.isHolding = true
    open(row, 'starting', at)
  }

  #endAttempt(row: Draft, { at, seq }: RunFact, end: AttemptEnd, failure?: Failure): void {
    close(row, at)
    closeQuestions(row, at)
    this.#release(row, at)
    if (row.attempt === undefined) return
    row.attempt.to = Math.max(row.attempt.from, at)
    row.attempt.end = end
    row.attempt.endSeq = seq
    if (failure !== undefined) row.attempt.failure = failure
    row.attempt = undefined
  }

  #settle(row: Draft, fact: RunFact, end: AttemptEnd | undefined, failure?: Failure): void {
    const { at, seq } = fact
    if (end === undefined) close(row, at)
    else this.#endAttempt(row, fact, end, failure)
    row.queuedMs = 0
    row.marks.push({ at, seq, what: 'settled' })
  }

  #release(row: Draft, at: number): void {
    if (!row.isHolding) return
    row.isHolding = false
    this.#hold(row, at, -1)
  }

  #hold(row: Draft, at: number, by: 1 | -1): void {
    this.slots.add(at, by)
    for (const [pool, amount] of Object.entries(this.#structure[row.index]!.uses)) {
      this.pools.get(pool)?.add(at, by * amount)
    }
  }
}

function newRow(id: string, index: number): Draft {
  return {
    id,
    index,
    spans: [],
    attempts: [],
    questions: [],
    marks: [],
    span: undefined,
    attempt: undefined,
    isHolding: false,
    queuedMs: 0,
  }
}

function open(row: Draft, kind: SpanKind, at: number, dueAt?: number): void {
  close(row, at)
  const waits = kind === 'queued' || kind === 'retry' || kind === 'question'
  row.span = {
    kind,
    from: at,
    to: Number.POSITIVE_INFINITY,
    ...(waits || row.attempt === undefined ? {} : { attempt: row.attempt }),
    ...(dueAt === undefined ? {} : { dueAt }),
  }
  row.spans.push(row.span)
}

function close(row: Draft, at: number): void {
  const { span } = row
  if (span === undefined) return
  row.span = undefined
  const to = Math.max(span.from, at)
  span.to = Math.max(span.from, Math.min(to, span.dueAt ?? to))
  if (span.to < to) {
    row.spans.push({ kind: 'queued', from: span.to, to })
    row.queuedMs += to - span.to
  } else if (span.kind === 'queued') {
    row.queuedMs += to - span.from
    // A wait of no length, as between two facts of one step, is nothing to show.
    if (to === span.from) row.spans.pop()
  }
}

function closeQuestions(row: Draft, at: number): void {
  for (const question of row.questions) if (question.to === Number.POSITIVE_INFINITY) question.to = at
}

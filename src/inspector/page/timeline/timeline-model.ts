import type { Failure } from '../../../../machines/outcome.ts'
import { type Fact, isRunEnd, isRunFact, type RunFact, type RunLimits } from '../../../events/facts.ts'
import type { TaskStructure } from '../../../graph/plan.ts'
import { close, closeQuestions, laneAt, type Lanes, newRow, open, type RowDraft } from './row-draft.ts'
import { StepSeries } from './step-series.ts'
import type { AttemptBar, AttemptEnd, TimelineRow } from './timeline-row.ts'

/** The timeline of a run, one fact at a time. Each takes the same time, however many came before. */
export class TimelineModel {
  #rows: RowDraft[] = []
  readonly #byId = new Map<string, RowDraft>()
  readonly #started: TimelineRow[] = []
  readonly #uses = new Map<string, TaskStructure['uses']>()
  #limits: RunLimits | undefined
  #createdAt = 0
  #lastAt = 0
  #isSettled = false
  /** The facts about the run as a whole. */
  readonly runFacts: RunFact[] = []
  /** What the agents did. */
  readonly lanes: Lanes = new Map()
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
    else if (fact.type === 'run.recovered' && fact.structure !== undefined)
      this.#takeUp(fact.structure, fact.at)
    else if (fact.type === 'run.redriven') this.#isSettled = false
    else if (isRunEnd(fact)) this.#isSettled = true
  }

  #begin({ at, structure, limits }: Extract<RunFact, { type: 'run.created' }>): void {
    this.#createdAt = at
    this.#limits = limits
    this.#takeUp(structure, at)
    for (const pool of Object.keys(limits.pools)) this.pools.set(pool, new StepSeries())
  }

  /** The plan, or another one: who is no longer in it, or has not begun, is not waiting then. */
  #takeUp(structure: readonly TaskStructure[], at: number): void {
    this.#uses.clear()
    for (const { id, uses } of structure) {
      this.#uses.set(id, uses)
      if (!this.#byId.has(id)) this.#byId.set(id, newRow(id, this.#byId.size))
    }
    const all = [...this.#byId.values()]
    const gone = all.filter(({ id }) => !this.#uses.has(id))
    this.#rows = [...structure.map(({ id }) => this.#byId.get(id)!), ...gone]
    for (const row of all) {
      if (row.attempts.length > 0 && this.#uses.has(row.id)) continue
      close(row, at)
      closeQuestions(row, at)
    }
  }

  #applyToTask(row: RowDraft, fact: Exclude<RunFact, { taskId?: undefined }>): void {
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
      case 'dispatch.no-agent':
      case 'dispatch.claim-failed':
      case 'dispatch.quota-exceeded':
        if (fact.until === undefined) open(row, 'queued', at)
        else open(row, 'retry', at, fact.until)
        return
      case 'task.dispatched':
        this.#dispatch(row, fact)
        return
      case 'task.starting':
      case 'task.claimed':
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
        if (fact.of === 'failure') this.#endAttempt(row, fact, 'failed', fact.failure)
        if (fact.of !== 'handler') {
          // A recovered run asks again.
          closeQuestions(row, at)
          open(row, 'question', at)
        }
        row.questions.push({ seq, from: at, to: Number.POSITIVE_INFINITY, question: fact.question })
        return
      case 'task.answered': {
        const asked = row.questions.filter(({ to }) => to === Number.POSITIVE_INFINITY)[fact.place ?? 0]
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

  #dispatch(row: RowDraft, fact: Extract<RunFact, { type: 'task.dispatched' }>): void {
    const { at, seq, attempt: number, agentId } = fact
    close(row, at)
    if (row.attempts.length === 0) this.#started.push(row)
    const { queuedMs } = row
    row.queuedMs = 0
    const attempt: AttemptBar = {
      number,
      ...(agentId === undefined ? {} : { agentId, taskId: row.id }),
      seq,
      queuedMs,
      from: at,
      to: Number.POSITIVE_INFINITY,
    }
    row.lane = agentId === undefined ? undefined : laneAt(this.lanes, agentId, at)
    row.lane?.attempts.push(attempt)
    row.attempt = attempt
    row.attempts.push(attempt)
    row.holding = this.#uses.get(row.id) ?? {}
    this.#hold(row.holding, at, 1)
    open(row, 'starting', at)
  }

  #endAttempt(row: RowDraft, { at, seq }: RunFact, end: AttemptEnd, failure?: Failure): void {
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

  #settle(row: RowDraft, fact: RunFact, end: AttemptEnd | undefined, failure?: Failure): void {
    const { at, seq } = fact
    if (end === undefined) {
      close(row, at)
      closeQuestions(row, at)
    } else this.#endAttempt(row, fact, end, failure)
    row.queuedMs = 0
    row.marks.push({ at, seq, what: 'settled' })
  }

  #release(row: RowDraft, at: number): void {
    if (row.holding === undefined) return
    this.#hold(row.holding, at, -1)
    row.holding = undefined
  }

  #hold(uses: TaskStructure['uses'], at: number, by: 1 | -1): void {
    this.slots.add(at, by)
    for (const [pool, amount] of Object.entries(uses)) this.pools.get(pool)?.add(at, by * amount)
  }
}

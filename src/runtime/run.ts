import type { ActorRefFromLogic } from 'xstate'
import type { DagContext, RunCommand } from '../../machines/dag.ts'
import type { dagMachine } from '../../machines/dag.ts'
import type { Failure, Outcome, SkipReason, TaskId } from '../../machines/outcome.ts'
import { abortsRun, dueAt, type TaskContext, type TaskEvent } from '../../machines/task-context.ts'
import { FactLog } from '../events/fact-log.ts'
import type { NewRunFact } from '../events/facts.ts'
import type { Plan, PlannedTask } from '../graph/plan.ts'
import { Pools } from '../scheduling/pools.ts'
import { Slots } from '../scheduling/slots.ts'
import type { Candidate } from './admission.ts'
import { Alarm } from './alarm.ts'
import { abortAttempt } from './attempts.ts'
import { deadlockOf } from './deadlock.ts'
import { lanesOf } from './lane.ts'
import type { LiveTask } from './live-task.ts'
import type { Committer } from './macrostep.ts'
import { Outbox } from './outbox.ts'
import { countsAs, outcomeOf } from './outcome-of.ts'
import { type RunResult, resultOf } from './result.ts'
import { type BooksBefore, RunBooks } from './run-books.ts'
import type { RuntimeCore } from './runtime-core.ts'
import { skipReasonOf } from './skip-reason.ts'
import { spawnTask } from './spawn.ts'

export interface RunOptions {
  readonly id: string
  readonly input: unknown
  readonly labels: Readonly<Record<string, string>>
  readonly idempotencyKey: string | undefined
  readonly concurrency: number
  readonly pools: Readonly<Record<string, number>>
  readonly timeoutMs: number
}

/** One run, as the runtime keeps it: what its dag actor asks for is done here, and every change of its books. */
export class Run implements Candidate, Committer {
  readonly runtime: RuntimeCore
  readonly plan: Plan
  readonly options: RunOptions
  readonly log: FactLog
  readonly outbox: Outbox
  readonly slots: Slots
  readonly pools: Pools
  books: RunBooks
  alarm: Alarm
  /** The dag actor of now; another one after each redrive. */
  dag!: ActorRefFromLogic<typeof dagMachine>
  dagContext!: DagContext
  result!: Promise<RunResult>
  startedAt = 0
  /** The tasks that a redrive has opened again, until its facts are told. */
  reopened: readonly { readonly index: number; readonly from: Outcome['status'] }[] = []
  #resolve!: (result: RunResult) => void
  /** The fact that ends the run before its time: what it kills and skips is caused by it. */
  #endingSeq: number | undefined
  #hasAnnounced = false

  constructor(runtime: RuntimeCore, plan: Plan, options: RunOptions) {
    this.runtime = runtime
    this.plan = plan
    this.options = options
    this.slots = new Slots(options.concurrency)
    this.pools = new Pools(options.pools)
    const now = (): number => runtime.clock.now()
    this.log = new FactLog(options.id, runtime.retainFacts, now)
    this.outbox = new Outbox({
      runId: options.id,
      store: runtime.store,
      log: this.log,
      macrostep: runtime.macrostep,
      touch: () => runtime.macrostep.touch(this),
      now,
      storeFailed: (cause) => this.#storeFailed(cause),
    })
    this.books = this.#newBooks()
    this.alarm = this.#newAlarm()
    this.renewResult()
  }

  get id(): string {
    return this.options.id
  }

  get isSettled(): boolean {
    const { state } = this.dagContext
    return state === 'completed' || state === 'failed' || state === 'killed'
  }

  /** Sends to the dag actor, as a macrostep. */
  send(command: RunCommand): void {
    this.runtime.macrostep.run(() => this.dag.send(command))
  }

  /** The end of a macrostep: facts to the store, then effects, then the timer for what is awaited next. */
  commit(): void {
    this.outbox.commit()
    this.alarm.update()
  }

  /** Sends to a task actor and notes when it wants to be woken. */
  sendTask(live: LiveTask, event: TaskEvent): void {
    live.ref.send(event)
    this.books.deadlines.set(live.task.index, dueAt(live.context))
  }

  tell(fact: NewRunFact): number {
    return this.outbox.tell(fact)
  }

  tellTask(live: LiveTask, fact: NewRunFact): void {
    live.lastSeq = this.outbox.tell(fact)
  }

  /** The cause of what happens because the run is ending, as a part of a fact. */
  get endingCause(): { readonly causeSeq?: number } {
    return this.#endingSeq === undefined ? {} : { causeSeq: this.#endingSeq }
  }

  // ── what the dag actor asks for ──────────────────────────────────────────

  open(): void {
    const { name, structure } = this.plan
    const { input, labels, idempotencyKey, timeoutMs } = this.options
    this.startedAt = this.runtime.clock.now()
    this.tell({
      type: 'run.created',
      name,
      structure,
      ...(input === undefined ? {} : { input }),
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    })
    const until = this.startedAt + timeoutMs
    const cause = this.tell({ type: 'run.started', ...(until === Number.POSITIVE_INFINITY ? {} : { until }) })
    this.openFrontier(cause, until)
  }

  /** Makes ready what waits for nothing; `until` is the instant of the run's timeout. */
  openFrontier(causeSeq: number, until: number): void {
    const { books } = this
    if (until !== Number.POSITIVE_INFINITY) books.deadlines.set(books.runKey, until)
    for (const index of [...books.openAtStart, ...books.frontier.open()]) this.#makeReady(index, causeSeq)
    this.#announceIfSettled()
  }

  /** Takes up to `most` ready tasks, as far as there is room. */
  admit(most: number): void {
    const { queue, lanes } = this.books
    const { admission } = this.runtime
    for (let taken = 0; taken < most; ) {
      const index = queue.peek()
      if (index === -1) return admission.rest(this)
      const lane = lanes[queue.laneOf(index)]!
      const task = this.plan.tasks[index]!
      const decision = admission.decide(this, lane, task)
      switch (decision) {
        case 'no-slot':
          return admission.rest(this)
        case 'lane-lacks':
          queue.close(lane.index)
          continue
        case 'granted':
        case 'declined': {
          queue.take(index)
          const live = this.books.live.get(index) ?? spawnTask(this, task, lane)
          const at = this.runtime.clock.now()
          if (decision === 'granted') {
            this.sendTask(live, { type: 'task.grant', at, forceable: lane.desk.executor.force !== undefined })
          } else {
            this.sendTask(live, { type: 'task.defer', at })
            queue.restore(index)
            queue.close(lane.index)
          }
          taken++
        }
      }
    }
  }

  /** A task actor has come to its end: its dependents are examined, and nobody else. */
  taskDone(context: TaskContext): void {
    const { books } = this
    const live = books.live.get(context.index)
    if (live === undefined || live.context !== context) return
    books.live.delete(context.index)
    books.deadlines.set(context.index, Number.POSITIVE_INFINITY)
    books.attempts[context.index] = context.attempt
    if (context.answer === 'skip') books.answered.add(context.index)
    this.#settle(context.index, outcomeOf(context), live.lastSeq)
    if (abortsRun(context)) this.#abortBecauseOf(context.taskId, context.failure!)
    this.#announceIfSettled()
  }

  killTask(index: number, reason: string): void {
    const { books } = this
    const live = books.live.get(index)
    books.queue.remove(index)
    if (live !== undefined) {
      this.sendTask(live, { type: 'task.kill', at: this.runtime.clock.now(), reason })
      return
    }
    if (books.outcomes[index] !== undefined) return
    books.frontier.close(index)
    const taskId = this.plan.tasks[index]!.id
    const attempt = books.attempts[index]!
    const seq = this.tell({ type: 'task.killed', taskId, attempt, reason, abandoned: false })
    this.#settle(index, { status: 'killed', reason, abandoned: false }, seq)
    this.#announceIfSettled()
  }

  /** Tells that the run is ending, which is the cause of all that follows. */
  tellEnding(fact: NewRunFact): void {
    this.#endingSeq = this.tell(fact)
  }

  /** Skips every task that has no actor: nothing of it starts any more. */
  skipRest(because: SkipReason, causedBy: TaskId | undefined): void {
    const { books } = this
    const rest: PlannedTask[] = []
    for (const task of this.plan.tasks) {
      if (books.outcomes[task.index] !== undefined) continue
      books.frontier.close(task.index)
      if (books.live.has(task.index)) continue
      books.queue.remove(task.index)
      rest.push(task)
    }
    for (const task of rest) {
      const skipped = { because, ...(causedBy === undefined ? {} : { causedBy }) }
      const seq = this.tell({ type: 'task.skipped', taskId: task.id, ...skipped, ...this.endingCause })
      this.#settle(task.index, { status: 'skipped', ...skipped }, seq)
    }
    this.#announceIfSettled()
  }

  /** Kills the tasks that have an actor; with `waitingOnly`, those whose attempt is not live. */
  killLive(reason: string, waitingOnly: boolean): void {
    const at = this.runtime.clock.now()
    for (const live of [...this.books.live.values()]) {
      this.books.queue.remove(live.task.index)
      if (waitingOnly && live.context.state !== 'dispatched') continue
      this.sendTask(live, { type: 'task.kill', at, reason })
    }
  }

  /** The dag actor is at its end: what was told of it is committed, then the result is given out. */
  close(): void {
    const { runtime, outbox } = this
    runtime.admission.leave(this)
    this.books.deadlines.set(this.books.runKey, Number.POSITIVE_INFINITY)
    outbox.effect(() => {
      if (outbox.isCut) this.#closeWithoutStore()
      runtime.runs.delete(this)
      this.#resolve(resultOf(this))
    })
  }

  // ── what task actors and time ask for ────────────────────────────────────

  /** A task that has an actor may be granted again. */
  requestGrant(live: LiveTask): void {
    this.books.queue.push(live.task.index)
    this.runtime.admission.want(this)
  }

  /** Keeps what is booked for a task in step with the state it is in. The one door to slots, pools and capacity. */
  slotChanged(live: LiveTask, holds: boolean): void {
    if (live.isHolding === holds) return
    live.isHolding = holds
    if (holds) this.runtime.admission.hold(this, live.lane)
    else this.runtime.admission.free(this, live.lane)
  }

  // ── turns ────────────────────────────────────────────────────────────────

  headPriority(): number | undefined {
    if (this.dagContext.state !== 'running') return undefined
    const head = this.books.queue.peek()
    return head === -1 ? undefined : this.plan.tasks[head]!.priority
  }

  offer(most: number): void {
    this.dag.send({ type: 'run.offer', most })
  }

  openLane(index: number): void {
    this.books.queue.open(index)
    this.runtime.admission.want(this)
  }

  // ── lives ────────────────────────────────────────────────────────────────

  /** Another result is to come: at the beginning, and with each redrive. */
  renewResult(): void {
    this.result = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  /** Begins anew, with the settled tasks of `again` open; a fresh dag actor is to follow. */
  reopenBooks(again: ReadonlySet<number>): void {
    this.books = this.#newBooks({ ...this.books, again })
    this.alarm = this.#newAlarm()
    this.#endingSeq = undefined
    this.#hasAnnounced = false
    this.renewResult()
  }

  /** The run as a whole cannot go on. */
  abort(
    ending: 'timed-out' | 'deadlocked' | 'store-failed',
    failure: Pick<Failure, 'code' | 'message'>,
  ): void {
    const at = this.runtime.clock.now()
    this.dag.send({
      type: 'run.abort',
      ending,
      failure: { ...failure, severity: 'critical', retryable: false, at },
    })
  }

  #newBooks(before?: BooksBefore): RunBooks {
    const { clock, desks } = this.runtime
    const { lanes, laneOf } = lanesOf(this.plan, this, (name) => desks.get(name)!)
    return new RunBooks(this.plan, { lanes, laneOf, now: () => clock.now() }, before)
  }

  #newAlarm(): Alarm {
    const { books } = this
    return new Alarm(this.runtime.clock, books.deadlines, (due) => {
      this.runtime.macrostep.run(() => {
        for (const key of due) this.#wake(key)
        this.runtime.macrostep.touch(this)
      })
    })
  }

  #wake(key: number): void {
    if (key === this.books.runKey) {
      const message = `The run took longer than its timeout of ${this.options.timeoutMs} ms.`
      this.abort('timed-out', { code: 'RUN_TIMEOUT', message })
      return
    }
    const live = this.books.live.get(key)
    if (live !== undefined) this.sendTask(live, { type: 'task.due', at: this.runtime.clock.now() })
  }

  #makeReady(index: number, causeSeq: number): void {
    this.books.lastSeq[index] = this.tell({
      type: 'task.ready',
      taskId: this.plan.tasks[index]!.id,
      causeSeq,
    })
    this.books.queue.push(index)
    this.runtime.admission.want(this)
  }

  /** Settles a task and all that is skipped in consequence; makes ready what became so. */
  #settle(first: number, outcome: Outcome, seq: number): void {
    const { books } = this
    const settled: { index: number; outcome: Outcome; seq: number }[] = [{ index: first, outcome, seq }]
    for (let next = 0; next < settled.length; next++) {
      const cause = settled[next]!
      books.settle(cause.index, cause.outcome)
      const { ready, doomed } = books.frontier.settle(cause.index, countsAs(cause.outcome))
      for (const index of ready) this.#makeReady(index, cause.seq)
      for (const index of doomed) {
        const taskId = this.plan.tasks[index]!.id
        const threw = books.ruleFailures.get(index)
        if (threw !== undefined) {
          const { onFailure } = this.plan.tasks[index]!.policy
          const failed = {
            failure: threw,
            deadLettered: false,
            ignored: onFailure === 'ignore',
            abandoned: false,
          }
          const factSeq = this.tell({
            type: 'task.failed',
            taskId,
            attempt: 0,
            ...failed,
            causeSeq: cause.seq,
          })
          settled.push({ index, outcome: { status: 'failed', ...failed }, seq: factSeq })
          if (onFailure === 'abort' || threw.severity === 'critical') this.#abortBecauseOf(taskId, threw)
          continue
        }
        const skipped = skipReasonOf(this, index, cause.index, cause.outcome)
        const factSeq = this.tell({ type: 'task.skipped', taskId, ...skipped, causeSeq: cause.seq })
        settled.push({ index, outcome: { status: 'skipped', ...skipped }, seq: factSeq })
      }
    }
  }

  #abortBecauseOf(taskId: TaskId, failure: Failure): void {
    this.dag.send({
      type: 'run.abort',
      ending: 'aborted',
      causedBy: taskId,
      failure: {
        code: 'RUN_ABORTED',
        message: `The failure of ${taskId} ended the run: ${failure.message}`,
        severity: 'critical',
        retryable: false,
        at: this.runtime.clock.now(),
      },
    })
  }

  #announceIfSettled(): void {
    const { books } = this
    if (this.#hasAnnounced) return
    if (books.unsettled === 0) {
      this.#hasAnnounced = true
      this.dag.send({ type: 'run.settled', failed: books.failing })
      return
    }
    const { state } = this.dagContext
    const admits = state === 'running' || state === 'paused'
    if (admits && books.live.size === 0 && books.queue.size === 0) this.abort('deadlocked', deadlockOf(this))
  }

  /** No effect of the lost facts is released; what is live is ended, and the run with it. */
  #storeFailed(cause: unknown): void {
    const message = cause instanceof Error ? cause.message : String(cause)
    this.abort('store-failed', { code: 'STORE_FAILED', message: `The store failed: ${message}` })
    for (const live of [...this.books.live.values()]) abortAttempt(live)
  }

  /** The last facts, from what was committed: observers see the run end as its journal leaves it. */
  #closeWithoutStore(): void {
    const facts: NewRunFact[] = []
    for (const task of this.log.view().tasks.values()) {
      const index = this.plan.indexOf(task.id)!
      let outcome = task.outcome
      if (outcome === undefined && (task.status === 'pending' || task.status === 'ready')) {
        outcome = { status: 'skipped', because: 'run-aborted' }
        facts.push({ type: 'task.skipped', taskId: task.id, because: 'run-aborted' })
      } else if (outcome === undefined) {
        outcome = { status: 'killed', reason: 'store failed', abandoned: false }
        facts.push({
          type: 'task.killed',
          taskId: task.id,
          attempt: task.attempt,
          reason: 'store failed',
          abandoned: false,
        })
      }
      this.books.outcomes[index] = outcome
    }
    const { failure } = this.dagContext
    this.outbox.close([...facts, { type: 'run.failed', ...(failure === undefined ? {} : { failure }) }])
  }
}

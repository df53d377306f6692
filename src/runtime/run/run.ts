import type { ActorRefFromLogic, AnyActorRef, EventObject } from 'xstate'
import type { DagContext, dagMachine, RunCommand } from '../../../machines/dag.ts'
import type { Failure, Outcome, TaskId } from '../../../machines/outcome.ts'
import type { taskMachine } from '../../../machines/task.ts'
import { dueAt, shiftInstants, type TaskEvent } from '../../../machines/task-context.ts'
import { thrownText } from '../../errors/foreign-value.ts'
import type { FactLog } from '../../events/fact-log.ts'
import type { NewRunFact, RunFact } from '../../events/facts.ts'
import type { DispatchOptions } from '../../graph/dispatch-options.ts'
import type { AnyDag, Plan } from '../../graph/plan.ts'
import type { Journal } from '../../ports/store.ts'
import { Pools } from '../../scheduling/pools.ts'
import { Slots } from '../../scheduling/slots.ts'
import type { ActorHost } from '../actor/actor-host.ts'
import { deliver } from '../actor/deliver.ts'
import type { Kin } from '../actor/kin.ts'
import { type Candidate, type Lane, lanesOf } from '../admission/lane.ts'
import { Alarm } from '../commit/alarm.ts'
import type { Committer } from '../commit/macrostep.ts'
import { Outbox } from '../commit/outbox.ts'
import type { Shared } from '../shared.ts'
import { leaveHeld, type LiveTask, LiveTasks } from './live-task.ts'
import { rankOf } from './rank-of.ts'
import { type BooksBefore, RunBooks } from './run-books.ts'
import { logOf } from './run-log.ts'
import type { RunOptions } from './run-options.ts'
import type { RunResult } from '../../events/run-result.ts'

/** What a run asks of the runtime that it belongs to. */
export interface RunHost {
  /** False once the runtime has been told to shut down. */
  readonly isOpen: boolean
  /** The root of the actor system: what comes from outside comes from it. */
  readonly actor: AnyActorRef
  /**
   * Gives the run a dag actor, which starts in a microtask, or when the search for its order is loaded. With `restored`
   * it goes on in the state of that context.
   */
  spawn(run: Run, first: 'run.start' | 'run.reopen' | 'run.recover', restored?: DagContext): void
  /** The run has settled. */
  forget(run: Run): void
  /** A run that was set aside may be given away now, unless something of it is live. */
  letGo(run: Run): void
  /** An instant has come: the key is a task's index, or the books' `runKey`. */
  wake(run: Run, key: number): void
  /** The store has refused facts of the run. */
  storeFailed(run: Run, cause: unknown): void
  /** Runs a dag for a handler that waits for it, on the slot of its task. Rejects as `runtime.run` does. */
  runWithin(
    live: LiveTask,
    attempt: number,
    signal: AbortSignal,
    source: AnyDag | Plan,
    options: DispatchOptions | undefined,
  ): Promise<unknown>
  /** The run's dag actor has ended without a done event. */
  dagEnded(run: Run): void
  /** Somebody has sent an event to the run's dag actor, or to that of a task. */
  sentToRun(run: Run, event: EventObject, take: (event: EventObject) => void): void
  sentToTask(live: LiveTask, event: EventObject, take: (event: EventObject) => void): void
}

const offerAll: RunCommand = { type: 'run.offer', most: Number.POSITIVE_INFINITY }

/** One run, as the runtime keeps it: its books, its outbox, and the dag actor that decides over them. */
export class Run implements ActorHost, Candidate, Committer {
  readonly shared: Shared
  readonly host: RunHost
  readonly plan: Plan
  readonly options: RunOptions
  readonly log: FactLog
  readonly outbox: Outbox
  readonly slots: Slots
  readonly pools: Pools
  /** The tasks that have an actor. */
  readonly live: LiveTasks
  readonly waiting = new Set<Lane>()
  readonly askedAt: number
  servedAt = 0
  isTouched = false
  /** True until its dag actor has looked at what it was offered. */
  isOffered = false
  #books: RunBooks | undefined
  #alarm: Alarm | undefined
  /** The dag actor of now; another one after each redrive. */
  dag!: ActorRefFromLogic<typeof dagMachine>
  dagContext!: DagContext
  /** What the task actors have in common: all are children of the dag actor. */
  taskKin!: Kin<typeof taskMachine>
  result!: Promise<RunResult>
  /** Gives the result out. */
  resolve!: (result: RunResult) => void
  /** True while it has a dag actor that has not ended. */
  isAwaited = false
  startedAt = 0
  /** When its dag actor ended, in this process; undefined before. */
  settledAt: number | undefined
  /** True from the moment its result is given out, until a redrive. */
  isClosed = false
  /** Why nothing of it is journalled any more: its store has failed, or it is broken. */
  cutOff: Failure | undefined
  /** The tasks that a redrive has reopened, until its facts are told. */
  reopened: readonly { readonly index: number; readonly from: Outcome['status'] }[] = []
  /** Throws where these tasks must not be reopened. */
  refuseRedrive: ((again: ReadonlySet<number>) => void) | undefined
  /** True once a shutdown leaves it to whoever recovers it: what is live may finish, and nothing else starts. */
  isSetAside = false
  /** True where its journal tells of tasks that its plan has no more. */
  hasOtherTasks = false
  /** True for a settled run whose plan has become another one, until it is redriven. */
  isChanged = false
  /** What the dag actor of a recovered run does first. */
  takeUpAgain: (() => void) | undefined
  /** The `seq` of the fact that ends the run early. It is the cause of the kills and skips that follow. */
  #endingSeq: number | undefined

  /** `facts` are those in its journal. */
  constructor(
    shared: Shared,
    host: RunHost,
    plan: Plan,
    options: RunOptions,
    journal?: Journal,
    facts: readonly RunFact[] = [],
  ) {
    const { macrostep, writer } = shared
    const { id: runId } = options
    this.shared = shared
    this.host = host
    this.plan = plan
    this.askedAt = plan.askedAt ?? Number.NEGATIVE_INFINITY
    this.options = options
    this.slots = new Slots(options.concurrency)
    this.pools = new Pools(options.pools)
    this.live = new LiveTasks(plan.tasks.length)
    this.log = logOf(plan, options, shared, facts)
    this.outbox = new Outbox({
      runId,
      tasks: plan.tasks,
      journal,
      writer,
      log: this.log,
      macrostep,
      batches: shared.batches,
      committer: this,
      storeFailed: (cause) => host.storeFailed(this, cause),
    })
    this.renewResult()
  }

  /** Made on first use, which is in the microtask that starts the run. */
  get books(): RunBooks {
    this.#books ??= this.newBooks()
    return this.#books
  }

  get id(): string {
    return this.options.id
  }

  get isSettled(): boolean {
    const { state } = this.dagContext
    return state === 'completed' || state === 'failed' || state === 'killed'
  }

  /** True once it is left to whoever recovers it. */
  get isLetGo(): boolean {
    return this.isSetAside && !this.isAwaited && !this.isSettled
  }

  get actorName(): string {
    return this.id
  }

  contextMoved(context: object): void {
    this.dagContext = context as DagContext
  }

  sentByOthers(event: EventObject, take: (event: EventObject) => void): void {
    this.host.sentToRun(this, event, take)
  }

  /** Not before the run's first fact, which is `run.created`. */
  inspectorFailed(thrown: unknown): boolean {
    if (this.outbox.seq === 0) return false
    this.outbox.pass({ type: 'observer.failed', message: thrownText(thrown) })
    return true
  }

  /** Sends to the dag actor what somebody asks for, as a macrostep. */
  send(command: RunCommand): void {
    if (this.isLetGo) return
    this.shared.macrostep.run(() => deliver(this.host.actor, this.dag, command))
  }

  /**
   * The end of a macrostep: facts go to the store, then effects are released, then the timer is armed for what comes
   * next.
   */
  commit(): void {
    this.outbox.commit()
    this.#alarm ??= this.#newAlarm()
    this.#alarm.update()
  }

  /** Sends to a task actor and notes when it wants to be woken. What `source` does not say comes from the dag actor. */
  sendTask(live: LiveTask, event: TaskEvent, source: AnyActorRef = this.dag): void {
    deliver(source, live.ref, event)
    this.books.deadlines.set(live.context.index, dueAt(live.context))
  }

  /** The instant, epoch ms, of what is being reacted to. */
  get now(): number {
    return this.shared.macrostep.at
  }

  /** The `seq` of the fact that is told next. */
  get nextSeq(): number {
    return this.outbox.seq + 1
  }

  tell(fact: NewRunFact): number {
    return this.outbox.tell(fact)
  }

  /**
   * Tells a fact that is complete, with `nextSeq`, `now` and the run's id. Nothing is copied, which matters for facts
   * that every task tells.
   */
  put(fact: RunFact): number {
    return this.outbox.put(fact)
  }

  tellTask(live: LiveTask, fact: NewRunFact): void {
    live.lastSeq = this.outbox.tell(fact)
  }

  /** The part of a fact that names the end of the run as its cause. */
  get endingCause(): { readonly causeSeq?: number } {
    return this.#endingSeq === undefined ? {} : { causeSeq: this.#endingSeq }
  }

  /** Tells that the run is ending, and remembers that fact as the cause of what follows. */
  tellEnding(fact: NewRunFact): void {
    this.#endingSeq = this.tell(fact)
  }

  /** Queues a task that is ready to be taken up, or that has an actor and asks for another grant. */
  enqueue(index: number): void {
    const { queue } = this.books
    queue.push(index)
    if (this.postpones(index)) queue.remove(index)
    else this.#wantRoom(index)
  }

  /** Queues a task again that was postponed. It keeps its place. */
  restore(index: number): void {
    this.books.queue.restore(index)
    this.#wantRoom(index)
  }

  /**
   * True for a task that must not be queued yet: in a run that is ended early a teardown waits until all that it needs
   * has ended, whatever its rule says.
   */
  postpones(index: number): boolean {
    const { frontier, postponed } = this.books
    if (this.dagContext.ending === undefined || frontier.areNeedsSettled(index)) return false
    postponed.add(index)
    return true
  }

  /**
   * Takes or gives back what a task holds, as its state says. All changes of slots, pools and capacity go through here,
   * but for what `lendSlot` lends.
   */
  slotChanged(live: LiveTask, holds: boolean): void {
    if (live.isHolding === holds) return
    live.isHolding = holds
    if (holds) {
      live.isOfferOnly = false
      this.shared.admission.hold(live.lane)
      return
    }
    leaveHeld(live)
    this.shared.admission.free(live.lane, live.isOfferOnly)
    if (this.isSetAside) this.outbox.effect((run: Run) => run.host.letGo(run), this)
  }

  headPriority(): number | undefined {
    // In a run that is ended early only teardowns are queued.
    return this.dagContext.state === 'paused' ? undefined : this.#priorityOf(this.books.queue.peek())
  }

  lanePriority(index: number): number | undefined {
    return this.#priorityOf(this.books.queue.peekLane(index))
  }

  /** Teardowns of a run that is ended early go before all tasks of other runs: somebody waits for its end. */
  #priorityOf(head: number): number | undefined {
    if (head === -1) return undefined
    return this.dagContext.ending === undefined ? this.plan.tasks[head]!.priority : Number.POSITIVE_INFINITY
  }

  offer(most: number): boolean {
    if (this.isSetAside && this.dagContext.ending === undefined) return false
    this.isOffered = true
    const offer: RunCommand = most === Number.POSITIVE_INFINITY ? offerAll : { type: 'run.offer', most }
    deliver(this.host.actor, this.dag, offer)
    return !this.isOffered
  }

  openLane(index: number): void {
    this.books.queue.open(index)
    this.shared.admission.want(this)
  }

  /** Makes a new promise for the result, at the start and with each redrive. */
  renewResult(): void {
    this.result = new Promise((resolve) => {
      this.resolve = resolve
    })
  }

  /**
   * Begins a new life with these books, and with the `seq` of the fact that ends the run, if it is ending already. A
   * new dag actor has to follow.
   */
  reopen(books: RunBooks, endingSeq?: number): void {
    this.#books = books
    this.#alarm = undefined
    this.#endingSeq = endingSeq
    this.isClosed = false
    this.settledAt = undefined
    this.renewResult()
  }

  /** Starts nothing more, and gives the run away once nothing of it is live. */
  setAside(): void {
    this.isSetAside = true
    this.outbox.effect((run: Run) => run.host.letGo(run), this)
  }

  /** Waits for nothing any more. */
  forgetInstants(): void {
    this.#alarm?.stop()
  }

  /** Sends to the dag actor, as from itself. */
  note(command: RunCommand): void {
    deliver(this.dag, this.dag, command)
  }

  /** Fails the run as a whole. */
  abort(
    ending: Extract<RunCommand, { type: 'run.abort' }>['ending'],
    failure: Pick<Failure, 'code' | 'message'>,
    causedBy?: TaskId,
  ): void {
    const at = this.now
    this.note({
      type: 'run.abort',
      ending,
      failure: { ...failure, severity: 'critical', retryable: false, at },
      ...(causedBy === undefined ? {} : { causedBy }),
    })
  }

  /** The clock was set by this many milliseconds. Everything that is awaited moves with it. */
  shift(byMs: number): void {
    this.#books?.deadlines.shift(byMs)
    this.#alarm?.shift(byMs)
    for (const { context } of this.live) shiftInstants(context, byMs)
  }

  #wantRoom(index: number): void {
    const { queue, lanes } = this.books
    lanes[queue.laneOf(index)]!.improved()
    this.shared.admission.want(this)
  }

  /** Books from the beginning, or such that go on from earlier ones. */
  newBooks(before?: BooksBefore): RunBooks {
    const { macrostep, executors } = this.shared
    const { lanes, laneOf } = lanesOf(this.plan, this, (name) => executors.get(name)!)
    const rank = rankOf(this.plan, this.options, this.shared)
    return new RunBooks(this.plan, { lanes, laneOf, rank, now: () => macrostep.at }, before)
  }

  #newAlarm(): Alarm {
    const { macrostep, clock } = this.shared
    return new Alarm(clock, this.books.deadlines, (due) => {
      macrostep.run(() => {
        for (const key of due) this.host.wake(this, key)
        macrostep.touch(this)
      })
    })
  }
}

import type { ActorRefFromLogic, EventObject } from 'xstate'
import type { taskMachine } from '../../../machines/task.ts'
import type { TaskContext } from '../../../machines/task-context.ts'
import type { JobEnd } from '../../events/agent-facts.ts'
import type { AgentsOfTask } from '../../events/task-view.ts'
import type { PlannedTask } from '../../graph/plan.ts'
import { type ActorHost, hostOf } from '../actor/actor-host.ts'
import type { AgentPart } from '../admission/agent-desk.ts'
import type { Lane } from '../admission/lane.ts'
import type { Run } from './run.ts'
import type { RunBooks } from './run-books.ts'

/** What the runtime knows of a task that has an actor. */
export class LiveTask implements ActorHost {
  readonly run: Run
  readonly books: RunBooks
  readonly task: PlannedTask
  readonly lane: Lane
  /** Set, like `ref`, as soon as the actor exists. */
  context!: TaskContext
  ref!: ActorRefFromLogic<typeof taskMachine>
  /** True while it holds a slot, its pools and its executor, as its state says. */
  isHolding = false
  /** For how many runs that its handler waits for its slot of the runtime is lent. */
  lent = 0
  /** The number of the latest attempt that its executor has been asked to start; 0 before the first. */
  askedAttempt = 0
  /** True when its executor never began with the attempt for which it holds them. */
  isOfferOnly = false
  /** The `seq` of its latest fact. */
  lastSeq: number
  /** For a task that an agent does. */
  readonly part: AgentPart | undefined

  /** `agents` is what a journal says of those that it had. */
  constructor(run: Run, task: PlannedTask, lane: Lane, agents?: AgentsOfTask) {
    this.run = run
    this.books = run.books
    this.task = task
    this.lane = lane
    this.lastSeq = run.books.lastSeq[task.index]!
    this.part = task.agent === undefined ? undefined : run.shared.agents!.partOf(agents)
  }

  get actorName(): string {
    return this.task.id
  }

  contextMoved(context: object): void {
    this.context = context as TaskContext
  }

  sentByOthers(event: EventObject, take: (event: EventObject) => void): void {
    this.run.host.sentToTask(this, event, take)
  }

  inspectorFailed(thrown: unknown): boolean {
    return this.run.inspectorFailed(thrown)
  }
}

/** An attempt is over: the slot that it has lent is its own again, and its agent has nothing more to do with it. */
export function leaveHeld(live: LiveTask): void {
  const { run, context, part } = live
  if (live.lent > 0) {
    live.lent = 0
    run.shared.admission.slots.slots.hold()
  }
  if (part?.agentId !== undefined) run.shared.agents!.settle(live, jobEndOf(context))
}

function jobEndOf({ state, waitingFor, failure }: TaskContext): JobEnd {
  if (state === 'completed' || state === 'killed') return state
  if (state === 'dispatched' && waitingFor === 'capacity') return 'undone'
  return failure?.code === 'ALLOWANCE_EXCEEDED' ? 'overrun' : 'failed'
}

/** The tasks of a run that have an actor, by index. */
export class LiveTasks {
  readonly #tasks: number
  /** Made with the first of them, which is after the turn that called `dispatch`. */
  #live: (LiveTask | undefined)[] = []
  #size = 0

  constructor(tasks: number) {
    this.#tasks = tasks
  }

  get size(): number {
    return this.#size
  }

  get(index: number): LiveTask | undefined {
    return this.#live[index]
  }

  add(index: number, live: LiveTask): void {
    if (this.#live.length === 0) this.#live = Array.from({ length: this.#tasks }, () => undefined)
    this.#live[index] = live
    this.#size++
  }

  delete(index: number): void {
    this.#live[index] = undefined
    this.#size--
  }

  /** In the order of the plan. Those that end meanwhile are passed over. */
  *[Symbol.iterator](): IterableIterator<LiveTask> {
    for (let index = 0; this.#size > 0 && index < this.#live.length; index++) {
      const live = this.#live[index]
      if (live !== undefined) yield live
    }
  }
}

/** The runtime's side of a task actor. */
export function liveTaskOf(actor: object): LiveTask {
  return hostOf(actor) as unknown as LiveTask
}

/** The runtime's side of a dag actor. */
export function runOf(actor: object): Run {
  return hostOf(actor) as unknown as Run
}

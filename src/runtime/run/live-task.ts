import type { ActorRefFromLogic } from 'xstate'
import type { DagContext } from '../../../machines/dag.ts'
import type { taskMachine } from '../../../machines/task.ts'
import type { TaskContext } from '../../../machines/task-context.ts'
import type { PlannedTask } from '../../graph/plan.ts'
import type { Lane } from '../admission/lane.ts'
import type { Run } from './run.ts'
import type { RunBooks } from './run-books.ts'

/**
 * Where a context finds what the runtime keeps beside it. A symbol, because snapshots are copied, persisted and sent by
 * inspectors, and none of them looks at symbols: what hangs below is neither theirs nor free of cycles.
 */
export const host: unique symbol = Symbol('dagmar.host')

/** What the runtime keeps of a task that has an actor. */
export class LiveTask {
  readonly run: Run
  readonly books: RunBooks
  readonly task: PlannedTask
  readonly lane: Lane
  /** This and `ref` are set as soon as there is an actor. */
  context!: TaskContext
  ref!: ActorRefFromLogic<typeof taskMachine>
  /** True while slot, pools and executor are booked on it: the state it is in holds them. */
  isHolding = false
  /** The number of the latest attempt that its executor has been asked to start; 0 before the first. */
  askedAttempt = 0
  /** The `seq` of its latest fact. */
  lastSeq: number

  constructor(run: Run, task: PlannedTask, lane: Lane) {
    this.run = run
    this.books = run.books
    this.task = task
    this.lane = lane
    this.lastSeq = run.books.lastSeq[task.index]!
  }
}

export type HostedTaskContext = TaskContext & { [host]: LiveTask }
export type HostedDagContext = DagContext & { readonly [host]: Run }

/** The runtime's side of a task's context. */
export function liveTaskOf(context: TaskContext): LiveTask {
  return (context as HostedTaskContext)[host]
}

/** The runtime's side of a dag's context. */
export function runOf(context: DagContext): Run {
  return (context as HostedDagContext)[host]
}

import type { TaskId } from '../../machines/outcome.ts'
import type { PlanDefinition } from '../graph/make-plan.ts'
import type { Notification } from '../plan-file/notification.ts'

/** The version of the form in which jobs are kept. A later one is refused. */
export const specVersion = 1

/** All that a job is run from: data, so that it outlives the process that dispatched it. */
export interface JobSpec {
  readonly version: typeof specVersion
  readonly id: string
  readonly name: string
  readonly project: string
  readonly labels: Readonly<Record<string, string>>
  /** Epoch milliseconds. */
  readonly dispatchedAt: number
  /** The plan as data: see `definitionAsData`. */
  readonly definition: PlanDefinition
  readonly select?: JobSelection
  readonly input?: unknown
  readonly concurrency?: number
  /** Answers to questions, given ahead: by task, in their order. */
  readonly answers?: Readonly<Record<TaskId, readonly string[]>>
  /** Answers each `confirm` with yes. */
  readonly confirms?: boolean
  readonly notify?: readonly Notification[]
  /** The folder in which it was dispatched, absolute. */
  readonly cwd: string
  readonly umask: number
  /** Not before this instant: epoch milliseconds. */
  readonly notBefore?: number
  /** Waits for these jobs. */
  readonly after?: readonly string[]
  /** True where any end of them will do. Otherwise they must complete. */
  readonly afterAny?: boolean
}

/** Which tasks of the plan, as `selectTasks` takes it. */
export interface JobSelection {
  readonly only?: readonly TaskId[]
  readonly from?: readonly TaskId[]
  readonly afterFailure?: 'go-on' | 'end'
}

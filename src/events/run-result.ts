import type { Failure, Outcome, SkipReason, TaskId } from '../../machines/outcome.ts'

/** How a run ended. What went wrong is kept apart from what followed from it. */
export interface RunResult<Outputs = Readonly<Record<string, unknown>>> {
  readonly runId: string
  readonly name: string
  /**
   * `failed`: a task failed, or was killed by itself, and its `onFailure` is not `ignore`; or the run as a whole failed.
   * `killed`: the run was killed or drained. Else `completed`.
   */
  readonly status: 'completed' | 'failed' | 'killed'
  /** Why the run as a whole failed: `RUN_ABORTED`, `RUN_TIMEOUT`, `RUN_DEADLOCKED`, `STORE_FAILED`, `RUN_BROKEN`. */
  readonly failure?: Failure
  /** Why it was killed or drained. */
  readonly reason?: string
  /** By task id, in the order of the dag. */
  readonly outcomes: Readonly<Record<TaskId, Outcome>>
  /** What completed tasks returned, by task id. */
  readonly outputs: Partial<Outputs>
  readonly counts: Readonly<Record<Outcome['status'], number>>
  /** The tasks that failed, or were killed by themselves, except those whose failure is ignored. */
  readonly rootCauses: readonly { readonly taskId: TaskId; readonly failure: Failure }[]
  /** The tasks that were skipped, each with the task that caused it, where there is one. */
  readonly consequences: readonly {
    readonly taskId: TaskId
    readonly because: SkipReason
    readonly causedBy?: TaskId
  }[]
  readonly deadLetters: readonly TaskId[]
  /** The tasks whose attempt could not be ended: their handlers may still run. */
  readonly abandoned: readonly TaskId[]
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly settledAt: number
  readonly durationMs: number
}

import type { Failure, Outcome, SkipReason, TaskId } from '../../../machines/outcome.ts'
import type { Run } from '../run/run.ts'

/** How a run ended: every task's outcome, and what went wrong apart from what followed from it. */
export interface RunResult<Outputs = Readonly<Record<string, unknown>>> {
  readonly runId: string
  readonly name: string
  /**
   * `failed`: a task failed, or was killed by itself, and its `onFailure` is not `ignore`; or the run as a whole failed.
   * `killed`: the run was killed or drained. Else `completed`.
   */
  readonly status: 'completed' | 'failed' | 'killed'
  /** Why the run as a whole failed: `RUN_ABORTED`, `RUN_TIMEOUT`, `RUN_DEADLOCKED`, `STORE_FAILED`. */
  readonly failure?: Failure
  /** Why it was killed or drained. */
  readonly reason?: string
  /** By task id, in the order of the dag. */
  readonly outcomes: Readonly<Record<TaskId, Outcome>>
  /** What completed tasks returned, by task id. */
  readonly outputs: Partial<Outputs>
  readonly counts: Readonly<Record<Outcome['status'], number>>
  /** The tasks that failed, or were killed, by themselves; but for those whose failure is ignored. */
  readonly rootCauses: readonly { readonly taskId: TaskId; readonly failure: Failure }[]
  /** The tasks that were skipped, each with the task it was skipped because of. */
  readonly consequences: readonly {
    readonly taskId: TaskId
    readonly because: SkipReason
    readonly causedBy?: TaskId
  }[]
  readonly deadLetters: readonly TaskId[]
  /** Tasks whose attempt could not be ended; their handlers may still run. */
  readonly abandoned: readonly TaskId[]
  /** Epoch milliseconds. */
  readonly startedAt: number
  readonly settledAt: number
  readonly durationMs: number
}

export function resultOf(run: Run): RunResult {
  const outcomes: Record<TaskId, Outcome> = {}
  const outputs: Record<TaskId, unknown> = {}
  const counts = { completed: 0, failed: 0, killed: 0, skipped: 0 }
  const rootCauses: { taskId: TaskId; failure: Failure }[] = []
  const consequences: { taskId: TaskId; because: SkipReason; causedBy?: TaskId }[] = []
  const deadLetters: TaskId[] = []
  const abandoned: TaskId[] = []
  for (const { id: taskId, index } of run.plan.tasks) {
    const outcome = run.books.outcomes[index]!
    outcomes[taskId] = outcome
    counts[outcome.status]++
    switch (outcome.status) {
      case 'completed':
        outputs[taskId] = outcome.output
        break
      case 'failed':
        if (!outcome.ignored) rootCauses.push({ taskId, failure: outcome.failure })
        if (outcome.deadLettered) deadLetters.push(taskId)
        if (outcome.abandoned) abandoned.push(taskId)
        break
      case 'killed':
        if (outcome.abandoned) abandoned.push(taskId)
        if (endedByItself(run, index))
          rootCauses.push({ taskId, failure: killedByItself(run, outcome.reason) })
        break
      case 'skipped': {
        const { because, causedBy } = outcome
        consequences.push({ taskId, because, ...(causedBy === undefined ? {} : { causedBy }) })
      }
    }
  }
  const { state, reason } = run.dagContext
  const failure = run.storeFailure ?? run.dagContext.failure
  const settledAt = run.runtime.macrostep.at
  return {
    runId: run.id,
    name: run.plan.name,
    status:
      run.storeFailure === undefined && (state === 'completed' || state === 'killed') ? state : 'failed',
    ...(failure === undefined ? {} : { failure }),
    ...(reason === '' ? {} : { reason }),
    outcomes,
    outputs,
    counts,
    rootCauses,
    consequences,
    deadLetters,
    abandoned,
    startedAt: run.startedAt,
    settledAt,
    durationMs: settledAt - run.startedAt,
  }
}

/** Where the run itself was ended, its killed tasks are consequences of that. */
function endedByItself(run: Run, index: number): boolean {
  const isWhole = run.dagContext.ending !== undefined || run.storeFailure !== undefined
  return !isWhole && run.plan.tasks[index]!.policy.onFailure !== 'ignore'
}

function killedByItself(run: Run, reason: string): Failure {
  const { at } = run.runtime.macrostep
  return {
    code: 'TASK_KILLED',
    message: `The task was killed: ${reason}.`,
    severity: 'error',
    retryable: false,
    at,
  }
}

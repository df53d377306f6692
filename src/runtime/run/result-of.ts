import type { Failure, Outcome, SkipReason, TaskId } from '../../../machines/outcome.ts'
import type { Run } from './run.ts'
import type { RunResult } from '../../events/run-result.ts'

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
  const settledAt = run.shared.macrostep.at
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
  const { at } = run.shared.macrostep
  return {
    code: 'TASK_KILLED',
    message: `The task was killed: ${reason}.`,
    severity: 'error',
    retryable: false,
    at,
  }
}

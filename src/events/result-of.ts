import type { RunEnding, RunState } from '../../machines/dag.ts'
import type { Failure, Outcome, SkipReason, TaskId } from '../../machines/outcome.ts'
import { DagmarError } from '../errors/dagmar-error.ts'
import type { TaskStructure } from '../graph/plan.ts'
import type { RunView } from './fold.ts'
import type { RunResult } from './run-result.ts'

/**
 * How a run ended, from the fold of its facts: what `run.result` resolved with.
 * @throws DagmarError `RUN_NOT_SETTLED` for a run that goes on.
 *
 * @example
 * ```ts
 * const { rootCauses } = resultOf(fold(await store.read(runId)))
 * ```
 */
export function resultOf(view: RunView): RunResult {
  const { runId, name, status, ending, failure, reason, settledAt, structure, tasks } = view
  if (settledAt === undefined || !isSettled(status)) {
    throw new DagmarError('RUN_NOT_SETTLED', {
      message: `The run ${runId} is ${status}: it has no result yet.`,
      facts: { runId, status },
    })
  }
  // A run whose store refused its first facts settled before it had started.
  const { startedAt = settledAt } = view
  const outcomes = structure.map(({ id }) => tasks.get(id)?.outcome)
  return resultFrom({
    runId,
    name,
    status,
    ending,
    failure,
    reason,
    startedAt,
    settledAt,
    structure,
    outcomes,
  })
}

/** What a result is made of. */
export interface SettledRun {
  readonly runId: string
  readonly name: string
  readonly status: RunResult['status']
  readonly ending: RunEnding | undefined
  readonly failure: Failure | undefined
  readonly reason: string | undefined
  readonly startedAt: number
  readonly settledAt: number
  readonly structure: readonly Pick<TaskStructure, 'id' | 'onFailure'>[]
  /** In the order of the structure. */
  readonly outcomes: readonly (Outcome | undefined)[]
}

/** The result of a settled run, wherever it is known from. */
export function resultFrom(run: SettledRun): RunResult {
  const { failure, reason, startedAt, settledAt } = run
  const outcomes: Record<TaskId, Outcome> = {}
  const outputs: Record<TaskId, unknown> = {}
  const counts = { completed: 0, failed: 0, killed: 0, skipped: 0 }
  const rootCauses: { taskId: TaskId; failure: Failure }[] = []
  const consequences: { taskId: TaskId; because: SkipReason; causedBy?: TaskId }[] = []
  const deadLetters: TaskId[] = []
  const abandoned: TaskId[] = []
  for (const [index, { id: taskId, onFailure }] of run.structure.entries()) {
    const outcome = run.outcomes[index]
    if (outcome === undefined) continue
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
        if (onFailure !== 'ignore' && !endedAsWhole(run)) {
          rootCauses.push({ taskId, failure: killedByItself(outcome.reason, settledAt) })
        }
        break
      case 'skipped': {
        const { because, causedBy } = outcome
        consequences.push({ taskId, because, ...(causedBy === undefined ? {} : { causedBy }) })
      }
    }
  }
  return {
    runId: run.runId,
    name: run.name,
    status: run.status,
    ...(failure === undefined ? {} : { failure }),
    ...(reason === undefined ? {} : { reason }),
    outcomes,
    outputs,
    counts,
    rootCauses,
    consequences,
    deadLetters,
    abandoned,
    startedAt,
    settledAt,
    durationMs: settledAt - startedAt,
  }
}

/** Where the run itself was ended, its killed tasks are consequences of that. */
function endedAsWhole({ ending, failure }: SettledRun): boolean {
  return ending !== undefined || failure !== undefined
}

function killedByItself(reason: string, at: number): Failure {
  return {
    code: 'TASK_KILLED',
    message: `The task was killed: ${reason}.`,
    severity: 'error',
    retryable: false,
    at,
  }
}

function isSettled(status: RunState): status is RunResult['status'] {
  return status === 'completed' || status === 'failed' || status === 'killed'
}

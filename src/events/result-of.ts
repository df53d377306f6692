import type { RunEnding, RunState } from '../../machines/dag.ts'
import type { Failure, OnFailure, Outcome, SkipReason, TaskId } from '../../machines/outcome.ts'
import { DagmarError } from '../errors/dagmar-error.ts'
import type { RunView } from './fold.ts'
import { printedWhole } from './printed-whole.ts'
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
    tasks: structure,
    onFailureOf: (index) => structure[index]!.onFailure,
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
  readonly tasks: readonly { readonly id: TaskId }[]
  readonly onFailureOf: (index: number) => OnFailure
  /** In the order of the tasks. They do not change any more. */
  readonly outcomes: readonly (Outcome | undefined)[]
}

/**
 * The result of a settled run, wherever it is known from. Outcomes and outputs by id are made when somebody looks: of
 * many tasks they take longer than all the rest, and often only the counts are asked for.
 */
export function resultFrom(run: SettledRun): RunResult {
  const { failure, reason, startedAt, settledAt } = run
  const counts = { completed: 0, failed: 0, killed: 0, skipped: 0 }
  const rootCauses: { taskId: TaskId; failure: Failure }[] = []
  const consequences: { taskId: TaskId; because: SkipReason; causedBy?: TaskId }[] = []
  const deadLetters: TaskId[] = []
  const abandoned: TaskId[] = []
  for (let index = 0; index < run.tasks.length; index++) {
    const outcome = run.outcomes[index]
    if (outcome === undefined) continue
    counts[outcome.status]++
    if (outcome.status === 'completed') continue
    const taskId = run.tasks[index]!.id
    switch (outcome.status) {
      case 'failed':
        if (!outcome.ignored) rootCauses.push({ taskId, failure: outcome.failure })
        if (outcome.deadLettered) deadLetters.push(taskId)
        if (outcome.abandoned) abandoned.push(taskId)
        break
      case 'killed':
        if (outcome.abandoned) abandoned.push(taskId)
        if (run.onFailureOf(index) !== 'ignore' && !endedAsWhole(run)) {
          rootCauses.push({ taskId, failure: killedByItself(outcome.reason, settledAt) })
        }
        break
      case 'skipped': {
        const { because, causedBy } = outcome
        consequences.push({ taskId, because, ...(causedBy === undefined ? {} : { causedBy }) })
      }
    }
  }
  let outcomes: RunResult['outcomes'] | undefined
  let outputs: RunResult['outputs'] | undefined
  return printedWhole({
    runId: run.runId,
    name: run.name,
    status: run.status,
    ...(failure === undefined ? {} : { failure }),
    ...(reason === undefined ? {} : { reason }),
    get outcomes() {
      outcomes ??= outcomesById(run)
      return outcomes
    },
    get outputs() {
      outputs ??= outputsById(run)
      return outputs
    },
    counts,
    rootCauses,
    consequences,
    deadLetters,
    abandoned,
    startedAt,
    settledAt,
    durationMs: settledAt - startedAt,
  })
}

function outcomesById({ tasks, outcomes }: SettledRun): RunResult['outcomes'] {
  const byId: Record<TaskId, Outcome> = {}
  for (const [index, { id }] of tasks.entries()) {
    const outcome = outcomes[index]
    if (outcome !== undefined) byId[id] = outcome
  }
  return byId
}

function outputsById({ tasks, outcomes }: SettledRun): RunResult['outputs'] {
  const byId: Record<TaskId, unknown> = {}
  for (const [index, { id }] of tasks.entries()) {
    const outcome = outcomes[index]
    if (outcome?.status === 'completed') byId[id] = outcome.output
  }
  return byId
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

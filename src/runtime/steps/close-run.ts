import type { Failure } from '../../../machines/outcome.ts'
import type { NewRunFact } from '../../events/facts.ts'
import { resultFrom, resultOf } from '../../events/result-of.ts'
import type { RunResult } from '../../events/run-result.ts'
import { createdFact } from '../run/created-fact.ts'
import type { Run } from '../run/run.ts'
import { disarmRunTimeout } from './run-timeout.ts'

/** The dag actor has ended: once its last facts are committed, the result is given out. */
export function closeRun(run: Run): void {
  const { shared, outbox, books } = run
  run.settledAt = run.now
  shared.admission.leave(run, books.lanes)
  disarmRunTimeout(run)
  outbox.effect((settled) => {
    // An observer of the last fact may have redriven the run meanwhile.
    if (run.books === settled) finish(run)
  }, books)
}

/** Gives out the result, once. */
export function finish(run: Run): void {
  if (run.isClosed) return
  run.isClosed = true
  if (run.cutOff !== undefined) tellWithoutStore(run, run.cutOff)
  run.host.forget(run)
  run.resolve(resultIn(run))
}

/** What `resultOf` makes of the run's facts, without folding them where its books say the same. */
function resultIn(run: Run): RunResult {
  const { id: runId, plan, books, startedAt, settledAt } = run
  const { state: status, ending, failure, reason } = run.dagContext
  const isOrderly = status === 'completed' || status === 'failed' || status === 'killed'
  if (run.cutOff !== undefined || run.hasOtherTasks || settledAt === undefined || !isOrderly)
    return resultOf(run.log.view())
  return resultFrom({
    runId,
    name: plan.name,
    status,
    ending,
    failure,
    reason: reason === '' ? undefined : reason,
    startedAt,
    settledAt,
    tasks: plan.tasks,
    onFailureOf: (index) => plan.tasks[index]!.policy.onFailure,
    outcomes: books.outcomes,
  })
}

/**
 * Tells the last facts, made from what was committed, so that observers see the run end from the state in which its
 * journal stopped.
 */
function tellWithoutStore(run: Run, failure: Failure): void {
  const { outcomes } = run.books
  const facts: NewRunFact[] = run.log.lastSeq === 0 ? [createdFact(run.plan, run.options, 1, run.now)] : []
  const isBroken = failure.code === 'RUN_BROKEN'
  for (const { id: taskId, status, attempt, outcome } of run.log.view().tasks.values()) {
    const index = run.plan.indexOf(taskId)!
    if (outcome !== undefined) {
      outcomes[index] = outcome
    } else if (status === 'pending' || status === 'ready') {
      outcomes[index] = { status: 'skipped', because: 'run-aborted' }
      facts.push({ type: 'task.skipped', taskId, because: 'run-aborted' })
    } else {
      const known = outcomes[index]
      const abandoned = known === undefined ? isBroken : 'abandoned' in known && known.abandoned
      const killed = { reason: isBroken ? 'run broken' : 'store failed', abandoned }
      outcomes[index] = { status: 'killed', ...killed }
      facts.push({ type: 'task.killed', taskId, attempt, ...killed })
    }
  }
  run.outbox.close([...facts, { type: 'run.failed', failure }])
}

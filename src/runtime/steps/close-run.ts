import type { Failure } from '../../../machines/outcome.ts'
import type { NewRunFact } from '../../events/facts.ts'
import { abortAttempt } from '../attempt/attempts.ts'
import { resultOf } from '../handle/result.ts'
import type { Run } from '../run/run.ts'

/** The dag actor is at its end: what was told of it is committed, then the result is given out. */
export function closeRun(run: Run): void {
  const { runtime, outbox, books } = run
  runtime.admission.leave(run)
  books.deadlines.set(books.runKey, Number.POSITIVE_INFINITY)
  outbox.effect((settled) => {
    // An observer of its last fact may have redriven it meanwhile.
    if (run.books === settled) finish(run)
  }, books)
}

/** Gives out the result, once. */
export function finish(run: Run): void {
  if (run.isClosed) return
  run.isClosed = true
  if (run.storeFailure !== undefined) tellWithoutStore(run, run.storeFailure)
  run.runtime.runs.delete(run)
  run.resolve(resultOf(run))
}

/** No effect of the lost facts is released; what is live is ended, and the run with it. */
export function storeFailed(run: Run, cause: unknown): void {
  const message = `The store failed: ${cause instanceof Error ? cause.message : String(cause)}`
  const failure: Failure = {
    code: 'STORE_FAILED',
    message,
    severity: 'critical',
    retryable: false,
    at: run.runtime.macrostep.at,
  }
  run.storeFailure = failure
  if (run.isSettled) {
    // The effect that gives out its result is among what was lost.
    finish(run)
    return
  }
  run.abort('store-failed', failure)
  // Those that were being ended already may have lost the effect that told their executor.
  for (const live of run.books.live) abortAttempt(live)
}

/** The last facts, from what was committed: observers see the run end as its journal leaves it. */
function tellWithoutStore(run: Run, failure: Failure): void {
  const { outcomes } = run.books
  const facts: NewRunFact[] = []
  for (const { id: taskId, status, attempt, outcome } of run.log.view().tasks.values()) {
    const index = run.plan.indexOf(taskId)!
    if (outcome !== undefined) {
      outcomes[index] = outcome
    } else if (status === 'pending' || status === 'ready') {
      outcomes[index] = { status: 'skipped', because: 'run-aborted' }
      facts.push({ type: 'task.skipped', taskId, because: 'run-aborted' })
    } else {
      const known = outcomes[index]
      const abandoned = known !== undefined && 'abandoned' in known && known.abandoned
      const killed = { reason: 'store failed', abandoned }
      outcomes[index] = { status: 'killed', ...killed }
      facts.push({ type: 'task.killed', taskId, attempt, ...killed })
    }
  }
  run.outbox.close([...facts, { type: 'run.failed', failure }])
}

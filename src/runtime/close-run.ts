import type { NewRunFact } from '../events/facts.ts'
import { abortAttempt } from './attempts.ts'
import { resultOf } from './result.ts'
import type { Run } from './run.ts'

/** The dag actor is at its end: what was told of it is committed, then the result is given out. */
export function closeRun(run: Run): void {
  const { runtime, outbox, books } = run
  runtime.admission.leave(run)
  books.deadlines.set(books.runKey, Number.POSITIVE_INFINITY)
  outbox.effect(() => {
    if (outbox.isCut) tellWithoutStore(run)
    runtime.runs.delete(run)
    run.resolve(resultOf(run))
  })
}

/** No effect of the lost facts is released; what is live is ended, and the run with it. */
export function storeFailed(run: Run, cause: unknown): void {
  const message = cause instanceof Error ? cause.message : String(cause)
  run.abort('store-failed', { code: 'STORE_FAILED', message: `The store failed: ${message}` })
  // Those that were being ended already may have lost the effect that told their executor.
  for (const live of run.books.live.values()) abortAttempt(live)
}

/** The last facts, from what was committed: observers see the run end as its journal leaves it. */
function tellWithoutStore(run: Run): void {
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
  const { failure } = run.dagContext
  run.outbox.close([...facts, { type: 'run.failed', ...(failure === undefined ? {} : { failure }) }])
}

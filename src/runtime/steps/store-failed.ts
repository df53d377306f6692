import type { Failure } from '../../../machines/outcome.ts'
import type { NewRunFact } from '../../events/facts.ts'
import { abortAttempt } from '../attempt/ask-executor.ts'
import type { Run } from '../run/run.ts'
import { finish } from './close-run.ts'

/** The store has refused facts. No effect of them is released; what is live is ended, and the run with it. */
export function storeFailed(run: Run, cause: unknown): void {
  const message = `The store failed: ${cause instanceof Error ? cause.message : String(cause)}`
  const failure: Failure = {
    code: 'STORE_FAILED',
    message,
    severity: 'critical',
    retryable: false,
    at: run.now,
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

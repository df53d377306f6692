import { thrownText } from '../../errors/foreign-value.ts'
import type { Failure } from '../../../machines/outcome.ts'
import type { Run } from '../run/run.ts'
import { finish } from './close-run.ts'

/** The store has refused facts. None of their effects is released, live attempts are ended, and the run fails. */
export function storeFailed(run: Run, cause: unknown): void {
  if (run.cutOff !== undefined) {
    finish(run)
    return
  }
  const message = `The store failed: ${thrownText(cause)}`
  const failure: Failure = {
    code: 'STORE_FAILED',
    message,
    severity: 'critical',
    retryable: false,
    at: run.now,
  }
  run.cutOff = failure
  if (run.isSettled) {
    // The effect that gives out the result is among those that were lost.
    finish(run)
    return
  }
  run.abort('store-failed', failure)
}

import type { RunEnding } from '../../../machines/dag.ts'
import type { Failure } from '../../../machines/outcome.ts'
import type { RunResult } from '../../events/run-result.ts'

/** How an item ended, as its source is told. */
export type ItemOutcome =
  | { readonly status: 'completed'; readonly output: unknown }
  | {
      readonly status: 'failed'
      /** `max retries exceeded` where no attempt is left; else the message of the failure. */
      readonly reason: string
      readonly failure: Failure
    }
  | { readonly status: 'killed'; readonly reason: string }
  /**
   * It is not decided, and nothing of it goes on here: a shutdown came first, or there was no room. It may be given again,
   * here or to somebody else.
   */
  | { readonly status: 'released'; readonly reason: string }

/** Somebody else has the item, and will tell its source. */
export interface HeldElsewhere {
  readonly status: 'held'
  readonly reason: string
}

/** It cannot be done. */
export interface RefusedItem {
  readonly status: 'refused'
  readonly failure: Failure
}

/** What became of the one task of a run. `endingOf` says why the run was ended early, if it was. */
export function outcomeOfItem(
  result: RunResult,
  id: string,
  endingOf: () => RunEnding | undefined,
): ItemOutcome | HeldElsewhere {
  const { failure: ofRun, reason = 'killed' } = result
  const outcome = result.outcomes[id]
  switch (outcome?.status) {
    case 'completed':
      return { status: 'completed', output: outcome.output }
    case 'failed': {
      const { failure, ignored, deadLettered } = outcome
      if (ignored) return { status: 'completed', output: undefined }
      return failure.code === 'CLAIM_FAILED' && !failure.retryable
        ? { status: 'held', reason: failure.message }
        : failed(failure, deadLettered || failure.retryable)
    }
    case 'killed':
    case 'skipped':
    case undefined: {
      if (ofRun !== undefined) {
        const isUnbegun = outcome?.status === 'skipped' && ofRun.code === 'STORE_FAILED'
        return isUnbegun ? { status: 'released', reason: ofRun.message } : failed(ofRun)
      }
      if (outcome?.status === 'skipped' && outcome.because === 'answered')
        return { status: 'killed', reason: 'the answer to its question was no' }
      const why = outcome?.status === 'killed' ? outcome.reason : reason
      // Of a run that is drained, what waits for a retry is killed. A person may have killed it before.
      return { status: why === reason && endingOf() === 'drained' ? 'released' : 'killed', reason: why }
    }
  }
}

/** `isSpent` says that no attempt is left. */
export function failed(failure: Failure, isSpent = failure.retryable): ItemOutcome {
  return { status: 'failed', reason: isSpent ? 'max retries exceeded' : failure.message, failure }
}

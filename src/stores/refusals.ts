import { DagmarError } from '../errors/dagmar-error.ts'
import type { Owner } from '../ports/store.ts'

/** Why a store refuses to open a journal or to append to it. The same in every store. */

export function fenced(runId: string): DagmarError {
  return new DagmarError('JOURNAL_FENCED', {
    message: `The journal of the run ${runId} was opened by somebody else: nothing more is written to it from here.`,
    hint: 'The run goes on where its journal was opened last.',
    facts: { runId },
  })
}

export function gap(runId: string, held: number, stray: number): DagmarError {
  return new DagmarError('JOURNAL_GAP', {
    message: `The journal of the run ${runId} ends at fact ${held}: what is appended to it has fact ${stray} out of place.`,
    facts: { runId, held, stray },
  })
}

export function runExists(runId: string): DagmarError {
  return new DagmarError('RUN_EXISTS', {
    message: `The store has a run '${runId}' already.`,
    hint: 'Give another id, or none.',
    facts: { runId },
  })
}

export function keyTaken(idempotencyKey: string, runId: string): DagmarError {
  return new DagmarError('KEY_TAKEN', {
    message: `The run ${runId} has the idempotency key '${idempotencyKey}' already.`,
    facts: { idempotencyKey, runId },
  })
}

export function runUnknown(runId: string): DagmarError {
  return new DagmarError('RUN_UNKNOWN', { message: `The store has no run '${runId}'.`, facts: { runId } })
}

/** `whose` names the owner, as in 'process 12'. */
export function runOwned(runId: string, owner: Owner, whose: string): DagmarError {
  return new DagmarError('RUN_OWNED', {
    message: `The run ${runId} belongs to ${whose}, which is alive.`,
    hint: 'Take it over, or end that first.',
    facts: { runId, owner },
  })
}

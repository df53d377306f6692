import type { NobodyFor, Want } from '../../agents/consider.ts'
import { refusedInWords } from '../../events/refusals-in-words.ts'
import type { ReadAgents } from './agent-options.ts'
import type { FailedClaim, RefusedTask } from './place-task.ts'

/** The wait after the first dispatch attempt. Each further one is twice as long. */
const firstWaitMs = 5_000

type Options = Pick<ReadAgents, 'maxAttempts' | 'onNoAgent' | 'onQuotaExceeded'>

/** True where a task that nobody can have waits for agents to change, which costs nothing. */
export function mayWait(want: Want, { onNoAgent, onQuotaExceeded }: Options): boolean {
  if (want === 'quota') return onQuotaExceeded === 'wait'
  return want === 'full' || (want === 'nobody' && onNoAgent === 'wait')
}

/** What follows for a task that nobody can have. */
export function refusalFor(
  nobody: NobodyFor,
  dispatchAttempts: number,
  options: Options,
  at: number,
): RefusedTask {
  const { want, considered } = nobody
  const known = {
    type: typeOf[want],
    want,
    considered,
    failure: { code: codeOf[want], message: messageOf(nobody), retryable: false },
  }
  if (mayWait(want, options)) return { ...known, attempt: undefined }
  // Nobody else will come for a task that has spent too much of everybody.
  const most = want === 'spent' ? 1 : options.maxAttempts
  return { ...known, attempt: dispatchAttemptOf(dispatchAttempts, most, at) }
}

/** What follows for a task that could not be claimed. Nobody gives back what has ended. */
export function claimRefusal(
  claim: FailedClaim,
  dispatchAttempts: number,
  { maxAttempts }: Pick<Options, 'maxAttempts'>,
  at: number,
): RefusedTask {
  const { agentId, why, message } = claim
  return {
    type: 'dispatch.claim-failed',
    claim,
    considered: [{ agentId, why: 'not claimed' }],
    // Where nobody knows who has it, others may not have it either.
    failure: { code: 'CLAIM_FAILED', message, retryable: why === 'threw' || why === 'timeout' },
    attempt: dispatchAttemptOf(dispatchAttempts, why === 'ended' ? 1 : maxAttempts, at),
  }
}

/** With `most` 1 no other one follows. */
function dispatchAttemptOf(before: number, most: number, at: number): NonNullable<RefusedTask['attempt']> {
  const number = before + 1
  const last = Math.max(number, most)
  const retryAt = number >= most ? Number.POSITIVE_INFINITY : at + firstWaitMs * 2 ** before
  return { number, most: last, retryAt }
}

const typeOf: Readonly<Record<Want, RefusedTask['type']>> = {
  full: 'task.deferred',
  quota: 'dispatch.quota-exceeded',
  models: 'dispatch.quota-exceeded',
  spent: 'dispatch.no-agent',
  router: 'dispatch.no-agent',
  nobody: 'dispatch.no-agent',
}

const codeOf: Readonly<Record<Want, string>> = {
  full: 'NO_AGENT',
  quota: 'QUOTA_EXCEEDED',
  models: 'QUOTA_EXCEEDED',
  spent: 'ALLOWANCE_EXCEEDED',
  router: 'ROUTER_FAILED',
  nobody: 'NO_AGENT',
}

function messageOf({ considered, fault }: NobodyFor): string {
  const each = considered.length === 0 ? 'none is registered' : refusedInWords(considered)
  return `No agent can do it: ${fault === undefined ? each : `${fault} (${each})`}.`
}

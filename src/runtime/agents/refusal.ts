import type { NobodyFor, Want } from '../../agents/consider.ts'
import { refusedInWords } from '../../agents/refusals-in-words.ts'
import type { RefusedTask } from './place-task.ts'

/** The wait after the first dispatch attempt. Each further one is twice as long. */
const firstWaitMs = 5_000

/** What follows for a task that nobody can have. Without `most` it waits for agents to change, which costs nothing. */
export function refusalFor(
  nobody: NobodyFor,
  dispatchAttempts: number,
  most: number | undefined,
  at: number,
): RefusedTask {
  const { want, considered } = nobody
  const known = {
    type: typeOf[want],
    considered,
    failure: { code: codeOf[want], message: messageOf(nobody) },
  }
  if (most === undefined) return { ...known, attempt: undefined }
  const number = dispatchAttempts + 1
  // Nobody else will come for a task that has spent too much of everybody.
  const last = want === 'spent' ? number : most
  const retryAt = number >= last ? Number.POSITIVE_INFINITY : at + firstWaitMs * 2 ** dispatchAttempts
  return { ...known, attempt: { number, most: last, retryAt } }
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

import type { Failure, FailureAnswer } from './outcome.ts'
import type { TaskContext, TaskEvent } from './task-context.ts'

/** What a guard or an action gets. */
export interface Args {
  readonly context: TaskContext
  readonly event: TaskEvent
}

/** The sentences of the failures that the machine itself finds. */
const stopFailures = {
  timeout: { code: 'ATTEMPT_TIMEOUT', message: 'The attempt ran longer than its timeout.' },
  'start-timeout': { code: 'START_TIMEOUT', message: 'The executor did not start the attempt in time.' },
  stall: { code: 'ATTEMPT_STALLED', message: 'The attempt gave no sign of work for too long.' },
  overrun: { code: 'ALLOWANCE_EXCEEDED', message: 'The attempt used more than its agent may spend.' },
  'agent-gone': { code: 'AGENT_GONE', message: 'The agent of the attempt has deregistered.' },
  'claim-lost': { code: 'CLAIM_FAILED', message: 'Another coordinator has claimed the task of the attempt.' },
} as const

/** The failure that counts: the reported one, or the reason why the attempt is being ended. */
export function failureOf({ context, event }: Args): Failure | undefined {
  const stopped = context.stopReason
  if (stopped === undefined || stopped === 'kill')
    return event.type === 'attempt.failed' || event.type === 'task.refuse' ? event.failure : undefined
  return { ...stopFailures[stopped], severity: context.policy.severity, retryable: true, at: event.at }
}

/** True for a task that waits to be granted. */
export const isGrantable = ({ context: { waitingFor } }: { readonly context: TaskContext }): boolean =>
  waitingFor === 'grant' || waitingFor === 'capacity' || waitingFor === 'claim'

/** True where nobody could be found to do it for the last time. */
export const isLastRefusal = ({ context, event }: Args): boolean =>
  event.type === 'task.refuse' && isGrantable({ context }) && context.dispatchAttempts + 1 >= event.most

/** True for an event about the latest attempt. */
export const isCurrent = ({ context, event }: Args): boolean =>
  'attempt' in event && event.attempt === context.attempt

/** True for this answer to what is asked about the task's failure. */
export const isDecision = (context: TaskContext, event: TaskEvent, answer: FailureAnswer): boolean =>
  event.type === 'task.answer' && context.waitingFor === 'answer' && event.answer === answer

/** A critical failure ends the run, so nobody is asked about it. */
export const mayAsk = ({ context }: Args, failure: Failure): boolean =>
  context.policy.onFailure === 'ask' && failure.severity !== 'critical'

/** True while another attempt may follow. */
export const mayRetry = ({ context }: Args, failure: Failure): boolean =>
  failure.retryable && context.attemptsUsed < context.policy.maxAttempts

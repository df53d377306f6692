import { expect } from 'vitest'
import type { TaskContext, TaskState } from '../../machines/index.ts'
import { tableOf } from './readme-tables.ts'

const table = tableOf('field')
const never = Number.POSITIVE_INFINITY

/** The lengths that instants are counted from: `set` means Infinity where the length is. */
const lengths = {
  startBy: 'startTimeoutMs',
  timeoutAt: 'timeoutMs',
  stallAt: 'stallAfterMs',
  graceAt: 'stallGraceMs',
  forceAt: 'killGraceMs',
} as const

/** Whether a field holds what its cell in machines/README.md says. */
function agrees(context: TaskContext, field: string, cell: string): boolean {
  const held = context[field as keyof TaskContext]
  const value = Array.isArray(held) ? held.length : held
  switch (cell) {
    case 'set':
      if (field in lengths) {
        const length = context.policy[lengths[field as keyof typeof lengths]]
        return Number.isFinite(length) ? Number.isFinite(value) : value === never
      }
      return value !== undefined && value !== ''
    case 'may be':
      return true
    case '∞':
      return value === never
    case '–':
      return value === undefined
    case 'empty':
      return value === ''
    case 'false':
      return value === false
    case '0':
      return value === 0
    case '≥ 0':
    case '≥ 1':
      return Number.isInteger(value) && (value as number) >= Number(cell.slice(2))
    default:
      return value === cell
  }
}

/** Everything that machines/README.md says of the fields of a task in that state. */
export function expectBooksToHold(state: TaskState, context: TaskContext): void {
  const broken = [...table]
    .filter(([field, cells]) => !agrees(context, field, cells.get(state)!))
    .map(([field, cells]) => `${field} in ${state} is not "${cells.get(state)}"`)
  expect(broken.concat(brokenAcross(context))).toEqual([])
}

/** The list below the table: what holds between fields. */
function brokenAcross(context: TaskContext): string[] {
  const { state, policy, waitingFor, failure, stopReason } = context
  const rules: readonly (readonly [string, boolean])[] = [
    [
      'attemptsUsed is at most attempt and maxAttempts',
      context.attemptsUsed <= context.attempt && context.attemptsUsed <= policy.maxAttempts,
    ],
    [
      'retryAt is set exactly while it waits for a retry',
      state !== 'dispatched' || (waitingFor === 'retry') === Number.isFinite(context.retryAt),
    ],
    [
      'the failure is there while it waits for a retry or an answer',
      (waitingFor !== 'retry' && waitingFor !== 'answer') || failure !== undefined,
    ],
    [
      'in dispatched a question is open exactly while it waits for an answer',
      state !== 'dispatched' || (waitingFor === 'answer') === (context.openQuestions.length === 1),
    ],
    [
      'stallAt is off exactly while a question is open',
      state !== 'running' ||
        Number.isFinite(context.stallAt) ===
          (context.openQuestions.length === 0 && Number.isFinite(policy.stallAfterMs)),
    ],
    ['a kill has its reason', (stopReason === 'kill') === (context.killReason !== '')],
    ['killed is by a kill', (state === 'killed') <= (stopReason === 'kill')],
    ['failed is not by a kill', state !== 'failed' || stopReason !== 'kill'],
    [
      'failed waits for an answer exactly when one decided',
      state !== 'failed' || (waitingFor === 'answer') === (context.answer !== undefined),
    ],
    [
      'abandoned after a timeout is ATTEMPT_ABANDONED',
      state !== 'failed' || context.abandoned === (failure?.code === 'ATTEMPT_ABANDONED'),
    ],
    [
      'abandoned only after force, where there is one',
      !context.abandoned || context.forced === context.forceable,
    ],
    [
      'ignored is by onFailure or by a person',
      !context.ignored || policy.onFailure === 'ignore' || context.answer === 'ignore',
    ],
    ['no critical failure is ignored', !context.ignored || failure?.severity !== 'critical'],
  ]
  return rules.filter(([, holds]) => !holds).map(([rule]) => rule)
}

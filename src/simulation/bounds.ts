import type { Failure } from '../../machines/outcome.ts'
import type { PlannedTask } from '../graph/plan.ts'
import type { RunResult } from '../events/run-result.ts'
import { listed } from '../text/listed.ts'
import { showMs } from '../time/show-ms.ts'
import type { Chains } from './chains.ts'
import type { Limit, LimitUse } from './limits.ts'
import type { Recorder } from './recorder.ts'

/** A lower bound for the length of a run, because of one thing. */
export interface Bound {
  readonly by: 'critical-path' | Limit
  /** What no schedule of these attempts can beat. */
  readonly leastMs: number
  /**
   * How long tasks waited for it, all together. A task that waits counts for the first thing that it lacks: a slot, a
   * pool, its executor, an agent.
   */
  readonly queuedMs: number
  /** How much of it there is. Not for the critical path. */
  readonly amount?: number
}

export interface BoundParts {
  readonly tasks: readonly PlannedTask[]
  readonly chains: Chains
  readonly recorder: Recorder
  readonly uses: readonly LimitUse[]
}

/**
 * The bounds, the highest first: the critical path, and each limit that is used by some task and finite, or waited for all
 * the same, as agents are that may spend nothing more.
 */
export function boundsOf({ tasks, chains, recorder, uses }: BoundParts): readonly Bound[] {
  const chain: Bound = { by: 'critical-path', leastMs: chains.longest.length, queuedMs: 0 }
  const limits = uses
    .filter(
      ({ amount, amountOf, queuedMs }) =>
        (Number.isFinite(amount) || queuedMs > 0) && tasks.some((task) => amountOf(task) > 0),
    )
    .map(({ limit, amount, amountOf, queuedMs }): Bound => {
      const users = usersOf(amountOf, { tasks, chains, recorder })
      return { by: limit, leastMs: leastFor(users, amount), queuedMs, amount }
    })
  return [chain, ...limits].toSorted((a, b) => b.leastMs - a.leastMs)
}

/**
 * A task that holds some of a limit: the amount × time that it holds, and the chains that must come before and after
 * it.
 */
interface User {
  readonly work: number
  readonly before: number
  readonly behind: number
}

function usersOf(
  amountOf: LimitUse['amountOf'],
  { tasks, chains, recorder }: Omit<BoundParts, 'uses'>,
): readonly User[] {
  return tasks.flatMap((task): User[] => {
    const { index } = task
    const busyMs = recorder.attempts[index]!.reduce((sum, { startAt, endAt }) => sum + endAt - startAt, 0)
    const work = busyMs * amountOf(task)
    return work === 0 ? [] : [{ work, before: chains.before[index]!, behind: chains.behind[index]! }]
  })
}

/**
 * The lower bound that a limit sets for tasks that share it: the shortest chain before any of them, then all their work
 * at full use of the limit, then the shortest chain after any of them. Taken over several sets of them (those with the
 * longest chains before them, those with the longest after), and the highest result counts.
 */
function leastFor(users: readonly User[], amount: number): number {
  const late = mostOver(
    users.toSorted((a, b) => b.before - a.before),
    amount,
  )
  const early = mostOver(
    users.toSorted((a, b) => b.behind - a.behind),
    amount,
  )
  return Math.max(late, early)
}

function mostOver(users: readonly User[], amount: number): number {
  let [most, work, before, behind] = [0, 0, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  for (const user of users) {
    work += user.work
    before = Math.min(before, user.before)
    behind = Math.min(behind, user.behind)
    most = Math.max(most, before + work / amount + behind)
  }
  return most
}

/** How and when a run has ended. */
export type Ending = Pick<RunResult, 'status'> & {
  readonly makespanMs: number
  readonly failure?: Failure | undefined
}

/**
 * A sentence that says what bounds a makespan, how far it is from that, and what tasks have waited for. For a run that
 * did not complete, it says how it ended in place of the bound.
 */
export function sentenceOf(ending: Ending, bounds: readonly Bound[]): string {
  const { status, makespanMs } = ending
  if (status === 'completed' && makespanMs === 0) return 'Nothing takes any time.'
  const waits = bounds
    .filter(({ queuedMs }) => queuedMs > 0)
    .map((bound) => `${showMs(bound.queuedMs)} for ${nameOf(bound.by, bound.amount)}`)
  const queued =
    waits.length === 0 ? 'Tasks waited for nothing else.' : `Tasks waited in all ${waits.join(', ')}.`
  return `${status === 'completed' ? boundText(makespanMs, bounds[0]!) : endText(ending)} ${queued}`
}

function boundText(makespanMs: number, { by, amount, leastMs }: Bound): string {
  const what = by === 'critical-path' ? 'The critical path' : `The work for ${nameOf(by, amount)}`
  const restMs = makespanMs - leastMs
  if (restMs < 1) return `${what} bounds it: no schedule is shorter.`
  if (showMs(leastMs) === showMs(makespanMs)) {
    return `${what} bounds it: it takes ${showMs(restMs)} more than any schedule must take.`
  }
  return `${what} bounds it: no schedule is shorter than ${showMs(leastMs)}, which this one exceeds by ${showMs(restMs)}.`
}

function endText({ status, makespanMs, failure }: Ending): string {
  if (failure?.code === 'RUN_TIMEOUT') return `Its timeout ended it after ${showMs(makespanMs)}.`
  const when = failure === undefined && status === 'failed' ? 'ended' : 'ended early,'
  return `It ${when} as ${status} after ${showMs(makespanMs)}: how long a run that completes takes is not known.`
}

function nameOf(by: Bound['by'], amount = 0): string {
  if (by === 'critical-path') return 'the critical path'
  if (by === 'slots') return amount === 1 ? 'the one slot' : `the ${amount} slots`
  if ('agents' in by) {
    const room = Number.isFinite(amount) ? ` (${amount} at once)` : ''
    return `the ${by.agents.length === 1 ? 'agent' : 'agents'} ${listed(by.agents)}${room}`
  }
  return 'pool' in by ? `the pool ${by.pool} (${amount})` : `the executor ${by.executor} (${amount} at once)`
}

import type { PlannedTask } from '../graph/plan.ts'
import { showMs } from '../time/duration.ts'
import type { Chains } from './chains.ts'
import { amountUsed, type Limit, type LimitUse } from './limits.ts'
import type { Recorder } from './recorder.ts'

/** What a run cannot be shorter than because of one thing. */
export interface Bound {
  readonly by: 'critical-path' | Limit
  /** What no schedule of these attempts can beat. */
  readonly leastMs: number
  /** How long tasks waited for it in all: each for the first thing that it lacked, of slot, pools and executor. */
  readonly queuedMs: number
  /** How much there is of it; not for the critical path. */
  readonly amount?: number
}

export interface BoundParts {
  readonly tasks: readonly PlannedTask[]
  readonly chains: Chains
  readonly recorder: Recorder
  readonly uses: readonly LimitUse[]
}

/** The highest first; the critical path always, a limit when tasks have waited for it. */
export function boundsOf({ tasks, chains, recorder, uses }: BoundParts): readonly Bound[] {
  const chain: Bound = { by: 'critical-path', leastMs: chains.longest.length, queuedMs: 0 }
  const limits = uses
    .filter(({ queuedMs }) => queuedMs > 0)
    .map(({ limit, amount, queuedMs }): Bound => {
      const users = usersOf(limit, { tasks, chains, recorder })
      return { by: limit, leastMs: leastFor(users, amount), queuedMs, amount }
    })
  return [chain, ...limits].toSorted((a, b) => b.leastMs - a.leastMs)
}

/** A task that holds some of a limit: the amount × time of it, and what must come before and behind. */
interface User {
  readonly work: number
  readonly before: number
  readonly behind: number
}

function usersOf(limit: Limit, { tasks, chains, recorder }: Omit<BoundParts, 'uses'>): readonly User[] {
  return tasks.flatMap((task): User[] => {
    const { index } = task
    const busyMs = recorder.attempts[index]!.reduce((sum, { startAt, endAt }) => sum + endAt - startAt, 0)
    const work = busyMs * amountUsed(task, limit)
    return work === 0 ? [] : [{ work, before: chains.before[index]!, behind: chains.behind[index]! }]
  })
}

/**
 * Some tasks share a limit: none begins before the shortest chain that leads to one of them, then comes their work at
 * full use of the limit, then the shortest chain behind one of them. The most of this over the tasks with the longest
 * chains before them, and over those with the longest behind.
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

/** What bounds a makespan, how far it is from that, and what tasks have waited for. */
export function sentenceOf(makespanMs: number, bounds: readonly Bound[]): string {
  if (makespanMs === 0) return 'Nothing takes any time.'
  const { by, amount, leastMs } = bounds[0]!
  const what = by === 'critical-path' ? 'The critical path' : `The work for ${nameOf(by, amount)}`
  const restMs = makespanMs - leastMs
  const far =
    restMs * 1_000 < makespanMs
      ? 'no schedule is shorter'
      : `no schedule is shorter than ${showMs(leastMs)}, which this one exceeds by ${showMs(restMs)}`
  const waits = bounds
    .filter(({ queuedMs }) => queuedMs > 0)
    .map((bound) => `${showMs(bound.queuedMs)} for ${nameOf(bound.by, bound.amount)}`)
  const queued =
    waits.length === 0 ? 'Tasks waited for nothing else.' : `Tasks waited in all ${waits.join(', ')}.`
  return `${what} bounds it: ${far}. ${queued}`
}

function nameOf(by: Bound['by'], amount = 0): string {
  if (by === 'critical-path') return 'the critical path'
  if (by === 'slots') return amount === 1 ? 'the one slot' : `the ${amount} slots`
  return 'pool' in by ? `the pool ${by.pool} (${amount})` : `the executor ${by.executor} (${amount} at once)`
}

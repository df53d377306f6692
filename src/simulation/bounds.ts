import { showMs } from '../time/duration.ts'
import type { Limit, LimitBooks, LimitUse } from './limits.ts'

/** What a run cannot be shorter than because of one thing. */
export interface Bound {
  readonly by: 'critical-path' | Limit
  /** What no schedule of these attempts can beat. */
  readonly leastMs: number
  /** How long tasks waited for it in all: each for the first thing that it lacked, of slot, pools and executor. */
  readonly queuedMs: number
  /** How much there is of it. */
  readonly amount?: number
}

/** The highest first; the critical path always, a limit when tasks have waited for it. */
export function boundsOf(criticalPathMs: number, { uses }: LimitBooks): readonly Bound[] {
  const chain: Bound = { by: 'critical-path', leastMs: criticalPathMs, queuedMs: 0 }
  const limits = uses.filter(({ queuedMs }) => queuedMs > 0).map(boundBy)
  return [chain, ...limits].toSorted((a, b) => b.leastMs - a.leastMs)
}

function boundBy({ limit, amount, heldMs, queuedMs }: LimitUse): Bound {
  return { by: limit, leastMs: heldMs / amount, queuedMs, amount }
}

/** What bounds a makespan, and how far it is from that. */
export function sentenceOf(makespanMs: number, bounds: readonly Bound[]): string {
  const [highest] = bounds as readonly [Bound, ...Bound[]]
  const waits = bounds
    .filter(({ queuedMs }) => queuedMs > 0)
    .map(({ by, amount, queuedMs }) => `${showMs(queuedMs)} for ${nameOf(by, amount)}`)
  const queued =
    waits.length === 0
      ? 'no task waited for anything but its dependencies'
      : `tasks waited ${waits.join(', ')}`
  if (makespanMs === 0) return 'Nothing takes any time.'
  const rest = makespanMs - highest.leastMs
  const far = rest * 1_000 < makespanMs ? '' : `, ${showMs(rest)} less than the run takes`
  switch (highest.by) {
    case 'critical-path':
      return `The critical path bounds it, with ${showMs(highest.leastMs)}${far}; ${queued}.`
    default: {
      const name = nameOf(highest.by, highest.amount)
      return `What bounds it is the work for ${name}, at least ${showMs(highest.leastMs)}${far}; ${queued}.`
    }
  }
}

/** `the 4 slots`, `the 2 of the pool gpu`, `the 3 places of the executor process`. */
function nameOf(by: Bound['by'], amount = 0): string {
  if (by === 'critical-path') return 'the critical path'
  if (by === 'slots') return amount === 1 ? 'the one slot' : `the ${amount} slots`
  return 'pool' in by ? `the pool ${by.pool} (${amount})` : `the executor ${by.executor} (${amount} at once)`
}

import type { Plan } from '../../graph/plan.ts'
import { optimisedRank } from '../../scheduling/optimise/optimised-rank.ts'
import type { Shared } from '../shared.ts'

/** Of runs with the same limits, all but the first have their list at once. */
const known = new WeakMap<Plan, Map<string, Int32Array>>()

/**
 * The order in which the run's ready tasks start, which stays as it is until the run is settled, redrives included: the
 * plan's own, or for `optimised` the list that is looked for now, for what the run may have at once if it is alone.
 */
export function rankOf(
  plan: Plan,
  options: { readonly concurrency: number; readonly pools: Readonly<Record<string, number>> },
  { admission, executors, clock }: Pick<Shared, 'admission' | 'executors' | 'clock'>,
): Int32Array {
  const { order, optimise: search, rank } = plan
  const slots = admission.slots.mostFor(options.concurrency)
  if (order !== 'optimised' || search === undefined || slots === 0) return rank
  const limits = {
    slots,
    pools: [options.pools, admission.pools.pools.totals],
    capacities: Object.fromEntries(
      [...executors].flatMap(([name, { executor }]) =>
        Number.isFinite(executor.capacity ?? Number.NaN) ? [[name, executor.capacity!]] : [],
      ),
    ),
  }
  const byLimits = known.get(plan) ?? new Map<string, Int32Array>()
  known.set(plan, byLimits)
  const key = JSON.stringify([String(slots), limits.pools, limits.capacities])
  const found = byLimits.get(key) ?? optimisedRank(plan, limits, search, () => clock.now()).rank
  byLimits.set(key, found)
  return found
}

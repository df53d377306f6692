import type { Plan } from '../../graph/plan.ts'
import type { optimisedRank } from '../../scheduling/optimise/optimised-rank.ts'
import type { Shared } from '../shared.ts'

/** Loaded when the first run needs it: it is large, and few runs do. */
let searchForRank: typeof optimisedRank | undefined

/**
 * Resolves when the search for a list is loaded. Undefined where it is already, or where the plan wants none. A run's
 * books can be made only then.
 */
export function searchLoaded({ order, optimise }: Plan): Promise<void> | undefined {
  if (searchForRank !== undefined || order !== 'optimised' || optimise === undefined) return undefined
  return loadSearch()
}

async function loadSearch(): Promise<void> {
  const loaded = await import('../../scheduling/optimise/optimised-rank.ts')
  searchForRank = loaded.optimisedRank
}

/** A list is searched for once for each plan and set of limits. */
const known = new WeakMap<Plan, Map<string, Int32Array>>()

/**
 * The order in which the run's ready tasks start. It stays the same for the life of the run, redrives included. It is
 * the plan's own order or, for `optimised`, a list that is searched for now, as if the run were the only one.
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
  const found = byLimits.get(key) ?? searchForRank!(plan, limits, search, () => clock.now()).rank
  byLimits.set(key, found)
  return found
}

import { staticRank } from '../graph/critical-path.ts'
import type { OptimiseOptions } from '../graph/options.ts'
import { type Order, orders, type Plan } from '../graph/plan.ts'
import { readOptimise } from '../graph/read-optimise.ts'
import { readOneOf } from '../graph/read-values.ts'

/**
 * The plan with another order of ready tasks, or another search for the order `optimised`. Priorities come first in
 * every order. Options that are not given are not changed. Throws `CONFIG_INVALID` and `DURATION_INVALID`.
 */
export function withOrder<Outputs, Input>(
  plan: Plan<Outputs, Input>,
  order?: Order,
  optimise?: OptimiseOptions,
): Plan<Outputs, Input> {
  if (order === undefined && optimise === undefined) return plan
  const named = readOneOf(order ?? plan.order, 'order', orders)
  const search = readOptimise(optimise, plan.optimise)
  return Object.freeze({ ...plan, order: named, rank: staticRank(plan.tasks, named), optimise: search })
}

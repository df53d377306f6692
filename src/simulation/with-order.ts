import { staticRank } from '../graph/critical-path.ts'
import type { Order, Plan } from '../graph/plan.ts'
import { readOneOf } from '../graph/read-values.ts'
import { orders } from './orders.ts'

/** The plan with its ready tasks in another order; priorities come first in any. Throws `CONFIG_INVALID`. */
export function withOrder<Outputs, Input>(plan: Plan<Outputs, Input>, order: Order): Plan<Outputs, Input> {
  const named = readOneOf(order, 'order', orders)
  return Object.freeze({ ...plan, order: named, rank: staticRank(plan.tasks, named) })
}

import type { Order } from '../graph/plan.ts'

/** The orders that a simulation knows by name. */
export const orders: readonly Order[] = ['fifo', 'critical-path']

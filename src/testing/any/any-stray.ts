import type { Arbitrary } from 'fast-check'
import { fc } from '../law/fast-check.ts'

/** The types of reports that nobody waits for. */
export const strayTypes = ['started', 'rejected', 'heartbeat', 'completed', 'failed', 'ended'] as const

/** A report that nobody waits for. */
export interface StrayReport {
  /** When it comes. */
  readonly at: number
  /** The index of the task that it is about. */
  readonly task: number
  /** The attempt that it claims to be about. 1 is the first, 0 never existed. */
  readonly attempt: number
  readonly type: (typeof strayTypes)[number]
}

/** Indices are drawn below this number, and taken modulo the number of tasks, so that shrinking can leave out tasks. */
export const places = 840

/** A report that is late, doubled, out of order, or about an attempt that never existed. */
export function anyStray(withinMs = 300): Arbitrary<StrayReport> {
  return fc.record({
    at: fc.integer({ min: 0, max: withinMs }),
    task: fc.nat(places - 1),
    attempt: fc.integer({ min: 0, max: 3 }),
    type: fc.constantFrom(...strayTypes),
  })
}

import type { Arbitrary } from 'fast-check'
import { fc } from '../law/fast-check.ts'

/** What a report may be that nobody waits for. */
export const strayTypes = ['started', 'rejected', 'heartbeat', 'completed', 'failed', 'ended'] as const

/** A report that nobody waits for. */
export interface StrayReport {
  /** The instant it comes at. */
  readonly at: number
  /** The task it is about, by its place. */
  readonly task: number
  /** The attempt it claims to be of: 1 is the first; 0 never was. */
  readonly attempt: number
  readonly type: (typeof strayTypes)[number]
}

/** Places are drawn from this many, and then wrapped to the tasks there are: so tasks can be left out in shrinking. */
export const places = 840

/** A report that is late, doubled, out of order, or of an attempt that never was. */
export function anyStray(withinMs = 300): Arbitrary<StrayReport> {
  return fc.record({
    at: fc.integer({ min: 0, max: withinMs }),
    task: fc.nat(places - 1),
    attempt: fc.integer({ min: 0, max: 3 }),
    type: fc.constantFrom(...strayTypes),
  })
}

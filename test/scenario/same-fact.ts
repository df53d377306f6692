import type { RunFact } from '../../src/events/facts.ts'

/** True for the same fact, which a store and observers may be given as two objects. */
export function isSameFact(one: RunFact | undefined, other: RunFact | undefined): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other)
}

import { type AppendGroup, memoryStore, type RunFact, type Store } from 'dagmar'

/** A store in memory that appends as it is told. */
export function storeThat(append: Store['append']): Store {
  return { ...memoryStore(), append }
}

/** The facts of all groups of an append, in order. */
export function factsIn(groups: readonly AppendGroup[]): readonly RunFact[] {
  return groups.flatMap(({ facts }) => facts)
}

/** The answer that all groups of an append are safe. */
export function allSafe(groups: readonly AppendGroup[]): readonly undefined[] {
  return groups.map(() => undefined)
}

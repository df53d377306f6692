import type { RunFact } from '../../events/facts.ts'

/** The facts in groups, in the order in which these begin. */
export function groupedBy<Key>(
  facts: readonly RunFact[],
  keyOf: (fact: RunFact) => Key,
): ReadonlyMap<Key, readonly RunFact[]> {
  const groups = new Map<Key, RunFact[]>()
  for (const fact of facts) {
    const key = keyOf(fact)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [fact])
    else group.push(fact)
  }
  return groups
}

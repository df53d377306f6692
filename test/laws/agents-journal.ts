import type { AgentFact } from 'dagmar/agents'
import { memoryStore, type RunFact, type Store } from 'dagmar'
import { agentsJournal, type JournalledAgentFact } from '../../src/events/agent-facts.ts'

/** What came into a store, in order: facts of one journal, or that those of agents were trimmed. */
export type Written =
  | { readonly runId: string; readonly facts: readonly RunFact[] }
  | { readonly trimmed: number }

/** A store that notes what each append brings to each journal, with the agents' first or last. */
export function noting(written: Written[], isAgentsFirst = true): Store {
  const inner = memoryStore()
  return {
    ...inner,
    append: (groups) => {
      const of = groups.map(({ journal, facts }) => ({ runId: journal.runId, facts }))
      written.push(...of.toSorted((a, b) => rank(a.runId, isAgentsFirst) - rank(b.runId, isAgentsFirst)))
      return inner.append(groups)
    },
    trim: (journal, upTo) => {
      written.push({ trimmed: upTo })
      return inner.trim!(journal, upTo)
    },
  }
}

const rank = (runId: string, isAgentsFirst: boolean): number =>
  (runId === agentsJournal) === isAgentsFirst ? 0 : 1

/** A store with what is left of that: each group is whole, or not there. */
export function left(written: readonly Written[]) {
  const store = memoryStore()
  const factsOf = (wanted: string): readonly RunFact[] =>
    written.flatMap((one) => ('facts' in one && one.runId === wanted ? one.facts : []))
  const trimmed = written.findLast((one) => 'trimmed' in one)?.trimmed ?? 0
  for (const runId of new Set(written.flatMap((one) => ('runId' in one ? [one.runId] : [])))) {
    const journal = store.create(runId, { id: 'dead' })
    void store.append([{ journal, facts: factsOf(runId) }])
    if (runId === agentsJournal && trimmed > 0) void store.trim!(journal, trimmed)
    void store.release(journal)
  }
  return { store, run: factsOf('run'), agents: toldOf(factsOf(agentsJournal)) }
}

/** The facts about agents that somebody was told. */
export function toldOf(facts: readonly unknown[]): readonly AgentFact[] {
  return (facts as readonly JournalledAgentFact[]).filter((fact) => fact.type !== 'agents.summed')
}

/** The store, as one that drops nothing. */
export function untrimmed(store: Store): Store {
  const other: { trim?: unknown } = { ...store }
  delete other.trim
  return other as Store
}

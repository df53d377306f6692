import type { AgentProfile } from '../../../machines/agent.ts'
import type { Allowance } from '../../agents/allowance.ts'
import type { AllowanceOptions } from '../../agents/limits.ts'
import { type AgentFact, agentsJournal } from '../../events/agent-facts.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import type { Journal, Owner, Store } from '../../ports/store.ts'

/** What a store says of an agent that had registered and not gone. */
export interface KnownAgent {
  readonly id: string
  readonly profile: AgentProfile
  readonly allowance: AllowanceOptions
  /** The last instant at which anything was told of it, epoch ms. */
  readonly lastSignAt: number
}

/** Opens the journal of the facts about agents, and reads it. Rejects with what the store throws. */
export async function openAgents(
  store: Store,
  owner: Owner,
): Promise<{ readonly journal: Journal; readonly facts: readonly AgentFact[] }> {
  const journal = opened(store, owner)
  if (journal.lastSeq === 0) return { journal, facts: [] }
  return { journal, facts: (await store.read(agentsJournal)) as unknown as readonly AgentFact[] }
}

function opened(store: Store, owner: Owner): Journal {
  try {
    return store.open(agentsJournal, owner)
  } catch (thrown) {
    if (!(thrown instanceof DagmarError) || thrown.code !== 'RUN_UNKNOWN') throw thrown
    return store.create(agentsJournal, owner)
  }
}

/** Charges the allowance with what was used, and returns the agents that were there. */
export function restoreAgents(facts: readonly AgentFact[], allowance: Allowance): readonly KnownAgent[] {
  const known = new Map<string, KnownAgent>()
  for (const fact of facts) {
    const { agentId: id, at: lastSignAt } = fact
    if (fact.type === 'usage.recorded') allowance.apply(fact)
    else if (fact.type === 'agent.deregistered') known.delete(id)
    else if (fact.type === 'agent.registered') {
      const { capabilities, maxLoad, ttlMs = Number.POSITIVE_INFINITY } = fact
      const profile = { capabilities, maxLoad, ttlMs }
      known.set(id, { id, profile, allowance: fact.allowance ?? {}, lastSignAt })
    } else if (fact.type === 'agent.available' || fact.type === 'agent.busy') {
      const agent = known.get(id)
      if (agent !== undefined) known.set(id, { ...agent, lastSignAt })
    }
  }
  return [...known.values()]
}

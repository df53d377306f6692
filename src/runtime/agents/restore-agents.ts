import type { AgentProfile } from '../../../machines/agent.ts'
import { defaultIdleMs, type StayPolicy } from '../../agents/sessions.ts'
import { type AllowanceOptions, readLimits } from '../../agents/limits.ts'
import { type AgentFact, agentsJournal } from '../../events/agent-facts.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import type { Journal, Owner, Store } from '../../ports/store.ts'
import type { AgentBooks } from './standing.ts'

/** What a store says of an agent that had registered and not gone. */
interface KnownAgent {
  readonly id: string
  readonly profile: AgentProfile
  /** Its allowance. */
  readonly given: AllowanceOptions
  readonly stay: StayPolicy
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

/**
 * Brings back who was there, what was used and which sessions there were. Nothing is at work any more. With `onlyListed`,
 * whoever has not registered in this life has gone.
 */
export function restoreAgents(
  facts: readonly AgentFact[],
  books: AgentBooks,
  onlyListed: boolean,
  at: number,
): void {
  const { registry, allowance, sessions, allowances } = books
  const limited = new Set(allowance.agentIds)
  for (const { id, profile, given, stay, lastSignAt } of knownFrom(facts, books)) {
    if (!limited.has(id)) {
      allowance.setLimits(id, readLimits(given, 'allowance'))
      allowances.set(id, given)
    }
    if (registry.get(id) !== undefined) continue
    registry.restore(id, profile, lastSignAt)
    if (onlyListed) registry.deregister(id, at)
    else sessions.setPolicy(id, stay)
  }
  allowance.hush()
  for (const job of allowance.open) allowance.settle(job, 'failed', at)
  sessions.restored(at)
}

/** Charges the allowance with what was used, has sessions as they were, and returns the agents that were there. */
function knownFrom(facts: readonly AgentFact[], { allowance, sessions }: AgentBooks): readonly KnownAgent[] {
  const known = new Map<string, KnownAgent>()
  for (const fact of facts) {
    const { agentId: id, at: lastSignAt } = fact
    if (fact.type === 'usage.recorded') allowance.apply(fact)
    else if ('sessionId' in fact) sessions.apply(fact, lastSignAt)
    else if (fact.type === 'agent.deregistered') known.delete(id)
    else if (fact.type === 'agent.registered') {
      const { capabilities, maxLoad, ttlMs = Number.POSITIVE_INFINITY } = fact
      const profile = { capabilities, maxLoad, ttlMs }
      const { keep = false, idleMs = keep ? Number.POSITIVE_INFINITY : defaultIdleMs } = fact
      known.set(id, { id, profile, given: fact.allowance ?? {}, stay: { keep, idleMs }, lastSignAt })
    } else if (fact.type === 'agent.available' || fact.type === 'agent.busy') {
      const agent = known.get(id)
      if (agent !== undefined) known.set(id, { ...agent, lastSignAt })
    }
  }
  return [...known.values()]
}

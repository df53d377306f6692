import type { AgentProfile } from '../../../machines/agent.ts'
import { defaultIdleMs, type StayPolicy } from '../../agents/sessions.ts'
import { type AllowanceOptions, readLimits } from '../../agents/limits.ts'
import { type AttemptEnd, attemptEnd } from '../../agents/attempt-end.ts'
import { jobKey } from '../../agents/allowance.ts'
import { readAgentFacts } from '../../agents/summing.ts'
import {
  type AgentFact,
  type AgentJob,
  agentsJournal,
  type JobEnd,
  type JournalledAgentFact,
} from '../../events/agent-facts.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import type { Journal, Owner, Store } from '../../ports/store.ts'
import type { DeskHost } from '../admission/agent-desk.ts'
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

/** What a store has of agents. */
export interface KeptAgents {
  readonly journal: Journal
  readonly journalled: readonly JournalledAgentFact[]
  /** Those that count, in order. */
  readonly facts: readonly AgentFact[]
  /** How the attempts that are not over by these facts ended by the journals of their runs, by `jobKey`. */
  readonly ends: ReadonlyMap<string, AttemptEnd>
}

/** Opens the journal of the facts about agents, and reads it. Rejects with what the store throws. */
export async function openAgents(store: Store, owner: Owner): Promise<KeptAgents> {
  const journal = opened(store, owner)
  if (journal.lastSeq === 0) return { journal, journalled: [], facts: [], ends: new Map() }
  const journalled = (await store.read(agentsJournal)) as unknown as readonly JournalledAgentFact[]
  const { kept, after } = readAgentFacts(journalled)
  const facts = [...kept, ...after]
  return { journal, journalled, facts, ends: await endsOf(openJobs(facts), store) }
}

/** Those whose reservation is told to have begun, and not to be over. */
function openJobs(facts: readonly AgentFact[]): readonly AgentJob[] {
  const open = new Map<string, AgentJob>()
  for (const fact of facts) {
    if (fact.type !== 'usage.recorded' || fact.of === 'reported') continue
    if (fact.of === 'started') open.set(jobKey(fact), fact)
    else open.delete(jobKey(fact))
  }
  return [...open.values()]
}

async function endsOf(jobs: readonly AgentJob[], store: Store): Promise<ReadonlyMap<string, AttemptEnd>> {
  const ends = new Map<string, AttemptEnd>()
  for (const runId of new Set(jobs.map((job) => job.runId))) {
    // A journal that cannot be read says nothing, and keeps no agent from working.
    const facts = await store.read(runId).catch(() => [])
    for (const job of jobs) {
      const end = job.runId === runId ? attemptEnd(facts, job) : undefined
      if (end !== undefined) ends.set(jobKey(job), end)
    }
  }
  return ends
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
 * Brings back who was there, what was used and which sessions there were. Attempts that were at work are over, but for
 * those that their executor may take over, which are returned. With `onlyListed`, whoever has not registered in this life
 * has gone.
 */
export function restoreAgents(
  { facts, ends }: Pick<KeptAgents, 'facts' | 'ends'>,
  books: AgentBooks,
  { onlyListed, executors }: { readonly onlyListed: boolean } & Pick<DeskHost, 'executors'>,
  at: number,
): readonly AgentJob[] {
  const { registry, allowance, sessions, allowances } = books
  const limited = new Set(allowance.agentIds)
  allowance.beginAnew()
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
  const goingOn: AgentJob[] = []
  for (const job of allowance.open) {
    const end = ends.get(jobKey(job)) ?? 'interrupted'
    if (typeof end !== 'object') endAttempt(job, end, books, at)
    else if (executors.get(end.executor ?? '')?.executor.adopt !== undefined) goingOn.push(job)
    else endAttempt(job, 'interrupted', books, at)
  }
  sessions.restored(at)
  return goingOn
}

/** The session of one that was interrupted waits for it. */
function endAttempt(
  job: AgentJob,
  end: JobEnd | 'interrupted',
  { allowance, sessions }: AgentBooks,
  at: number,
): void {
  allowance.settle(job, end === 'interrupted' ? 'failed' : end, at)
  if (end !== 'interrupted') sessions.end(job, end, at)
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

import type { AgentFact } from '../events/agent-facts.ts'
import { jobKey } from './allowance.ts'

/** The facts, in their order, that bring back who is there, what is reserved for and which sessions there are. */
export function stillCounting(facts: readonly AgentFact[]): readonly AgentFact[] {
  const agents = new Map<string, { readonly registered: AgentFact; sign?: AgentFact }>()
  const open = new Map<string, AgentFact>()
  const sessions = new Map<string, KeptSession>()
  for (const fact of facts) {
    const { agentId } = fact
    if (fact.type === 'agent.registered') agents.set(agentId, { registered: fact })
    else if (fact.type === 'agent.deregistered') agents.delete(agentId)
    else if (fact.type === 'agent.available' || fact.type === 'agent.busy') {
      const known = agents.get(agentId)
      if (known !== undefined) known.sign = fact
    } else if (fact.type === 'usage.recorded') {
      // What was reported is charged to a day that is over.
      if (fact.of === 'started') open.set(jobKey(fact), fact)
      else if (fact.of !== 'reported') open.delete(jobKey(fact))
    } else if ('sessionId' in fact) {
      const key = JSON.stringify([agentId, fact.sessionId])
      if (fact.type === 'session.opened') sessions.set(key, { opened: fact })
      else if (fact.type === 'session.closed') sessions.delete(key)
      else noteMove(sessions.get(key), fact)
    }
  }
  const kept = [
    ...[...agents.values()].flatMap(({ registered, sign }) => [registered, sign]),
    ...open.values(),
    ...[...sessions.values()].flatMap(({ opened, taken, freedForRun, freed }) => [
      opened,
      taken,
      freedForRun,
      freed,
    ]),
  ]
  return [...new Set(kept.filter((fact) => fact !== undefined))].toSorted((a, b) => a.seq - b.seq)
}

/** What says whose a session is, how it stands, and its turn among those of its run. */
interface KeptSession {
  readonly opened: AgentFact
  taken?: AgentFact
  freedForRun?: AgentFact
  freed?: AgentFact
}

function noteMove(session: KeptSession | undefined, fact: AgentFact): void {
  if (session === undefined) return
  if (fact.type === 'session.taken') session.taken = fact
  if (fact.type !== 'session.freed') return
  session.freed = fact
  if (fact.runId !== undefined) session.freedForRun = fact
}

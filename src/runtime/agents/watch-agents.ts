import { Observable } from 'rxjs'
import type { AgentFact } from '../../events/agent-facts.ts'
import type { ListedAgent } from './agents.ts'
import type { Desk } from './desk.ts'

/** What is told of agents to who looks at them. */
export type AgentsTold =
  | { readonly facts: readonly AgentFact[] }
  /** Agents as they are, with all that facts up to that number say. */
  | { readonly agents: readonly ListedAgent[]; readonly seq: number }

/** How often is looked for signs of agents, which are no facts, in milliseconds. */
const signsMs = 2_000

const mostAtOnce = 500

/**
 * The facts about agents that are held, the agents as they are, and from then on what happens: facts as they are told, and
 * every two seconds the agents that have given a sign. Changes nothing about the agents.
 */
export function watchAgents(desk: Desk): Observable<AgentsTold> {
  return new Observable((subscriber) => {
    const signs = new Map<string, number>()
    const standing = (): void => {
      const agents = desk.standing().filter(({ id, lastHeartbeatAt }) => signs.get(id) !== lastHeartbeatAt)
      if (agents.length === 0) return
      for (const { id, lastHeartbeatAt } of agents) signs.set(id, lastHeartbeatAt)
      subscriber.next({ agents, seq: desk.log.reached })
    }
    let timer: ReturnType<typeof setInterval> | undefined
    const begin = (): void => {
      if (subscriber.closed) return
      const { held } = desk.log
      for (let from = 0; from < held.length; from += mostAtOnce) {
        subscriber.next({ facts: held.slice(from, from + mostAtOnce) })
      }
      standing()
      subscriber.add(desk.log.events$.subscribe((fact) => subscriber.next({ facts: [fact] })))
      timer = setInterval(standing, signsMs)
      timer.unref()
    }
    const loaded = desk.loaded()
    if (loaded === undefined) begin()
    else void loaded.then(begin)
    return () => clearInterval(timer)
  })
}

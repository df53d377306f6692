import { DagmarError } from '../../errors/dagmar-error.ts'
import { type AgentsOptions, readAgent, readAgents } from './agent-options.ts'
import type { Agents } from './agents.ts'
import { Desk } from './desk.ts'

export type { AgentStatus } from '../../../machines/agent.ts'
export type { AllowanceOptions, OnOverrun } from '../../agents/limits.ts'
export type { AgentView } from '../../agents/registry.ts'
export { routeByLoad, type RoutedTask, type Router } from '../../agents/router.ts'
export type { SessionView } from '../../agents/sessions.ts'
export { memoryClaims } from '../../stores/claims/memory-claims.ts'
export type { AgentFact, AgentJob, AllowanceLimit, JobEnd, SessionEnd } from '../../events/agent-facts.ts'
export type { AgentOptions, AgentsOptions, DispatchAttemptOptions } from './agent-options.ts'
export type { RuntimeAgents } from '../admission/agent-desk.ts'
export type { Agents, AgentUsage, ListedAgent } from './agents.ts'
export type { ClosedSession, CloseSession } from './session-closer.ts'

/**
 * Agents for a runtime: who is there, who gets which task, and what they may spend. Tasks ask for them by `requires`,
 * `agent` and `fallback`; the work of a task is a handler or a command as ever, which finds out who has it by
 * `ctx.agent`. Throws `CONFIG_INVALID` and `DURATION_INVALID`.
 *
 * @example
 * ```ts
 * const team = agents({ list: [{ id: 'ada', capabilities: ['write'], allowance: { dailyTokens: 1_000_000 } }] })
 * const runtime = createRuntime({ agents: team })
 * ```
 */
export function agents(options: AgentsOptions = {}): Agents {
  const desk = new Desk(readAgents(options))
  return {
    register: (agent) => desk.register(readAgent(agent, 'agent')),
    deregister: (id) => {
      if (!desk.deregister(id)) throw agentUnknown(id)
    },
    heartbeat: (id) => {
      if (!desk.heartbeat(id)) throw agentUnknown(id)
    },
    list: () => desk.list(),
    usage: () => desk.usage(),
    events$: desk.log.events$,
    desk,
  }
}

function agentUnknown(agentId: string): DagmarError {
  return new DagmarError('AGENT_UNKNOWN', {
    message: `No agent '${agentId}' is registered.`,
    hint: 'Register it first.',
    facts: { agentId },
  })
}

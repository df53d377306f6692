import type { AgentNeed } from '../../graph/plan.ts'
import type { ReadAgent } from './agent-options.ts'

/** Whether a task may go to the agent: it has what the task requires, and may use its model. */
export function mayDo({ id, profile, limits }: ReadAgent, need: AgentNeed): boolean {
  const { requires, agent, fallback, model } = need
  if (agent !== undefined && agent !== id && !fallback.includes(id)) return false
  if (model !== undefined && limits.models !== undefined && !limits.models.has(model)) return false
  return requires.every((one) => profile.capabilities.includes(one))
}

/** The agent as one that gives signs as often as it has to. */
export function withoutTtl(agent: ReadAgent): ReadAgent {
  return { ...agent, profile: { ...agent.profile, ttlMs: Number.POSITIVE_INFINITY } }
}

import type { RefusedAgent } from './facts.ts'
import type { AgentsOfTask } from './task-view.ts'

/** The agents' part in what became of a task: who has had it, and who could not have it. */
export interface AgentsPart {
  /** Who has, or had, its latest attempt. */
  readonly agentId?: string
  /** Those whose earlier attempts have failed, in order. */
  readonly failedWith: readonly string[]
  /** Those that could not have it when it was refused last, each with the reason. */
  readonly considered: readonly RefusedAgent[]
}

export function agentsPart({ agentId, failedWith, considered }: AgentsOfTask): AgentsPart {
  return { ...(agentId === undefined ? {} : { agentId }), failedWith, considered }
}

/** Who has had the task: `by ada, then bob`. Undefined where nobody has. */
export function doersInWords({ agentId, failedWith }: AgentsPart): string | undefined {
  const doers = new Set(agentId === undefined ? failedWith : [...failedWith, agentId])
  return doers.size === 0 ? undefined : `by ${[...doers].join(', then ')}`
}

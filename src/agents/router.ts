import { priorities } from '../graph/options.ts'
import type { AgentView } from './registry.ts'

/** What a router gets to know of a task. */
export interface RoutedTask {
  readonly runId: string
  readonly taskId: string
  /** 100 for a critical task. */
  readonly priority: number
  readonly requires: readonly string[]
  readonly model: string | undefined
  /** The agents with which an attempt of this task has failed. */
  readonly failedWith: ReadonlySet<string>
  /** True for an agent with a session that the task would go on with. */
  readonly hasSession: (agentId: string) => boolean
}

/**
 * Picks the agent for a task, by its id, or nobody. It gets the agents that could have it now, in the order of
 * their ids, and is not asked where there are none. It must answer at once, change nothing, and answer the same for the
 * same agents. One that throws, or picks somebody who cannot take the task, costs the task a dispatch attempt.
 */
export type Router = (task: RoutedTask, agents: readonly AgentView[]) => string | undefined

/** Why an agent cannot take a task: it is offline, lacks a capability, or has as many attempts as it takes. */
export type Unfitness = 'offline' | 'incapable' | 'full'

/** Undefined for an agent that can take it. */
export function unfitnessOf(agent: AgentView, requires: readonly string[]): Unfitness | undefined {
  if (agent.status === 'offline') return 'offline'
  for (const capability of requires) if (!agent.capabilities.includes(capability)) return 'incapable'
  return agent.maxLoad > 0 && agent.load >= agent.maxLoad ? 'full' : undefined
}

/** How free an agent is: 1 for one that has nothing, or takes any number, and 0 for one that is full. */
export function scoreOf({ load, maxLoad }: AgentView): number {
  return maxLoad === 0 ? 1 : 1 - load / maxLoad
}

/**
 * The router of a runtime that is given none. Of those that can take the task it prefers the ones that have not failed it;
 * then the freest one, for a critical task the one with the fewest attempts; then one with a session that the task would
 * go on with; then the first by id.
 */
export const routeByLoad: Router = ({ priority, requires, failedWith, hasSession }, agents) => {
  const isCritical = priority >= priorities.critical
  let best: AgentView | undefined
  let bestRank = Number.NEGATIVE_INFINITY
  let hasBestFailed = true
  const isFirst = (a: AgentView, b: AgentView): boolean =>
    hasSession(a.id) === hasSession(b.id) ? a.id < b.id : hasSession(a.id)
  for (const agent of agents) {
    const rank = isCritical ? -agent.load : scoreOf(agent)
    const hasFailed = failedWith.size > 0 && failedWith.has(agent.id)
    const isBetter =
      best === undefined ||
      (hasFailed === hasBestFailed
        ? rank > bestRank || (rank === bestRank && isFirst(agent, best))
        : hasBestFailed)
    // Last, because it takes longest, and most are no better than one that was found before.
    if (!isBetter || unfitnessOf(agent, requires) !== undefined) continue
    best = agent
    bestRank = rank
    hasBestFailed = hasFailed
  }
  return best?.id
}

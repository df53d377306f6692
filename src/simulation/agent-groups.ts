import type { PlannedTask } from '../graph/plan.ts'
import type { ReadAgents } from '../runtime/agents/agent-options.ts'
import { mayDo } from '../runtime/agents/may-do.ts'

/** Tasks that may go to the same agents, and how many attempts these take at once. */
export interface AgentGroup {
  readonly ids: readonly string[]
  readonly amount: number
  /** The tasks that may go to all of these and nobody else, by index. */
  readonly own: ReadonlySet<number>
  /** The tasks that may go to some of these and nobody else. */
  readonly users: ReadonlySet<number>
}

/** The groups of agents that tasks may go to, in the order of the tasks. */
export function agentGroups(tasks: readonly PlannedTask[], { list }: ReadAgents): readonly AgentGroup[] {
  const idsOf = tasks.map(({ agent }) =>
    agent === undefined ? undefined : list.filter((one) => mayDo(one, agent)).map(({ id }) => id),
  )
  const groups = new Map<string, readonly string[]>()
  for (const ids of idsOf) if (ids !== undefined && ids.length > 0) groups.set(JSON.stringify(ids), ids)
  return [...groups.values()].map((ids) => {
    const members = new Set(ids)
    const amount = list.filter(({ id }) => members.has(id)).reduce((sum, agent) => sum + roomOf(agent), 0)
    const own = tasks.flatMap(({ index }) => (idsOf[index]?.join() === ids.join() ? [index] : []))
    const users = tasks.flatMap(({ index }) =>
      idsOf[index]?.every((id) => members.has(id)) === true && idsOf[index].length > 0 ? [index] : [],
    )
    return { ids, amount, own: new Set(own), users: new Set(users) }
  })
}

/** How many attempts an agent takes at once. */
export function roomOf({ profile, limits }: ReadAgents['list'][number]): number {
  return Math.min(profile.maxLoad === 0 ? Infinity : profile.maxLoad, limits.concurrentJobs)
}

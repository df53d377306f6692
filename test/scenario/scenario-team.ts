import { agents, type AgentOptions, type Agents } from 'dagmar/agents'
import type { TaskDefinition } from 'dagmar'
import type { Clock } from '../../src/time/clock.ts'

/** What a task asks of an agent. */
export interface Ask {
  readonly requires: readonly string[]
  readonly agent: string | undefined
  readonly fallback: readonly string[]
  /** How many tokens its attempts say that they use. */
  readonly uses: number
}

/** Who comes, gives a sign, or goes, and when. */
export interface TeamChange {
  readonly at: number
  readonly do: 'comes' | 'signs' | 'goes'
  readonly id: string
}

/** The agents of a scenario. */
export interface ScenarioTeam {
  readonly list: readonly AgentOptions[]
  readonly onNoAgent: 'retry' | 'wait'
  readonly onQuotaExceeded: 'retry' | 'wait'
  readonly changes: readonly TeamChange[]
  /** Of the task at each place; from the start again where there are more tasks. */
  readonly asks: readonly (Ask | undefined)[]
}

export const teamIds = ['ada', 'bob', 'cyd'] as const
export const teamSkills = ['read', 'write'] as const

/** The agents of a play, who come and go as the scenario says. */
export interface PlayedTeam {
  readonly agents: Agents
  /** From now on everybody is there, can do everything, and may spend anything. */
  readonly relieve: () => void
}

export function teamOf({ list, changes, ...dispatch }: ScenarioTeam, clock: Clock): PlayedTeam {
  const { onNoAgent, onQuotaExceeded } = dispatch
  const team = agents({ list, dispatch: { onNoAgent, onQuotaExceeded } })
  const profiles = new Map(list.map((agent) => [agent.id, agent]))
  for (const change of changes) {
    clock.setTimeout(() => {
      const isThere = team.list().some(({ id }) => id === change.id)
      if (change.do === 'comes') team.register(profiles.get(change.id) ?? { id: change.id })
      else if (change.do === 'signs' && isThere) team.heartbeat(change.id)
      else if (change.do === 'goes' && isThere) team.deregister(change.id)
    }, change.at)
  }
  return {
    agents: team,
    relieve: () => {
      for (const id of [...teamIds, 'nobody']) {
        team.register({ id, capabilities: teamSkills, maxLoad: 0, ttl: Number.POSITIVE_INFINITY })
      }
    },
  }
}

/** The team as it is when so much time has gone by. */
export function laterTeam(team: ScenarioTeam, elapsed: number): ScenarioTeam {
  const there = new Map(team.list.map((agent) => [agent.id, agent]))
  for (const { do: what, id } of team.changes.filter(({ at }) => at <= elapsed)) {
    if (what === 'goes') there.delete(id)
    else if (what === 'comes') there.set(id, team.list.find((agent) => agent.id === id) ?? { id })
  }
  const changes = team.changes
    .filter(({ at }) => at > elapsed)
    .map((change) => ({ ...change, at: change.at - elapsed }))
  return { ...team, list: [...there.values()], changes }
}

/** The options of the task at a place that are about agents. */
export function askOptions(
  team: ScenarioTeam | undefined,
  index: number,
): Pick<TaskDefinition, 'requires' | 'agent' | 'fallback'> {
  const ask = askAt(team, index)
  if (ask === undefined) return {}
  const { requires, agent, fallback } = ask
  return { requires, fallback, ...(agent === undefined ? {} : { agent }) }
}

export function askAt(team: ScenarioTeam | undefined, index: number): Ask | undefined {
  return team?.asks[index % team.asks.length]
}

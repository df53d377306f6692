import type { Plan } from '../graph/plan.ts'
import {
  type AgentOptions,
  type AgentsOptions,
  type ReadAgents,
  readAgents,
} from '../runtime/agents/agent-options.ts'
import { withoutTtl } from '../runtime/agents/may-do.ts'
import { roomOf } from './agent-groups.ts'
import type { SimulatedAttempt } from './recorder.ts'

/** The agents of a simulation. */
type GivenAgents = readonly AgentOptions[] | Pick<AgentsOptions, 'list' | 'router' | 'dispatch'>

/** What an agent did in a simulated run. */
export interface SimulatedAgent {
  readonly id: string
  readonly attempts: number
  /** How long its attempts took, together. */
  readonly busyMs: number
  /** The most attempts that it had at once. */
  readonly peakLoad: number
  /**
   * The share of its time that was used, 0 to 1: of as many attempts as it takes at once. Where that is any number, as many
   * count as it had at once.
   */
  readonly utilisation: number
}

/** Undefined where no task asks for one. Throws `CONFIG_INVALID` and `DURATION_INVALID`. */
export function readSimulatedAgents(
  { tasks }: Pick<Plan, 'tasks'>,
  given: GivenAgents,
): ReadAgents | undefined {
  const agents = readAgents(isList(given) ? { list: given } : given)
  if (tasks.every(({ agent }) => agent === undefined)) return undefined
  return { ...agents, list: agents.list.map(withoutTtl) }
}

const isList = (given: GivenAgents): given is readonly AgentOptions[] => Array.isArray(given)

export function simulatedAgents(
  agents: ReadAgents | undefined,
  attempts: readonly (readonly SimulatedAttempt[])[],
  makespanMs: number,
): readonly SimulatedAgent[] {
  if (agents === undefined) return []
  const all = attempts.flat()
  return agents.list.map((agent) => {
    const own = all.filter((one) => one.agent === agent.id)
    const busyMs = own.reduce((sum, { startAt, endAt }) => sum + endAt - startAt, 0)
    const peakLoad = mostAtOnce(own)
    const room = roomOf(agent)
    const wholeMs = (room < Infinity ? room : peakLoad) * makespanMs
    return {
      id: agent.id,
      attempts: own.length,
      busyMs,
      peakLoad,
      utilisation: wholeMs === 0 ? 0 : busyMs / wholeMs,
    }
  })
}

function mostAtOnce(attempts: readonly SimulatedAttempt[]): number {
  const changes = attempts
    .flatMap(({ startAt, endAt }) => [
      { at: startAt, by: 1 },
      { at: endAt, by: -1 },
    ])
    // One that ends makes room for one that starts at the same instant.
    .toSorted((a, b) => a.at - b.at || a.by - b.by)
  let [now, most] = [0, 0]
  for (const { by } of changes) most = Math.max(most, (now += by))
  return most
}

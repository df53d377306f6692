import type { Allowance } from '../../agents/allowance.ts'
import type { AllowanceOptions } from '../../agents/limits.ts'
import type { Registry } from '../../agents/registry.ts'
import type { Sessions } from '../../agents/sessions.ts'
import type { AgentJob } from '../../events/agent-facts.ts'
import type { AgentUsage, ListedAgent } from './agents.ts'

/** What is known of agents. */
export interface AgentBooks {
  readonly registry: Registry
  readonly allowance: Allowance
  readonly sessions: Sessions
  /** What each may spend, as it was given. */
  readonly allowances: Map<string, AllowanceOptions>
}

type Live = Iterable<{ readonly agentId: string; readonly job: AgentJob }>

/** The agents as the registry has them. */
export function standingOf(
  { registry, allowance, sessions, allowances }: AgentBooks,
  live: Live,
  now: number,
): readonly ListedAgent[] {
  const jobs = new Map<string, AgentJob[]>(registry.all.map(({ id }) => [id, []]))
  for (const { agentId, job } of live) jobs.get(agentId)?.push(job)
  return registry.all.map(({ id, capabilities, status, load, maxLoad, ttlMs, lastHeartbeatAt }) => {
    const given = allowances.get(id)
    return {
      id,
      capabilities,
      status,
      load,
      maxLoad,
      ...(ttlMs === Number.POSITIVE_INFINITY ? {} : { ttlMs }),
      ...(given === undefined ? {} : { allowance: given }),
      lastHeartbeatAt,
      jobs: jobs.get(id)!,
      sessions: sessions.list(id),
      usage: usageOf(allowance, id, now),
    }
  })
}

/** What an agent has used on the day of `now`. */
export function usageOf(allowance: Allowance, agentId: string, now: number): AgentUsage {
  const { tokens, models, costUsd, jobs, active, limits } = allowance.account(agentId, now)
  return {
    agentId,
    tokens,
    byModel: Object.fromEntries(models),
    costUsd,
    jobs,
    activeJobs: active,
    tokensLeft: leftOf(limits.dailyTokens, tokens),
    jobsLeft: leftOf(limits.dailyJobs, jobs),
  }
}

function leftOf(most: number, used: number): number | undefined {
  return most === Number.POSITIVE_INFINITY ? undefined : Math.max(0, most - used)
}

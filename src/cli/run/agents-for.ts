import type { Plan } from '../../graph/plan.ts'
import type { PlanAgent } from '../../plan-file/agents-of.ts'
import type { Agents } from '../../runtime/agents/agents.ts'
import type { RuntimeOptions } from '../../runtime/options.ts'

export function asksForAgents({ tasks }: Pick<Plan, 'tasks'>): boolean {
  return tasks.some(({ agent }) => agent !== undefined)
}

/** What a runtime is given to run the plan. Nothing of agents is loaded for a plan that asks for none. */
export async function agentsFor(
  plan: Pick<Plan, 'tasks'>,
  agents: readonly PlanAgent[],
): Promise<Pick<RuntimeOptions, 'agents'>> {
  return asksForAgents(plan) ? agentsOf(agents) : {}
}

/** A runtime gets none where there are none: it says then that it has none. */
export async function agentsOf(agents: readonly PlanAgent[]): Promise<{ readonly agents?: Agents }> {
  if (agents.length === 0) return {}
  const loaded = await import('../../runtime/agents/index.ts')
  return { agents: loaded.agents({ list: agents.map(({ options }) => options) }) }
}

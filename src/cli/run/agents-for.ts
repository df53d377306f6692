import type { Plan } from '../../graph/plan.ts'
import type { PlanAgent } from '../../plan-file/agents-of.ts'
import type { Agents } from '../../runtime/agents/agents.ts'
import type { CloseSession } from '../../runtime/agents/session-closer.ts'
import type { RuntimeOptions } from '../../runtime/options.ts'

export function asksForAgents({ tasks }: Pick<Plan, 'tasks'>): boolean {
  return tasks.some(({ agent }) => agent !== undefined)
}

type Warn = (sentence: string) => void

/** What a runtime is given to run the plan. Nothing of agents is loaded for a plan that asks for none. */
export async function agentsFor(
  plan: Pick<Plan, 'tasks'>,
  agents: readonly PlanAgent[],
  warn: Warn = () => undefined,
): Promise<Pick<RuntimeOptions, 'agents'>> {
  return asksForAgents(plan) ? agentsOf(agents, warn) : {}
}

/** A runtime gets none where there are none: it says then that it has none. `warn` is told what could not be closed. */
export async function agentsOf(
  agents: readonly PlanAgent[],
  warn: Warn = () => undefined,
): Promise<{ readonly agents?: Agents }> {
  if (agents.length === 0) return {}
  const loaded = await import('../../runtime/agents/index.ts')
  const closeSession = closerOf(agents)
  const list = agents.map(({ options }) => options)
  const closing = closeSession === undefined ? {} : { closeSession }
  const team = loaded.agents({ list, onlyListed: true, ...closing })
  if (closeSession !== undefined) {
    team.events$.subscribe((fact) => {
      if (fact.type !== 'session.close-failed') return
      warn(`The session ${fact.sessionId} of ${fact.agentId} could not be closed: ${fact.message}`)
    })
  }
  return { agents: team }
}

function closerOf(agents: readonly PlanAgent[]): CloseSession | undefined {
  const commands = new Map(
    agents.flatMap(({ options, close }) => (close === undefined ? [] : [[options.id, close]])),
  )
  if (commands.size === 0) return undefined
  return async (session) => {
    const command = commands.get(session.agentId)
    if (command === undefined) return
    const { closeByCommand } = await import('./close-session.ts')
    await closeByCommand(command, session, process.env)
  }
}

import type { AgentFact, NewAgentFact } from '../../src/events/agent-facts.ts'
import { type AllowanceOptions, readLimits } from '../../src/agents/limits.ts'
import { Allowance } from '../../src/agents/allowance.ts'
import { Registry } from '../../src/agents/registry.ts'
import type { AgentJob } from '../../src/events/agent-facts.ts'

export const minute = 60_000
/** 00:00 UTC of some day. */
export const midnight = Date.UTC(2026, 0, 15)
export const noon = midnight + 720 * minute

export interface Told {
  readonly facts: AgentFact[]
  readonly tell: (fact: NewAgentFact, at: number) => void
  /** The types of what was told since it was asked last. */
  news(): string[]
}

export function teller(): Told {
  const facts: AgentFact[] = []
  let seen = 0
  return {
    facts,
    tell: (fact, at) => {
      facts.push({ seq: facts.length + 1, at, ...fact } as AgentFact)
    },
    news() {
      const types = facts.slice(seen).map(({ type }) => type)
      seen = facts.length
      return types
    },
  }
}

export function registry(told = teller()): { readonly registry: Registry; readonly told: Told } {
  return { registry: new Registry(told.tell), told }
}

export function allowanceOf(options: AllowanceOptions, agentId = 'a') {
  const told = teller()
  const allowance = new Allowance(told.tell)
  allowance.setLimits(agentId, readLimits(options, 'allowance'))
  return { allowance, told }
}

export const job = (taskId: string, attempt = 1): AgentJob => ({ runId: 'run', taskId, attempt })

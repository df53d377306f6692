import type { AgentRefusal, RefusedAgent } from './facts.ts'

/** To follow the id of an agent. */
export const refusalsInWords: Readonly<Record<AgentRefusal, string>> = {
  unknown: 'is not registered',
  offline: 'is offline',
  incapable: 'lacks a capability',
  full: 'is full',
  spent: 'has spent too much on it',
  'not picked': 'was not picked',
  'not claimed': 'could not claim it',
  dailyTokens: 'has no tokens left today',
  dailyJobs: 'has no jobs left today',
  concurrentJobs: 'has as many jobs as it may have',
  models: 'may not use the model',
  modelTokens: 'has no tokens of the model left today',
}

const mostSaid = 5

/** Agents and why they cannot have a task: `a is offline, b is full`. */
export function refusedInWords(considered: readonly RefusedAgent[]): string {
  const said = considered.slice(0, mostSaid).map(({ agentId, why }) => `${agentId} ${refusalsInWords[why]}`)
  const more = considered.length - said.length
  return [...said, ...(more > 0 ? [`and so on for ${more} more`] : [])].join(', ')
}

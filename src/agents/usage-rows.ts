import type { AgentFact } from '../events/agent-facts.ts'

/** What usage is added up by. */
export const usageKeys = ['agent', 'model', 'job', 'day'] as const
export type UsageKey = (typeof usageKeys)[number]

/** What was used under one key. */
export interface UsageRow {
  /** An agent's id, a model, a run's id, or a day in UTC as `2026-11-26`. Empty for attempts that named no model. */
  readonly key: string
  /** Input and output, less what was returned. */
  readonly tokens: number
  readonly costUsd: number
  /** How many attempts were granted. */
  readonly attempts: number
}

/** Adds up what the facts about agents say was used, most tokens first; days in their order. */
export function usageRows(facts: Iterable<AgentFact>, by: UsageKey, since = 0): readonly UsageRow[] {
  const rows = new Map<string, { tokens: number; costUsd: number; attempts: number }>()
  for (const fact of facts) {
    if (fact.type !== 'usage.recorded' || fact.at < since) continue
    const { of, tokens = 0, returned = 0, costUsd = 0 } = fact
    const key = keyOf[by](fact)
    const row = rows.get(key) ?? { tokens: 0, costUsd: 0, attempts: 0 }
    rows.set(key, row)
    row.tokens += tokens - returned
    row.costUsd += costUsd
    row.attempts += of === 'started' ? 1 : of === 'undone' ? -1 : 0
  }
  const all = [...rows].map(([key, row]): UsageRow => ({ key, ...row }))
  return by === 'day'
    ? all.toSorted((a, b) => (a.key < b.key ? -1 : 1))
    : all.toSorted((a, b) => b.tokens - a.tokens || b.attempts - a.attempts || (a.key < b.key ? -1 : 1))
}

type Usage = Extract<AgentFact, { readonly type: 'usage.recorded' }>

const keyOf: Readonly<Record<UsageKey, (fact: Usage) => string>> = {
  agent: ({ agentId }) => agentId,
  model: ({ model = '' }) => model,
  job: ({ runId }) => runId,
  day: ({ at }) => new Date(at).toISOString().slice(0, 10),
}

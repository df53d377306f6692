import type { JournalledAgentFact } from '../events/agent-facts.ts'
import { readAgentFacts } from './summing.ts'
import { nextDayAt } from './account.ts'
import { type SummedRow, UsageSums } from './usage-sums.ts'

/** What usage is added up by. */
export const usageKeys = ['agent', 'model', 'job', 'day'] as const
export type UsageKey = (typeof usageKeys)[number]

/** What was used under one key. */
export interface UsageRow {
  /**
   * An agent's id, a model, a run's id, or a day in UTC as `2026-11-26`. Empty for attempts that named no model, and for
   * runs from so long ago that they are not told apart any more.
   */
  readonly key: string
  /** Input and output, less what was returned. */
  readonly tokens: number
  readonly costUsd: number
  /** How many attempts were granted. */
  readonly attempts: number
}

/**
 * Adds up what the journal of the facts about agents says was used, most tokens first; days in their order. A day that is
 * summed up counts as a whole where any of it is not before `since`.
 */
export function usageRows(
  journalled: readonly JournalledAgentFact[],
  by: UsageKey,
  since = 0,
): readonly UsageRow[] {
  const { usage, after } = readAgentFacts(journalled)
  const sums = new UsageSums()
  for (const { day, rows } of usage)
    if (nextDayAt(Date.parse(day)) > since) for (const row of rows) sums.add(day, row)
  for (const fact of after) if (fact.at >= since) sums.count(fact)
  const totals = new Map<string, { tokens: number; costUsd: number; attempts: number }>()
  for (const { day, rows } of sums.days) {
    for (const row of rows) {
      const [, , , tokens, costUsd, attempts] = row
      const key = keyOf[by](row, day)
      const total = totals.get(key) ?? { tokens: 0, costUsd: 0, attempts: 0 }
      totals.set(key, total)
      total.tokens += tokens
      total.costUsd += costUsd
      total.attempts += attempts
    }
  }
  const all = [...totals].map(([key, total]): UsageRow => ({ key, ...total }))
  return by === 'day'
    ? all.toSorted((a, b) => (a.key < b.key ? -1 : 1))
    : all.toSorted((a, b) => b.tokens - a.tokens || b.attempts - a.attempts || (a.key < b.key ? -1 : 1))
}

const keyOf: Readonly<Record<UsageKey, (row: SummedRow, day: string) => string>> = {
  agent: ([agentId]) => agentId,
  model: ([, model]) => model,
  job: ([, , runId]) => runId,
  day: (_, day) => day,
}

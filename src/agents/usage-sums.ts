import type { AgentFact, SummedDay } from '../events/agent-facts.ts'

export type SummedRow = SummedDay['rows'][number]

/** The day in UTC of an instant, as `2026-11-26`. */
export function dayText(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

/** Adds up what was used by day, agent, model and run. */
export class UsageSums {
  readonly #days = new Map<string, Map<string, SummedRow>>()

  count(fact: AgentFact): void {
    if (fact.type !== 'usage.recorded') return
    const { of, agentId, model = '', runId, tokens = 0, returned = 0, costUsd = 0 } = fact
    const attempts = of === 'started' ? 1 : of === 'undone' ? -1 : 0
    this.add(dayText(fact.at), [agentId, model, runId, tokens - returned, costUsd, attempts])
  }

  add(day: string, [agentId, model, runId, tokens, costUsd, attempts]: SummedRow): void {
    const rows = this.#days.get(day) ?? new Map<string, SummedRow>()
    this.#days.set(day, rows)
    const key = JSON.stringify([agentId, model, runId])
    const before = rows.get(key) ?? [agentId, model, runId, 0, 0, 0]
    rows.set(key, [agentId, model, runId, before[3] + tokens, before[4] + costUsd, before[5] + attempts])
  }

  /** In their order. */
  get days(): readonly SummedDay[] {
    return [...this.#days]
      .map(([day, rows]): SummedDay => ({ day, rows: [...rows.values()] }))
      .toSorted((a, b) => (a.day < b.day ? -1 : 1))
  }
}

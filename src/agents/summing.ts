import type { AgentFact, AgentsSummed, JournalledAgentFact, SummedDay } from '../events/agent-facts.ts'
import { dayOf, dayStart } from './account.ts'
import { stillCounting } from './still-counting.ts'
import { type SummedRow, UsageSums } from './usage-sums.ts'

/** What the journal says: the last sum, and the facts that it does not have in it. */
export interface ReadAgentFacts {
  /** The facts that still count of those that are summed up. */
  readonly kept: readonly AgentFact[]
  /** What was used by those that are summed up. */
  readonly usage: readonly SummedDay[]
  /** The facts that follow. */
  readonly after: readonly AgentFact[]
  /** The number of the last fact that is summed up; 0 for none. */
  readonly upTo: number
}

export function readAgentFacts(journalled: readonly JournalledAgentFact[]): ReadAgentFacts {
  const summed = journalled.findLast((fact) => fact.type === 'agents.summed')
  const { kept = [], usage = [], upTo = 0 } = (summed as AgentsSummed | undefined) ?? {}
  const after = journalled.filter(
    (fact): fact is AgentFact => fact.type !== 'agents.summed' && fact.seq > upTo,
  )
  return { kept, usage, after, upTo }
}

/** For how many days it is known which run has used what, and for how many what was used. */
const daysOfRuns = 31
const daysOfUsage = 400

/**
 * Sums up all facts from before yesterday, so that their journal can do without them. Undefined where there are none that
 * are not summed up already.
 */
export function sumUp(
  { kept, usage, after }: ReadAgentFacts,
  at: number,
): Omit<AgentsSummed, 'seq' | 'at'> | undefined {
  const today = dayOf(at)
  const until = dayStart(today - 1)
  const first = after.findIndex((fact) => fact.at >= until)
  const covered = first < 0 ? after : after.slice(0, first)
  const last = covered.at(-1)
  if (last === undefined) return undefined
  const sums = new UsageSums()
  for (const { day, rows } of usage) for (const row of rows) sums.add(day, row)
  for (const fact of covered) sums.count(fact)
  const isKnown = (day: string): boolean => today - dayOf(Date.parse(day)) <= daysOfUsage
  const days = sums.days.filter(({ day }) => isKnown(day))
  return {
    type: 'agents.summed',
    upTo: last.seq,
    kept: stillCounting([...kept, ...covered]),
    usage: days.map((one) => (today - dayOf(Date.parse(one.day)) <= daysOfRuns ? one : withoutRuns(one))),
  }
}

function withoutRuns({ day, rows }: SummedDay): SummedDay {
  const sums = new UsageSums()
  for (const [agentId, model, , ...used] of rows) sums.add(day, [agentId, model, '', ...used] as SummedRow)
  return sums.days[0]!
}

import type { JobEnd } from '../../../events/agent-facts.ts'
import type { AgentsHistory } from '../state/agents-history.ts'
import { type Lanes, laneAt, newRow } from '../timeline/row-draft.ts'
import type { TimelineModel } from '../timeline/timeline-model.ts'
import type { AttemptEnd, TimelineRow } from '../timeline/timeline-row.ts'

/** All agents that are told of, or named by the facts of the run, in the order of their ids. */
export function agentIds({ lanes }: TimelineModel, agents: AgentsHistory): readonly string[] {
  return [...new Set([...agents.ids, ...lanes.keys()])].sort()
}

const ends: Readonly<Partial<Record<JobEnd, AttemptEnd>>> = { overrun: 'failed', undone: 'deferred' }

/**
 * What each agent did, a row for each attempt that it had at once: those of the run, then those of others while it went on. The first
 * row of an agent has what else is told of it.
 */
export function laneRows(
  { lanes, from: begin, to: last, isSettled }: TimelineModel,
  agents: AgentsHistory,
  runId: string | undefined,
  ids: readonly string[],
): readonly TimelineRow[] {
  const others: Lanes = new Map()
  return ids.flatMap((id) => {
    for (const { runId: other, taskId, attempt: number, from, to, end } of agents.bars.get(id) ?? []) {
      if (other === runId || to < begin || (isSettled && from > last)) continue
      const attempt = {
        number,
        agentId: id,
        taskId,
        runId: other,
        seq: 0,
        queuedMs: 0,
        from,
        startedAt: from,
        to,
        ...(end === undefined ? {} : { end: ends[end] ?? (end as AttemptEnd) }),
      }
      laneAt(others, id, from).spans.push({ kind: 'running', from, to, attempt })
    }
    const [first = newRow(id, 0), ...rest] = [...(lanes.get(id) ?? []), ...(others.get(id) ?? [])]
    return [{ ...first, marks: agents.marks.get(id) ?? [], away: agents.away.get(id) ?? [] }, ...rest]
  })
}

/** The address of a task in the same view. */
export function addressOf(run: string, taskId: string): string {
  return `#/agents?${new URLSearchParams({ run, task: taskId }).toString()}`
}

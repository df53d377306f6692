import type { AgentJob } from '../../../events/agent-facts.ts'
import { countHolding } from '../state/sorted.ts'
import { computed } from '../state/signals.ts'
import { type AgentState, newAgent } from '../state/agents-history.ts'
import {
  agents,
  isFollowing,
  isNamed,
  link,
  listedAt,
  moment,
  runId,
  type View,
  view,
  views,
} from '../state/shown.ts'
import { timeline } from '../timeline/timeline-state.ts'
import type { AttemptBar } from '../timeline/timeline-row.ts'
import { agentIds } from './lanes.ts'

/** The agents that the search leaves. */
export const ids = computed(() => agentIds(timeline(), agents()).filter(isNamed))

/** Whether more is known of agents than what the facts of the run say. */
export const isRegistered = computed(() => agents().ids.length > 0)

/** The views that have something to show. */
export const shownViews = computed((): readonly Exclude<View, 'runs'>[] =>
  isRegistered.value || timeline().lanes.size > 0 || view.value === 'agents'
    ? views
    : views.filter((name) => name !== 'agents'),
)

/** The instant that is looked at. Agents go on when a run does not. */
export const agentInstant = computed(() =>
  isFollowing.value && link.value.state === 'live' ? listedAt.value : moment.value.at,
)

/** The agent at that instant. */
export function agentNow(id: string): AgentState {
  return agents().at(id, agentInstant.value) ?? newAgent(id)
}

/** The attempts of an agent in this run, up to that instant. */
export function attemptsOf(id: string): readonly AttemptBar[] {
  return (timeline().lanes.get(id) ?? [])
    .flatMap(({ attempts }) =>
      attempts.slice(
        0,
        countHolding(attempts.length, (at) => attempts[at]!.seq <= moment.value.seq),
      ),
    )
    .sort((a, b) => a.seq - b.seq)
}

/** What an agent has at that instant, in this run and in others. */
export function jobsOf(id: string): readonly AgentJob[] {
  const at = agentInstant.value
  const isLive = ({ from, to }: { readonly from: number; readonly to: number }) => from <= at && at < to
  const own = (timeline().lanes.get(id) ?? []).flatMap(({ attempts }) => {
    const last = attempts[countHolding(attempts.length, (place) => attempts[place]!.from <= at) - 1]
    return last !== undefined && isLive(last) ? [last] : []
  })
  return [
    ...own.map(({ taskId = '', number }) => ({ runId: runId.value ?? '', taskId, attempt: number })),
    ...(agents().bars.get(id) ?? []).filter((bar) => bar.runId !== runId.value && isLive(bar)),
  ]
}

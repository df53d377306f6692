import type { PlannedTask } from '../../graph/plan.ts'
import type { ReadAgent } from '../../runtime/agents/agent-options.ts'
import { mayDo } from '../../runtime/agents/may-do.ts'
import { showMs } from '../../time/show-ms.ts'

/** What may go wrong with an agent. */
export const agentFaultKinds = [
  'agent-gone',
  'agent-vanishes',
  'agent-hangs',
  'agent-spent',
  'agent-overruns',
] as const

/**
 * `agent-gone`: it is deregistered, which ends its attempts. `agent-vanishes`: neither it nor its attempts give any sign,
 * so that it is offline after its `ttl`. `agent-hangs`: its attempts give no sign, and it is there all the same.
 * `agent-spent`: others use up what it may spend that day. `agent-overruns`: its attempts use more tokens than it has.
 */
export type AgentFaultKind = (typeof agentFaultKinds)[number]

/** One thing that goes wrong with an agent. */
export interface AgentFault {
  readonly agentId: string
  readonly kind: AgentFaultKind
  /** In the middle of which of its attempts it happens, counted from 1; 0 for from the start. */
  readonly during: number
  /** After how many milliseconds all is well with it again. @default never */
  readonly backMs?: number
}

/** More jobs than these are not used up. */
export const mostJobsSpent = 1_000

const verbs: Readonly<Record<AgentFaultKind, string>> = {
  'agent-gone': 'is gone',
  'agent-vanishes': 'vanishes',
  'agent-hangs': 'hangs',
  'agent-spent': 'has spent its allowance',
  'agent-overruns': 'uses more than it may',
}

/** An agent's fault in words: `ada is gone`, `ada hangs from its attempt 2 on, and is well again after 10 s`. */
export function agentFaultPhrase({ agentId, kind, during, backMs }: AgentFault): string {
  const what = during === 0 ? verbs[kind] : `${verbs[kind]} from its attempt ${during} on`
  const back = backMs === undefined ? '' : `, and is well again after ${showMs(backMs)}`
  return `${agentId} ${what}${back}`
}

/** Several kinds in words, after the agent: `is gone or hangs`; of one that is at work `goes or hangs`. */
export function agentKindsPhrase(kinds: readonly AgentFaultKind[], isAtWork = false): string {
  const words = agentFaultKinds
    .filter((kind) => kinds.includes(kind))
    .map((kind) => (isAtWork && kind === 'agent-gone' ? 'goes' : verbs[kind]))
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)!}`
}

/** Every fault of every agent that some task may go to: at its start, and in the middle of its first attempt. */
export function agentFaults(
  tasks: readonly PlannedTask[],
  agents: readonly ReadAgent[],
  wanted: ReadonlySet<string>,
): readonly AgentFault[] {
  const needs = new Set(tasks.flatMap(({ agent }) => (agent === undefined ? [] : [agent])))
  const asked = agents.filter((agent) => [...needs].some((need) => mayDo(agent, need)))
  return agentFaultKinds
    .filter((kind) => wanted.has(kind))
    .flatMap((kind) =>
      asked
        .filter((agent) => befalls(agent, kind))
        .flatMap(({ id: agentId }) =>
          instants[kind].map((during): AgentFault => ({ agentId, kind, during })),
        ),
    )
}

/** An attempt has to begin before it can use anything. */
const instants: Readonly<Record<AgentFaultKind, readonly number[]>> = {
  'agent-gone': [0, 1],
  'agent-vanishes': [0, 1],
  'agent-hangs': [0],
  'agent-spent': [0, 1],
  'agent-overruns': [1],
}

function befalls({ profile, limits }: ReadAgent, kind: AgentFaultKind): boolean {
  const hasTokens = limits.dailyTokens < Infinity || limits.modelTokens.size > 0
  switch (kind) {
    // Without a limit to its silence nobody ever takes it for offline.
    case 'agent-vanishes':
      return profile.ttlMs < Infinity
    case 'agent-spent':
      return hasTokens || limits.dailyJobs <= mostJobsSpent
    case 'agent-overruns':
      return hasTokens
    case 'agent-gone':
    case 'agent-hangs':
      return true
  }
}

import type { AgentStatus } from '../../../../machines/agent.ts'
import type { AgentFact, AgentJob, JobEnd, UsageFact } from '../../../events/agent-facts.ts'
import { dayMs } from '../../../time/even-step.ts'
import type { Entry } from '../../protocol.ts'
import { agentFactInWords } from '../agents/agent-fact-in-words.ts'
import type { Mark } from '../timeline/timeline-row.ts'
import { keep, keepIn } from './grouped.ts'
import { countHolding } from './sorted.ts'

/** An agent as it was from an instant on. Usage is that of the day. */
export interface AgentState {
  readonly id: string
  readonly at: number
  /** `unknown` for one that only the facts of a run name. */
  readonly status: AgentStatus | 'gone' | 'unknown'
  readonly capabilities: readonly string[]
  readonly load: number
  readonly maxLoad?: number
  readonly ttlMs?: number
  readonly allowance?: AgentEntry['agent']['allowance']
  readonly lastHeartbeatAt?: number
  readonly tokens: number
  readonly byModel: Amounts
  readonly costUsd: number
  readonly jobs: number
}

/** An attempt that an agent had, as the facts about agents tell of it. */
export interface JobBar extends AgentJob {
  readonly from: number
  to: number
  end?: JobEnd
}

type AgentEntry = Extract<Entry, { kind: 'agent' }>
type Told = AgentEntry | Extract<Entry, { kind: 'agent-fact' }>

const unused = { tokens: 0, byModel: {}, costUsd: 0, jobs: 0 }

/** The part of what an attempt was charged that is given back. */
const returned: Readonly<Partial<Record<string, number>>> = { failed: 0.5, killed: 1, undone: 1 }

const dayOf = (at: number): number => Math.floor(at / dayMs)

/** Of an agent that nothing is known of. */
export function newAgent(id: string): AgentState {
  return { id, at: 0, status: 'unknown', capabilities: [], load: 0, ...unused }
}

/** The agents of a runtime at any instant, by what is told of them. */
export class AgentsHistory {
  /** All that was told, in order. */
  readonly entries: Told[] = []
  /** The facts about each agent, in order; the oldest may be gone. */
  readonly facts = new Map<string, AgentFact[]>()
  /** The attempts of each agent, in the order of their begin. */
  readonly bars = new Map<string, JobBar[]>()
  /** When each agent was offline, and what was told of its allowance. */
  readonly away = new Map<string, { readonly from: number; to: number }[]>()
  readonly marks = new Map<string, Mark[]>()
  readonly #states = new Map<string, AgentState[]>()
  readonly #open = new Map<string, { readonly bar: JobBar; day: number; charged: Amounts }>()
  /** The number of the fact up to which an agent was told of as it is. */
  readonly #told = new Map<string, number>()

  get ids(): readonly string[] {
    return [...this.#states.keys()].sort()
  }

  /** When the first thing happened that is known; 0 where nothing is. */
  get from(): number {
    return Math.min(...[...this.#states.values()].map(([first]) => first!.at), Number.POSITIVE_INFINITY) || 0
  }

  /** The agent at an instant. Undefined before anything was told of it. */
  at(id: string, instant: number): AgentState | undefined {
    const states = this.#states.get(id) ?? []
    const state = states[countHolding(states.length, (place) => states[place]!.at <= instant) - 1]
    return state !== undefined && dayOf(instant) > dayOf(state.at) ? { ...state, ...unused } : state
  }

  take(entry: Told): void {
    keep(this.entries, entry)
    if (entry.kind === 'agent-fact') {
      keepIn(this.facts, entry.fact.agentId, entry.fact)
      this.#apply(entry.fact)
      return
    }
    const { at, afterSeq, agent } = entry
    const { tokens, byModel, costUsd, jobs } = agent.usage
    this.#told.set(agent.id, afterSeq)
    keepIn(this.#states, agent.id, { ...agent, at, tokens, byModel, costUsd, jobs })
  }

  #apply(fact: AgentFact): void {
    const { agentId, at, seq, type } = fact
    if (type === 'quota.warning' || type === 'quota.exceeded') {
      keepIn(this.marks, agentId, {
        at,
        seq,
        what: type === 'quota.warning' ? 'warned' : 'spent',
        text: agentFactInWords(fact),
      })
    } else if (type === 'agent.offline') {
      keepIn(this.away, agentId, { from: at, to: Number.POSITIVE_INFINITY })
    } else if (type.startsWith('agent.')) {
      const last = this.away.get(agentId)?.at(-1)
      if (last !== undefined) last.to = Math.min(last.to, at)
    }
    const change = fact.type === 'usage.recorded' ? this.#use(fact) : changeBy(fact)
    if (seq <= (this.#told.get(agentId) ?? 0)) return
    const before = this.#states.get(agentId)?.at(-1) ?? newAgent(agentId)
    const today = dayOf(at) > dayOf(before.at) ? { ...before, ...unused } : before
    keepIn(this.#states, agentId, { ...today, ...change(today), at })
  }

  #use(fact: UsageFact): (state: AgentState) => Partial<AgentState> {
    const { agentId, at, of, model, runId, taskId, attempt, tokens = 0, costUsd = 0 } = fact
    const key = JSON.stringify([runId, taskId, attempt])
    if (of === 'started') {
      const bar = { runId, taskId, attempt, from: at, to: Number.POSITIVE_INFINITY }
      keepIn(this.bars, agentId, bar)
      this.#open.set(key, { bar, day: dayOf(at), charged: {} })
      return ({ load, jobs }) => ({ load: load + 1, jobs: jobs + 1 })
    }
    const known = this.#open.get(key)
    if (known !== undefined && known.day < dayOf(at)) known.charged = {}
    const charged = known?.charged ?? {}
    if (of === 'reported') {
      if (known !== undefined) {
        known.day = dayOf(at)
        known.charged = add(charged, model ?? '', tokens)
      }
      return (state) => ({
        tokens: state.tokens + tokens,
        costUsd: state.costUsd + costUsd,
        byModel: model === undefined ? state.byModel : add(state.byModel, model, tokens),
      })
    }
    this.#open.delete(key)
    if (known !== undefined) Object.assign(known.bar, { to: at, end: of })
    return (state) => {
      let { byModel } = state
      for (const [name, amount] of Object.entries(charged)) {
        if (name !== '') byModel = add(byModel, name, -Math.floor(amount * (returned[of] ?? 0)))
      }
      return {
        load: Math.max(0, state.load - 1),
        tokens: Math.max(0, state.tokens - (fact.returned ?? 0)),
        jobs: Math.max(
          0,
          state.jobs - (of === 'undone' && dayOf(known?.bar.from ?? at) === dayOf(at) ? 1 : 0),
        ),
        byModel,
      }
    }
  }
}

type Amounts = Readonly<Record<string, number>>

function add(amounts: Amounts, name: string, by: number): Amounts {
  return { ...amounts, [name]: Math.max(0, (amounts[name] ?? 0) + by) }
}

function changeBy(fact: Exclude<AgentFact, UsageFact>): (state: AgentState) => Partial<AgentState> {
  switch (fact.type) {
    case 'agent.registered': {
      const { at: lastHeartbeatAt, capabilities, maxLoad, ttlMs, allowance } = fact
      const profile = { lastHeartbeatAt, capabilities, maxLoad, ttlMs, allowance } as Partial<AgentState>
      return ({ status }) => ({
        ...profile,
        status: status === 'gone' || status === 'unknown' ? 'available' : status,
      })
    }
    case 'agent.deregistered':
      return () => ({ status: 'gone' })
    case 'agent.available':
      return ({ status }) => ({
        status: 'available',
        ...(status === 'offline' ? { lastHeartbeatAt: fact.at } : {}),
      })
    case 'agent.busy':
      return () => ({ status: 'busy' })
    case 'agent.offline':
      return () => ({ status: 'offline' })
    case 'quota.warning':
    case 'quota.exceeded':
    case 'session.opened':
    case 'session.taken':
    case 'session.freed':
    case 'session.closed':
    case 'session.close-failed':
      return () => ({})
  }
}

import type { TaskId } from '../../machines/outcome.ts'

/** What the journal of the facts about agents is called in a store. */
export const agentsJournal = '.agents'

/** A limit of an allowance. They are checked in this order. */
export type AllowanceLimit = 'dailyTokens' | 'dailyJobs' | 'concurrentJobs' | 'models' | 'modelTokens'

interface OfAgent {
  /** The number of the fact among those of the agents: 1 for the first, and 1 more for each that follows. */
  readonly seq: number
  /** When it happened, in epoch milliseconds. */
  readonly at: number
  readonly agentId: string
}

/** Which attempt an agent is at work for. */
export interface AgentJob {
  readonly runId: string
  readonly taskId: TaskId
  readonly attempt: number
}

/** How an attempt that was granted to an agent is over, as far as its allowance goes. */
export type JobEnd =
  | 'completed'
  /** It failed, or was interrupted: half of what it was charged is returned. */
  | 'failed'
  /** All that it was charged is returned. */
  | 'killed'
  /** It was ended because it used too much: nothing is returned. */
  | 'overrun'
  /** It was never begun: it does not even count as a job. */
  | 'undone'

/** Why a session is closed. */
export type SessionEnd =
  /** Its run is over, and its agent is not kept. */
  | 'run-ended'
  /** It has waited for too long. */
  | 'idle'
  /** Its agent was deregistered. */
  | 'agent-gone'
  /** The attempt that had it has left another one. */
  | 'replaced'
  /** The attempt that had it has failed, or was ended. */
  | 'failed'
  | 'killed'
  /** The attempt that had it was cut off, and nobody has taken it over. */
  | 'interrupted'
  /** The runtime is closed, and has no store in which it could wait. */
  | 'runtime-closed'

interface OfSession extends OfAgent {
  readonly sessionId: string
}

/**
 * The facts about agents belong to no run: they are numbered by themselves, and tell who is there and what has been spent
 * over all runs of a runtime. A store keeps them in a journal of their own.
 */
export type AgentFact =
  /** It is there, or there again with another profile. `ttlMs` is absent where it may be silent for any time. */
  | (OfAgent & {
      readonly type: 'agent.registered'
      readonly capabilities: readonly string[]
      readonly maxLoad: number
      readonly ttlMs?: number
      /** What it may spend, as it was given. */
      readonly allowance?: Readonly<Record<string, unknown>>
      /** True where its sessions outlive their runs, and then for how long they wait: absent for any time. */
      readonly keep?: true
      readonly idleMs?: number
    })
  | (OfAgent & { readonly type: 'agent.deregistered' })
  /** It may be given tasks again. */
  | (OfAgent & { readonly type: 'agent.available'; readonly load: number })
  /** It has as many live attempts as it takes. */
  | (OfAgent & { readonly type: 'agent.busy'; readonly load: number })
  /** It has been silent for `silentMs`, which is longer than it may. */
  | (OfAgent & { readonly type: 'agent.offline'; readonly silentMs: number })
  /** At least four fifths of its tokens of the day are used. */
  | (OfAgent & {
      readonly type: 'quota.warning'
      readonly limit: 'dailyTokens' | 'modelTokens'
      readonly model?: string
      readonly used: number
      readonly most: number
    })
  /** Nothing of this is left for the day. */
  | (OfAgent & {
      readonly type: 'quota.exceeded'
      readonly limit: 'dailyTokens' | 'dailyJobs' | 'modelTokens'
      readonly model?: string
      readonly used: number
      readonly most: number
    })
  /**
   * An attempt has begun to use the agent's allowance, has used some of it, or is over. `tokens` are those charged by this
   * fact, `returned` those given back.
   */
  | (OfAgent &
      AgentJob & {
        readonly type: 'usage.recorded'
        readonly of: 'started' | 'reported' | JobEnd
        readonly model?: string
        readonly tokens?: number
        readonly costUsd?: number
        readonly returned?: number
      })
  /** An attempt has left a session for those after it, and has it until it is over. */
  | (OfSession & AgentJob & { readonly type: 'session.opened' })
  /** An attempt goes on with it. */
  | (OfSession & AgentJob & { readonly type: 'session.taken' })
  /** It waits for another attempt of that run; without one, for an attempt of any run. */
  | (OfSession & { readonly type: 'session.freed'; readonly runId?: string })
  | (OfSession & { readonly type: 'session.closed'; readonly why: SessionEnd })
  /** What was to be done at its closing has failed, or has taken too long. */
  | (OfSession & { readonly type: 'session.close-failed'; readonly message: string })

/** What was used on one day in UTC, as `2026-11-26`, under one agent, one model ('' for none), and one run ('' once that is forgotten). */
export interface SummedDay {
  readonly day: string
  readonly rows: readonly (readonly [
    agentId: string,
    model: string,
    runId: string,
    tokens: number,
    costUsd: number,
    attempts: number,
  ])[]
}

/** What all facts about agents up to the fact `upTo` still say. It stands in the journal alone, and is not told. */
export interface AgentsSummed {
  readonly type: 'agents.summed'
  readonly seq: number
  readonly at: number
  readonly upTo: number
  /** Those that still count, as they were told: who is there, what is reserved for, and which sessions there are. */
  readonly kept: readonly AgentFact[]
  readonly usage: readonly SummedDay[]
}

/** What is in the journal of the facts about agents. */
export type JournalledAgentFact = AgentFact | AgentsSummed

type WithoutEnvelope<F> = F extends unknown ? Omit<F, 'seq' | 'at'> : never

/** A fact about an agent before it is numbered and dated. */
export type NewAgentFact = WithoutEnvelope<AgentFact>

export type UsageFact = Extract<AgentFact, { readonly type: 'usage.recorded' }>

export type NewSessionFact = Extract<NewAgentFact, { readonly sessionId: string }>

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

type WithoutEnvelope<F> = F extends unknown ? Omit<F, 'seq' | 'at'> : never

/** A fact about an agent before it is numbered and dated. */
export type NewAgentFact = WithoutEnvelope<AgentFact>

export type UsageFact = Extract<AgentFact, { readonly type: 'usage.recorded' }>

import type { Observable } from 'rxjs'
import type { AllowanceOptions } from '../../agents/limits.ts'
import type { AgentView } from '../../agents/registry.ts'
import type { SessionView } from '../../agents/sessions.ts'
import type { AgentFact } from '../../events/agent-facts.ts'
import type { RuntimeAgents } from '../admission/agent-desk.ts'
import type { AgentOptions } from './agent-options.ts'

/** An agent as it is now. */
export interface ListedAgent extends AgentView {
  /** How long it may be silent, in milliseconds. Absent where it may be for any time. */
  readonly ttlMs?: number
  /** What it may spend, as it was given. Absent where nothing was. */
  readonly allowance?: AllowanceOptions
  /** The attempts that it has. */
  readonly jobs: readonly { readonly runId: string; readonly taskId: string; readonly attempt: number }[]
  /** What its attempts have left for those after them. */
  readonly sessions: readonly SessionView[]
  /** What it has used today. */
  readonly usage: AgentUsage
}

/** What an agent has used since 00:00 UTC. */
export interface AgentUsage {
  readonly agentId: string
  readonly tokens: number
  /** The tokens of models that were named. */
  readonly byModel: Readonly<Record<string, number>>
  readonly costUsd: number
  /** How many attempts were granted to it. */
  readonly jobs: number
  /** How many of its attempts are not over. */
  readonly activeJobs: number
  /** Undefined where there is no limit. */
  readonly tokensLeft: number | undefined
  readonly jobsLeft: number | undefined
}

/** The agents of a runtime, and what they may spend. Made by `agents()`. */
export interface Agents extends RuntimeAgents {
  /**
   * Registers an agent, or replaces what is known of it: it keeps its load and what it has used. Registering is a sign.
   * Throws `CONFIG_INVALID` and `DURATION_INVALID`.
   */
  register(agent: AgentOptions): void
  /** Forgets an agent and ends its attempts, as failed with `AGENT_GONE`. Throws `AGENT_UNKNOWN`. */
  deregister(id: string): void
  /** A sign of an agent: one that was offline is back. Throws `AGENT_UNKNOWN`. */
  heartbeat(id: string): void
  /** All agents, in the order of their ids. */
  list(): readonly ListedAgent[]
  /** What every agent has used today, those that have gone included, in the order of their ids. */
  usage(): readonly AgentUsage[]
  /** The facts about agents, of all runs. Observers cannot harm each other. */
  readonly events$: Observable<AgentFact>
}

import type { AgentJob, JobEnd } from '../../events/agent-facts.ts'
import type { NewRunFact, RefusedAgent } from '../../events/facts.ts'
import type { AgentsOfTask } from '../../events/task-view.ts'
import type { AgentNeed } from '../../graph/plan.ts'
import type { AttemptReport } from '../../ports/executor.ts'
import type { Claimed } from '../../ports/claims.ts'
import type { Owner, Store } from '../../ports/store.ts'
import type { Clock } from '../../time/clock.ts'
import type { JournalWriter } from '../commit/journal-writer.ts'
import type { Macrostep } from '../commit/macrostep.ts'
import type { ExecutorLoad } from './executor-load.ts'
import type { Resource } from './resource.ts'

/** What a runtime is given for its agents: `agents()` of `dagmar/agents` makes it. */
export interface RuntimeAgents {
  /** For the runtime alone. */
  readonly desk: object
}

export type AgentReport = Extract<AttemptReport, { readonly type: 'attempt.usage' | 'attempt.session' }>

/** What the runtime knows of the agents of a task. */
export interface AgentPart {
  /** Who has its latest attempt, until that is over. */
  agentId: string | undefined
  /** The session that the attempt goes on with. */
  session: string | undefined
  /** The agents that could not have it when it was refused last. Undefined where it was not. */
  considered: readonly RefusedAgent[] | undefined
  /** Its latest claim that was given. */
  claimed: Claimed | undefined
  /** Its claim that is open, for which agent that is, and when it is given up. */
  claim: { readonly agentId: string; readonly until: number } | undefined
}

/** What the desk needs of the runtime that it belongs to. */
export interface DeskHost {
  readonly clock: Clock
  readonly macrostep: Macrostep
  readonly store: Store | undefined
  readonly writer: JournalWriter | undefined
  readonly owner: Owner
  /** The runtime's executors by name. */
  readonly executors: ReadonlyMap<string, ExecutorLoad>
  /** What is awaited when the runtime shuts down. */
  readonly released: Promise<void>[]
}

/**
 * Who gives tasks to agents. The runtime has none unless it is given one, which `dagmar/agents` makes: all that is about
 * agents lies there, and is asked for here. A `live` is a `LiveTask`.
 */
export interface AgentDesk {
  /** Which lanes wait for agents. */
  readonly resource: Resource
  /** Called once, by the runtime that it is given to. Throws `CONFIG_INVALID` for a second one. */
  attach(host: DeskHost): void
  /** Resolves when it knows what was there before. Undefined once it does. */
  loaded(): Promise<void> | undefined
  /** The agents' part of a task that gets an actor. `before` is what its journal says of it. */
  partOf(before: AgentsOfTask | undefined): AgentPart
  /**
   * Gives a task that could be granted everything else to an agent, and grants it. Where nobody can have it, its actor is
   * told, and it waits: for a dispatch attempt, or for agents to change.
   */
  admit(live: object): void
  /** What a task tells that was refused. Undefined where its executor declined it. */
  refusalOf(live: object): NewRunFact | undefined
  /** Why no agent can have a task with this need now. */
  considered(need: AgentNeed): readonly RefusedAgent[]
  /** An attempt that its executor takes over goes on with the agent that had it. */
  resume(live: object, agentId: string): void
  /** An attempt of an earlier life was cut off with its process. */
  interrupted(job: AgentJob): void
  /** A task of a run that is recovered waits for a dispatch attempt, since nobody could do it. */
  awaitAgain(live: object): void
  /** An attempt is over. */
  settle(live: object, end: JobEnd): void
  /** A task has ended, or is left to whoever recovers its run. */
  left(live: object): void
  /** An attempt says what it has used, or which session it leaves. */
  hear(live: object, report: AgentReport): void
  /** The clock was set by this many milliseconds. */
  shift(byMs: number): void
  /** The runtime is closed. */
  close(): void
}

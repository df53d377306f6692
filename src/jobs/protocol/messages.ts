import type { UsageKey } from '../../agents/usage-rows.ts'
import type { Fact } from '../../events/facts.ts'
import type { AgentsTold } from '../../runtime/agents/watch-agents.ts'
import type { JobQuery, JobSummary } from '../job.ts'
import type { JobSpec } from '../spec.ts'

/** Raised when an older client or supervisor would misunderstand a newer one. */
export const protocolVersion = 1

/** The first line from each side. What it says has the same form in every version. */
export interface Hello {
  readonly dagmar: string
  readonly protocol: number
  readonly pid: number
}

/** What a client asks for, by verb, with the fields that it sends. `src/jobs/README.md` says what it is answered. */
export type Request =
  /** The spool has something new. Answered once it is safe that it will be taken. */
  | { readonly verb: 'look' }
  | {
      readonly verb: 'dispatch'
      /** The client has made their ids, so that what is sent again is not dispatched again. */
      readonly jobs: readonly (JobSpec & { readonly environment: string })[]
      /** The environments of these jobs by name, each sent once a connection. */
      readonly environments: Readonly<Record<string, Readonly<Record<string, string>>>>
    }
  | { readonly verb: 'list'; readonly query: JobQuery }
  | { readonly verb: 'resolve'; readonly given: string }
  | { readonly verb: 'details'; readonly id: string }
  | { readonly verb: 'facts'; readonly id: string; readonly taskId?: string }
  | { readonly verb: 'why'; readonly id: string; readonly taskId: string }
  | { readonly verb: 'kill'; readonly id: string; readonly taskId?: string; readonly reason?: string }
  | { readonly verb: 'pause'; readonly id: string }
  | { readonly verb: 'resume'; readonly id: string }
  | { readonly verb: 'drain'; readonly id: string }
  | {
      readonly verb: 'redrive'
      readonly id: string
      readonly taskId?: string
      readonly environment: Readonly<Record<string, string>>
    }
  | { readonly verb: 'answer'; readonly id: string; readonly taskId: string; readonly answer: unknown }
  | { readonly verb: 'settled'; readonly id: string }
  | { readonly verb: 'remove'; readonly ids: readonly string[] }
  | { readonly verb: 'prune'; readonly query: JobQuery }
  | { readonly verb: 'dead-letters'; readonly query: JobQuery }
  | { readonly verb: 'agents' }
  | { readonly verb: 'usage'; readonly by: UsageKey; readonly since?: number }
  | { readonly verb: 'status' }
  /** Answered by whoever is awake. */
  | { readonly verb: 'ping' }
  | { readonly verb: 'stop'; readonly now: boolean }
  /** The list of jobs, and what changes in it. */
  | { readonly verb: 'watch-jobs' }
  /** The facts of a job from a `seq` on; without an id, what all jobs tell from now on. */
  | { readonly verb: 'watch-facts'; readonly id?: string; readonly from?: number }
  /** The agents with the latest facts about them, and what happens. */
  | { readonly verb: 'watch-agents' }
  | { readonly verb: 'unwatch'; readonly watch: number }

/** A request as it is sent. `n` numbers the requests of a connection; what is told for a watch has the number of its request. */
export type ClientMessage = Request & { readonly n: number }

export type ServerMessage =
  | { readonly n: number; readonly value: unknown }
  | { readonly n: number; readonly error: WireError }
  | { readonly watch: number; readonly facts: readonly Fact[]; readonly jobId: string }
  | {
      readonly watch: number
      readonly changed: readonly JobSummary[]
      readonly removed: readonly string[]
      /** More of the same comes at once. */
      readonly isPart?: boolean
    }
  | { readonly watch: number; readonly told: AgentsTold }
  | { readonly watch: number; readonly failed: WireError }
  /** Nothing more comes for this watch. */
  | { readonly watch: number; readonly end: true }

/** The code of the error that a supervisor about to leave answers with: it has done nothing, and the next one will. */
export const leavingCode = 'SUPERVISOR_LEAVING'

export interface WireError {
  readonly code: string
  readonly message: string
  readonly hint?: string
  readonly facts?: Readonly<Record<string, unknown>>
}

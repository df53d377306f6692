import type { AgentFact } from '../events/agent-facts.ts'
import type { Explanation } from '../events/explanation.ts'
import type { Fact } from '../events/facts.ts'
import type { JsonValue } from '../events/json-value.ts'
import type { ListedAgent } from '../runtime/agents/agents.ts'

/** The version of the protocol. One that a client does not know is to be refused, not guessed at. */
export const protocolVersion = 1

/**
 * What a log is about: the id of a run, `''` for the runtime as a whole, or `.agents` for its agents. Each log numbers its entries from 1 on,
 * without gaps.
 */
export type LogId = string

/**
 * An actor, as it is called in one log: `runtime`, `dag`, `task/<task id>`, `agent/<agent id>`, or
 * `actor/<session id>` for one of the user's own. Events from elsewhere come from `outside`, an executor's reports from `executor/<name>`.
 */
export type ActorName = string

/** A state or a transition of a machine, as it is drawn. Everything in it is text. */
export interface StateModel {
  /** As in `StateNode.id`. */
  readonly id: string
  readonly key: string
  readonly type: 'atomic' | 'compound' | 'parallel' | 'final' | 'history'
  /** The id of the state that a compound state begins in. */
  readonly initial?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly entry?: readonly string[]
  readonly exit?: readonly string[]
  readonly invoke?: readonly string[]
  readonly transitions: readonly TransitionModel[]
  readonly states: readonly StateModel[]
}

export interface TransitionModel {
  /** The type of the event; `''` for one that is taken at once (`always`). */
  readonly event: string
  /** For one that is taken after a delay: the delay, in milliseconds or by its name. */
  readonly after?: string
  /** The ids of the states that it leads to; none where the machine stays where it is. */
  readonly targets: readonly string[]
  readonly guard?: string
  readonly actions?: readonly string[]
  readonly reenter?: true
}

export interface MachineModel {
  /** Unique in its log: machines of the same shape share it. */
  readonly machine: string
  readonly root: StateModel
}

/** What is known of an actor when it is first seen. */
export interface ActorIntroduction {
  readonly actor: ActorName
  /** Its id in its system. */
  readonly id: string
  readonly sessionId: string
  readonly parent?: ActorName
  readonly taskId?: string
  /** The machine that it is driven by; absent for a promise, a callback and the like. */
  readonly machine?: string
  /** What kind of logic it is, such as `machine` or `promise`. */
  readonly logic: string
}

/** What a list of jobs shows of one. Its status may also be `dispatched`, `starting` or `stalled`. */
export interface JobEntry {
  readonly project: string
  readonly labels: Readonly<Record<string, string>>
  /** 0 to 1. */
  readonly progress: number
  /** The latest thing worth a person's notice. */
  readonly message: string
  readonly dispatchedAt: number
  readonly settledAt?: number
}

/** One thing that is known. `at` is epoch milliseconds by the runtime's clock. */
export type Entry =
  /** A fact, sanitised. */
  | { readonly kind: 'fact'; readonly fact: Fact }
  /** A run: in the log `''`, when it is dispatched, and again when its status changes. */
  | {
      readonly kind: 'run'
      readonly at: number
      readonly runId: string
      readonly name: string
      readonly status: string
      readonly tasks: number
      /** Only of a job, which is told of again when any of this changes. */
      readonly job?: JobEntry
    }
  /** A job that has been forgotten. */
  | { readonly kind: 'gone'; readonly at: number; readonly runId: string }
  /** In the log `.agents`: an agent as it is. It has taken in the facts about agents up to the number `afterSeq`. */
  | { readonly kind: 'agent'; readonly at: number; readonly afterSeq: number; readonly agent: ListedAgent }
  /** In the log `.agents`: a fact about an agent. */
  | { readonly kind: 'agent-fact'; readonly fact: AgentFact }
  | ({ readonly kind: 'machine'; readonly at: number } & MachineModel)
  | ({ readonly kind: 'actor'; readonly at: number } & ActorIntroduction)
  /** An actor has got an event. `afterSeq` is the `seq` of the last run fact before it. */
  | {
      readonly kind: 'event'
      readonly at: number
      readonly afterSeq: number
      readonly source: ActorName
      readonly target: ActorName
      readonly event: { readonly type: string; readonly [key: string]: JsonValue }
    }
  /** What an actor is in after an event. Told of actors that somebody looks at. */
  | {
      readonly kind: 'snapshot'
      readonly at: number
      readonly afterSeq: number
      readonly actor: ActorName
      readonly status: 'active' | 'done' | 'error' | 'stopped'
      /** The ids of the states that it is in. Empty for what is no machine. */
      readonly active: readonly string[]
      readonly context?: JsonValue
      readonly output?: JsonValue
      readonly error?: JsonValue
      /** The type of the event that led here. */
      readonly event?: string
      /** The transitions that were taken: from which state, to which ones. Empty for an event that was ignored. */
      readonly taken?: readonly {
        readonly source: string
        readonly event: string
        readonly targets: readonly string[]
      }[]
      /** The types of the events that it could take now. */
      readonly accepts?: readonly string[]
    }
  /**
   * This many entries are no longer held: output, what actors did, what was said of runs. Facts are always there. It takes
   * the number of the first of them and ends its batch; the next one begins `count` numbers later.
   */
  | { readonly kind: 'dropped'; readonly at: number; readonly count: number }

/** What a server sends. */
export type ServerMessage =
  /** The first message. A client that knew another `epoch` starts over: numbers of entries mean something else. */
  | {
      readonly type: 'hello'
      readonly v: typeof protocolVersion
      readonly epoch: string
      readonly control: boolean
      /** True for a run that was written down and is only read. */
      readonly saved: boolean
      /** The runtime's clock, in epoch milliseconds. */
      readonly now: number
    }
  /** Entries of one log: the first has the number `first`, each that follows one more. */
  | {
      readonly type: 'batch'
      readonly log: LogId
      readonly first: number
      readonly now: number
      readonly entries: readonly Entry[]
    }
  /** The answer to a question or a command with that `id`. */
  | { readonly type: 'answer'; readonly id: number; readonly explanation?: Explanation }
  | {
      readonly type: 'refused'
      readonly id?: number
      readonly code: string
      readonly message: string
    }

/** What a client sends. */
export type ClientMessage =
  /** Sends the entries of a log after the number `after` (0 for all), and goes on live. */
  | { readonly type: 'follow'; readonly log: LogId; readonly after: number }
  | { readonly type: 'unfollow'; readonly log: LogId }
  /**
   * What this client looks at in a log: the events between actors, and the snapshots of one actor. Takes the place of
   * what it looked at before. Nothing of either is told while nobody looks.
   */
  | { readonly type: 'look'; readonly log: LogId; readonly events: boolean; readonly actor?: ActorName }
  /** What a task waits for, as the live run knows it. */
  | { readonly type: 'why'; readonly id: number; readonly log: LogId; readonly taskId: string }
  | ({ readonly type: 'command'; readonly id: number; readonly log: LogId } & Command)

/** What a client may ask for where `control` is on. Its effects come as entries; the answer only says that it was taken. */
export type Command =
  | { readonly command: 'kill'; readonly taskId?: string; readonly reason?: string }
  | { readonly command: 'drain' }
  | { readonly command: 'pause' }
  | { readonly command: 'resume' }
  | { readonly command: 'redrive'; readonly taskId?: string }
  | { readonly command: 'answer'; readonly taskId: string; readonly answer: JsonValue }
  | {
      readonly command: 'send'
      readonly actor: ActorName
      readonly event: { readonly type: string; readonly [key: string]: JsonValue }
    }

import type { Observable, Subscription } from 'rxjs'
import type { Actor } from 'xstate'
import { agentMachine } from '../../../machines/agent.ts'
import type { AgentFact } from '../../events/agent-facts.ts'
import type { AgentsTold } from '../../runtime/agents/watch-agents.ts'
import type { ActorName } from '../protocol.ts'
import { LogRecorder, type LogRecorderOptions } from './log-recorder.ts'
import type { Look } from './source.ts'
import { watchActor } from './watch-actors.ts'

/** What the log of the agents is called. */
export const agentsLog = '.agents'

export interface AgentsRecordingOptions extends Pick<LogRecorderOptions, 'sanitise' | 'secrets' | 'now'> {
  readonly told$: Observable<AgentsTold>
  /** The actor of an agent that is there, in this process. */
  readonly actorOf: (agentId: string) => Actor<typeof agentMachine> | undefined
  readonly grown: () => void
}

/** After so many facts all agents are told of again: the oldest entries are given up. */
const retoldAfter = 20_000

/** The log of the agents: what they are, what is told of them, and what their actors do while somebody looks. */
export class AgentsRecording {
  readonly recorder: LogRecorder
  readonly #options: AgentsRecordingOptions
  readonly #looks = new Map<object, ActorName>()
  readonly #watched = new Map<ActorName, () => void>()
  #subscription: Subscription | undefined
  #lastSeq = 0
  #sinceRetold = 0

  constructor(options: AgentsRecordingOptions) {
    this.#options = options
    const { sanitise, secrets, now } = options
    this.recorder = new LogRecorder({
      runId: undefined,
      sanitise,
      secrets,
      now,
      executorOf: () => undefined,
      machines: [agentMachine],
      nameOf: ({ id }) => `agent/${id}`,
    })
    this.#begin()
  }

  look(client: object, look: Look | undefined): void {
    const before = this.#looks.get(client)
    const name = look?.actor
    if (name === undefined) this.#looks.delete(client)
    else this.#looks.set(client, name)
    const wanted = new Set(this.#looks.values())
    for (const [watched, stop] of this.#watched) {
      if (wanted.has(watched)) continue
      this.#watched.delete(watched)
      stop()
    }
    if (name === undefined || name === before) return
    const actor = this.#options.actorOf(name.slice('agent/'.length))
    if (actor === undefined) return
    this.recorder.snapshot(actor, actor.getSnapshot())
    if (!this.#watched.has(name)) {
      const taken = ({
        event,
        snapshot,
      }: {
        readonly event: { readonly type: string }
        readonly snapshot: unknown
      }) => {
        this.recorder.snapshot(actor, snapshot, { event: event.type })
        this.#options.grown()
      }
      this.#watched.set(name, watchActor(actor, { taken }))
    }
    this.#options.grown()
  }

  close(): void {
    this.#subscription?.unsubscribe()
    for (const stop of this.#watched.values()) stop()
  }

  /** What went wrong is said in the words of others. */
  #shown(fact: AgentFact): AgentFact {
    const { sanitise, secrets } = this.#options
    if (!('message' in fact)) return fact
    const message = secrets.masked(sanitise(fact.message, { kind: 'text' }))
    return { ...fact, message: typeof message === 'string' ? message : JSON.stringify(message) }
  }

  #begin(): void {
    this.#subscription?.unsubscribe()
    this.#sinceRetold = 0
    const { told$ } = this.#options
    this.#subscription = told$.subscribe({ next: (told) => this.#take(told), error: () => undefined })
  }

  /** Facts that were told before, as by a supervisor that is asked again, are left out. */
  #take(told: AgentsTold): void {
    const at = this.#options.now()
    if ('agents' in told) {
      for (const agent of told.agents) {
        this.recorder.push({ kind: 'agent', at, afterSeq: told.seq, agent }, true)
      }
    } else {
      for (const fact of told.facts) {
        if (fact.seq <= this.#lastSeq) continue
        this.#lastSeq = fact.seq
        this.recorder.push({ kind: 'agent-fact', fact: this.#shown(fact) }, true)
        if (++this.#sinceRetold === retoldAfter) queueMicrotask(() => this.#begin())
      }
    }
    this.#options.grown()
  }
}

import { type Actor, createActor } from 'xstate'
import {
  type AgentContext,
  agentDueAt,
  type AgentEvent,
  agentMachine,
  type AgentProfile,
  type AgentStatus,
} from '../../machines/agent.ts'
import type { NewAgentFact } from '../events/agent-facts.ts'

/** An agent as routers and people see it. */
export interface AgentView {
  readonly id: string
  readonly capabilities: readonly string[]
  readonly status: AgentStatus
  /** How many live attempts it has. */
  readonly load: number
  /** How many it takes at once; 0 for any number. */
  readonly maxLoad: number
  /** The instant of its last sign, epoch ms. */
  readonly lastHeartbeatAt: number
}

/** What else the fact of a registration says. */
export type RegisteredMore = Pick<
  Extract<NewAgentFact, { readonly type: 'agent.registered' }>,
  'allowance' | 'keep' | 'idleMs'
>

interface Registered {
  readonly context: AgentContext
  readonly actor: Actor<typeof agentMachine>
}

/** Who is there: an actor an agent. Nothing is done by a timer: whoever has the registry calls `reap` at `dueAt`. */
export class Registry {
  readonly #tell: (fact: NewAgentFact, at: number) => void
  readonly #agents = new Map<string, Registered>()
  readonly #machine: typeof agentMachine
  /** The views by id; undefined once somebody came or went. */
  #sorted: readonly Readonly<AgentContext>[] | undefined
  /** No agent is due earlier. */
  #dueAt = Number.POSITIVE_INFINITY

  /** `drive` makes the same machine of another kind, such as a compiled one. */
  constructor(
    tell: (fact: NewAgentFact, at: number) => void,
    drive: (machine: typeof agentMachine) => typeof agentMachine = (machine) => machine,
  ) {
    this.#tell = tell
    const machine = agentMachine.provide({
      actions: {
        tellAvailable: ({ context, event }) =>
          tell({ type: 'agent.available', ...loadOf(context) }, event.at),
        tellBusy: ({ context, event }) => tell({ type: 'agent.busy', ...loadOf(context) }, event.at),
        tellOffline: ({ context: { id: agentId, lastHeartbeatAt }, event: { at } }) =>
          tell({ type: 'agent.offline', agentId, silentMs: at - lastHeartbeatAt }, at),
      },
    })
    this.#machine = drive(machine)
  }

  /**
   * Registers an agent, or replaces what is known of it. It keeps its load; a new one begins with `load`. `more` is told of
   * it, too.
   */
  register(id: string, profile: AgentProfile, at: number, load = 0, more: RegisteredMore = {}): void {
    const { capabilities, maxLoad, ttlMs } = profile
    const limit = ttlMs === Number.POSITIVE_INFINITY ? {} : { ttlMs }
    this.#tell(
      {
        type: 'agent.registered',
        agentId: id,
        capabilities,
        maxLoad,
        ...limit,
        ...more,
      },
      at,
    )
    if (!this.#send(id, { type: 'agent.register', at, profile })) {
      const actor = this.#add({ id, ...profile, status: 'available', load, lastHeartbeatAt: at })
      // It is busy where what it had before it went is not over yet.
      actor.send({ type: 'agent.register', at, profile })
    }
    this.#dueAt = Math.min(this.#dueAt, agentDueAt(this.#agents.get(id)!.context))
  }

  #add(input: AgentContext): Actor<typeof agentMachine> {
    const { id } = input
    const actor = createActor(this.#machine, { id, input })
    actor.start()
    // XState makes a copy of what it is given, once.
    const { context } = actor.getSnapshot()
    this.#agents.set(id, { context, actor })
    this.#sorted = undefined
    this.#dueAt = Math.min(this.#dueAt, agentDueAt(context))
    return actor
  }

  /** Somebody who was there before is there again, as it was, and nothing is told of it. */
  restore(id: string, profile: AgentProfile, lastHeartbeatAt: number): void {
    this.#add({ id, ...profile, status: 'available', load: 0, lastHeartbeatAt })
  }

  /** The clock was set by this many milliseconds. */
  shift(byMs: number): void {
    for (const { context } of this.#agents.values()) context.lastHeartbeatAt += byMs
    this.#dueAt += byMs
  }

  /** False where there is no such agent. */
  deregister(id: string, at: number): boolean {
    const agent = this.#agents.get(id)
    if (agent === undefined) return false
    this.#agents.delete(id)
    this.#sorted = undefined
    agent.actor.stop()
    this.#tell({ type: 'agent.deregistered', agentId: id }, at)
    return true
  }

  /** False where there is no such agent. */
  heartbeat(id: string, at: number): boolean {
    const wasOffline = this.get(id)?.status === 'offline'
    const isThere = this.#send(id, { type: 'agent.heartbeat', at })
    if (wasOffline) this.#dueAt = Math.min(this.#dueAt, agentDueAt(this.#agents.get(id)!.context))
    return isThere
  }

  take(id: string, at: number): void {
    this.#send(id, { type: 'agent.take', at })
  }

  /** Does nothing for an agent that has gone. */
  give(id: string, at: number): void {
    this.#send(id, { type: 'agent.give', at })
  }

  /** The earliest instant at which `reap` may find somebody; `Infinity` for none. */
  get dueAt(): number {
    return this.#dueAt
  }

  /** Those that have been silent for too long go offline. */
  reap(at: number): void {
    this.#dueAt = Number.POSITIVE_INFINITY
    for (const { context, actor } of this.#agents.values()) {
      if (agentDueAt(context) <= at) actor.send({ type: 'agent.due', at })
      this.#dueAt = Math.min(this.#dueAt, agentDueAt(context))
    }
  }

  get(id: string): AgentView | undefined {
    return this.#agents.get(id)?.context
  }

  /** All of them, in the order of their ids. They are what the registry itself has: whoever gives them away copies them. */
  get all(): readonly Readonly<AgentContext>[] {
    this.#sorted ??= [...this.#agents.values()]
      .map(({ context }) => context)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    return this.#sorted
  }

  actorOf(id: string): Actor<typeof agentMachine> | undefined {
    return this.#agents.get(id)?.actor
  }

  #send(id: string, event: AgentEvent): boolean {
    const agent = this.#agents.get(id)
    agent?.actor.send(event)
    return agent !== undefined
  }
}

const loadOf = ({ id: agentId, load }: AgentContext) => ({ agentId, load })

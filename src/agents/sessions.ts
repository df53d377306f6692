import type { AgentJob, JobEnd, NewAgentFact, NewSessionFact, SessionEnd } from '../events/agent-facts.ts'
import { jobKey } from './allowance.ts'

/** How an agent goes on with its sessions. */
export interface StayPolicy {
  /** True where a session outlives its run. */
  readonly keep: boolean
  /** How long a kept session waits, in milliseconds. */
  readonly idleMs: number
}

/** A session as people see it. */
export interface SessionView {
  readonly id: string
  /** The run that it belongs to. Undefined for a kept one, which the next task of any run takes up. */
  readonly runId: string | undefined
  /** Since when it waits for an attempt, a kept one since its run was over; epoch ms. Undefined while an attempt has it. */
  readonly idleSince: number | undefined
  /** When it will be closed if no attempt takes it up, epoch ms. Undefined where nothing closes it before its run is over. */
  readonly closesAt: number | undefined
}

interface Session {
  readonly agentId: string
  readonly id: string
  runId: string
  /** The attempt that has it. */
  holder: string | undefined
  /** True while the attempt that opened it has it. */
  isNew: boolean
  /** True where any run may take it up. */
  isReleased: boolean
  /** Its run is over, and nobody waits for the attempt that has it. */
  isOver: boolean
  /** Counts up with each that comes free. */
  turn: number
  freeAt: number
  /** When it is closed, whatever else happens. */
  dueAt: number
}

/** Ten minutes. */
export const defaultIdleMs = 600_000

const never = Number.POSITIVE_INFINITY

/**
 * What attempts of agents leave behind for the next ones. A session belongs to one agent and, until that is over, to one
 * run; one attempt at a time has it. All that changes is told as a fact first, so that the facts of an earlier life bring
 * it back.
 */
export class Sessions {
  readonly #tell: (fact: NewAgentFact, at: number) => void
  readonly #policies = new Map<string, StayPolicy>()
  readonly #byAgent = new Map<string, Map<string, Session>>()
  readonly #held = new Map<string, Session>()
  #turns = 0
  /** None is due earlier. */
  #dueAt = never

  constructor(tell: (fact: NewAgentFact, at: number) => void) {
    this.#tell = tell
  }

  /** The agent is there, or there again with another policy, which counts from now on. */
  setPolicy(agentId: string, policy: StayPolicy): void {
    this.#policies.set(agentId, policy)
  }

  /** The agent has gone. A session that an attempt has is closed when that is over. */
  agentGone(agentId: string, at: number): void {
    this.#policies.delete(agentId)
    for (const session of this.#of(agentId))
      if (session.holder === undefined) this.#close(session, 'agent-gone', at)
  }

  /** Those that have sessions, in no order. */
  get agentIds(): Iterable<string> {
    return this.#byAgent.keys()
  }

  /** True where an attempt of that run would take up a session of the agent. */
  hasFor(agentId: string, runId: string): boolean {
    return this.#bestFor(agentId, runId) !== undefined
  }

  /** Gives the attempt the session of its run that came free last; where there is none, a kept one. */
  take(agentId: string, job: AgentJob, at: number): string | undefined {
    const session = this.#bestFor(agentId, job.runId)
    if (session === undefined) return undefined
    this.#record({ type: 'session.taken', agentId, sessionId: session.id, ...namesOf(job) }, at)
    return session.id
  }

  /** An attempt that goes on after a restart has what it had. */
  resume(job: AgentJob): string | undefined {
    const session = this.#held.get(jobKey(job))
    if (session !== undefined) session.dueAt = never
    return session?.id
  }

  /**
   * The attempt leaves that session, in place of any other that it has. False where another attempt or another run has
   * one of that id, or where it waits.
   */
  open(agentId: string, job: AgentJob, id: string, at: number): boolean {
    const own = this.#held.get(jobKey(job))
    if (own?.id === id) return true
    if (this.#byAgent.get(agentId)?.has(id) === true) return false
    if (own !== undefined) this.#close(own, 'replaced', at)
    this.#record({ type: 'session.opened', agentId, sessionId: id, ...namesOf(job) }, at)
    return true
  }

  /** The attempt is over. Of one that has not completed, nobody knows what its session is good for. */
  end(job: AgentJob, end: JobEnd, at: number): void {
    const session = this.#held.get(jobKey(job))
    if (session === undefined) return
    const { agentId, id: sessionId, runId, isNew, isOver } = session
    if (!this.#policies.has(agentId)) this.#close(session, 'agent-gone', at)
    else if (isOver) this.#close(session, 'run-ended', at)
    else if (end === 'completed' || (end === 'undone' && !isNew))
      this.#record({ type: 'session.freed', agentId, sessionId, runId }, at)
    else this.#close(session, end === 'killed' ? 'killed' : 'failed', at)
  }

  /** What is left of a run that is over is closed, or waits for any other run where its agent is kept. */
  runEnded(runId: string, at: number): void {
    for (const session of this.#all()) {
      if (session.runId !== runId || session.isReleased) continue
      const { agentId, id: sessionId } = session
      // It has an attempt that nobody waits for.
      if (session.holder !== undefined) {
        session.isOver = true
        this.#expireAt(session, at + this.#policyOf(agentId).idleMs)
      } else if (this.#policyOf(agentId).keep) this.#record({ type: 'session.freed', agentId, sessionId }, at)
      else this.#close(session, 'run-ended', at)
    }
  }

  /** Nobody will ever take them up. */
  closeAll(why: SessionEnd, at: number): void {
    for (const session of this.#all()) this.#close(session, why, at)
  }

  /** The earliest instant at which `reap` may find one; `Infinity` for none. */
  get dueAt(): number {
    return this.#dueAt
  }

  /** Those that have waited for too long are closed. */
  reap(at: number): void {
    this.#dueAt = never
    for (const session of this.#all()) {
      if (session.dueAt > at) this.#dueAt = Math.min(this.#dueAt, session.dueAt)
      else this.#close(session, session.holder === undefined ? 'idle' : 'interrupted', at)
    }
  }

  /** The clock was set by this many milliseconds. */
  shift(byMs: number): void {
    for (const session of this.#all()) {
      session.freeAt += byMs
      session.dueAt += byMs
    }
    this.#dueAt += byMs
  }

  /** Does what a fact says that was told before. */
  apply(fact: NewSessionFact, at: number): void {
    const { agentId, sessionId } = fact
    const session = this.#byAgent.get(agentId)?.get(sessionId)
    switch (fact.type) {
      case 'session.opened':
        this.#add(agentId, sessionId, fact)
        return
      case 'session.taken':
        if (session !== undefined) this.#hold(session, fact)
        return
      case 'session.freed':
        if (session !== undefined) this.#free(session, fact.runId, at)
        return
      case 'session.closed':
        if (session !== undefined) this.#drop(session)
        return
      case 'session.close-failed':
    }
  }

  /**
   * After the facts of an earlier life: what waits for a run waits for its recovery, and what an attempt had for that
   * attempt to be taken over, as long as a kept session waits.
   */
  restored(at: number): void {
    for (const session of this.#all()) {
      const policy = this.#policies.get(session.agentId)
      if (policy === undefined) this.#close(session, 'agent-gone', at)
      else this.#expireAt(session, (session.isReleased ? session.freeAt : at) + policy.idleMs)
    }
  }

  /** Those of an agent, in the order of their ids. */
  list(agentId: string): readonly SessionView[] {
    return this.#of(agentId)
      .map(({ id, runId, holder, isReleased, freeAt, dueAt }) => ({
        id,
        runId: isReleased ? undefined : runId,
        idleSince: holder === undefined ? freeAt : undefined,
        closesAt: dueAt === never ? undefined : dueAt,
      }))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
  }

  #record(fact: NewSessionFact, at: number): void {
    this.apply(fact, at)
    this.#tell(fact, at)
  }

  #close({ agentId, id: sessionId }: Session, why: SessionEnd, at: number): void {
    this.#record({ type: 'session.closed', agentId, sessionId, why }, at)
  }

  #add(agentId: string, id: string, job: AgentJob): void {
    const session = {
      agentId,
      id,
      runId: job.runId,
      holder: undefined,
      isNew: true,
      isReleased: false,
      isOver: false,
      turn: 0,
      freeAt: 0,
      dueAt: never,
    }
    const known = this.#byAgent.get(agentId)
    if (known === undefined) this.#byAgent.set(agentId, new Map([[id, session]]))
    else known.set(id, session)
    this.#hold(session, job)
    session.isNew = true
  }

  #hold(session: Session, job: AgentJob): void {
    // Of a journal that was summed up, not every fact is there.
    this.#letGo(session)
    session.holder = jobKey(job)
    session.runId = job.runId
    session.isNew = false
    session.isReleased = false
    session.dueAt = never
    this.#held.set(session.holder, session)
  }

  /** Without a run, any may take it up. */
  #free(session: Session, runId: string | undefined, at: number): void {
    this.#letGo(session)
    if (runId !== undefined) session.turn = ++this.#turns
    session.freeAt = at
    session.isReleased = runId === undefined
    if (session.isReleased) this.#expireAt(session, at + this.#policyOf(session.agentId).idleMs)
  }

  #drop(session: Session): void {
    this.#letGo(session)
    const known = this.#byAgent.get(session.agentId)!
    known.delete(session.id)
    if (known.size === 0) this.#byAgent.delete(session.agentId)
  }

  #letGo(session: Session): void {
    if (session.holder !== undefined) this.#held.delete(session.holder)
    session.holder = undefined
  }

  #expireAt(session: Session, at: number): void {
    session.dueAt = at
    this.#dueAt = Math.min(this.#dueAt, at)
  }

  #bestFor(agentId: string, runId: string): Session | undefined {
    let best: Session | undefined
    for (const session of this.#byAgent.get(agentId)?.values() ?? []) {
      if (session.holder !== undefined || (!session.isReleased && session.runId !== runId)) continue
      if (best === undefined || rankOf(session) > rankOf(best)) best = session
    }
    return best
  }

  #policyOf(agentId: string): StayPolicy {
    return this.#policies.get(agentId) ?? noPolicy
  }

  #of(agentId: string): readonly Session[] {
    return [...(this.#byAgent.get(agentId)?.values() ?? [])]
  }

  #all(): readonly Session[] {
    return [...this.#byAgent.values()].flatMap((known) => [...known.values()])
  }
}

const noPolicy: StayPolicy = { keep: false, idleMs: defaultIdleMs }

/** Those of the run itself come before those that any run may take up. */
function rankOf({ isReleased, turn }: Session): number {
  return isReleased ? -1 / turn : turn
}

const namesOf = ({ runId, taskId, attempt }: AgentJob): AgentJob => ({ runId, taskId, attempt })

import { dayOf, nextDayAt } from '../../agents/account.ts'
import { Allowance, jobKey } from '../../agents/allowance.ts'
import type { AllowanceOptions } from '../../agents/limits.ts'
import { Registry } from '../../agents/registry.ts'
import { Sessions } from '../../agents/sessions.ts'
import type { AgentJob, JobEnd, NewAgentFact } from '../../events/agent-facts.ts'
import type { NewRunFact, RefusedAgent } from '../../events/facts.ts'
import type { AgentNeed } from '../../graph/plan.ts'
import type { AgentDesk, AgentReport, DeskHost } from '../admission/agent-desk.ts'
import { DeskAlarm } from './desk-alarm.ts'
import { compile } from '../compile/compile.ts'
import type { LiveTask } from '../run/live-task.ts'
import { AgentLog } from './agent-log.ts'
import type { ReadAgent, ReadAgents } from './agent-options.ts'
import { attachedTwice, notAttached } from './attached-once.ts'
import type { AgentResource } from './agent-resource.ts'
import { ClaimDesk } from './claim-desk.ts'
import type { Run } from '../run/run.ts'
import type { Clock } from '../../time/clock.ts'
import { Compaction } from './compaction.ts'
import { hearAttempt } from './hear-attempt.ts'
import { closerFor, registeredMore } from './session-desk.ts'
import type { SessionCloser } from './session-closer.ts'
import { Placing } from './placing.ts'
import { Orphans } from './orphans.ts'
import { openAgents, restoreAgents } from './restore-agents.ts'
import { standingOf, usageOf } from './standing.ts'
import type { AgentUsage, ListedAgent } from './agents.ts'
import { askedOf, endJob, grant, newPart, ownPart, refusalFact } from './place-task.ts'

interface Live {
  readonly job: AgentJob
  readonly agentId: string
  readonly live: LiveTask
}

/** Gives tasks to agents, and takes them back: registry, router and allowance as one. */
export class Desk implements AgentDesk {
  readonly resource: AgentResource
  readonly log = new AgentLog((cause) => this.#storeFailed(cause))
  readonly registry: Registry
  readonly allowance: Allowance
  readonly sessions = new Sessions((fact, at) => this.log.tell(fact, at))
  #closer: SessionCloser | undefined
  readonly #options: ReadAgents
  readonly #placing: Placing
  readonly #live = new Map<string, Live>()
  readonly #orphans: Orphans
  /** What each may spend, as it was given. */
  readonly allowances = new Map<string, AllowanceOptions>()
  #host: DeskHost | undefined
  /** Undefined where tasks are not claimed. */
  #claims: ClaimDesk | undefined
  #alarm: DeskAlarm | undefined
  #day = Number.NaN
  #loading: Promise<void> | undefined
  #compaction: Compaction | undefined
  #release: (() => void) | undefined
  /** Why nothing can be granted. */
  #fault: unknown
  #isClosed = false
  /** Those that have registered before there was a runtime. */
  #early: ReadAgent[]

  constructor(options: ReadAgents) {
    this.#options = options
    this.#early = [...options.list]
    const tell = (fact: NewAgentFact, at: number): void => {
      this.log.tell(fact, at)
      // It may have other capabilities.
      if (fact.type === 'agent.registered') this.#placing.allChanged()
      else this.#placing.changed(fact.agentId)
    }
    this.registry = new Registry(tell, compile)
    this.allowance = new Allowance(tell)
    this.#orphans = new Orphans(this.allowance)
    const { registry, allowance, sessions } = this
    const waited = (): void => this.#arm()
    const left = (run: object): void => this.#left(run as Run)
    this.#placing = new Placing(
      { registry, allowance, sessions, now: () => this.#now, waited, left },
      options,
    )
    this.resource = this.#placing.resource
    const { closeSession } = options
    if (closeSession === undefined) return
    const clock = (): Clock => this.#attached().clock
    this.#closer = closerFor(closeSession, this.log, clock, (change) => this.step(change))
  }

  attach(host: DeskHost): void {
    if (this.#host !== undefined) throw attachedTwice()
    this.#host = host
    const { claims, claimTimeoutMs } = this.#options
    if (claims !== undefined) {
      this.#claims = new ClaimDesk(claims, claimTimeoutMs, host, {
        grant: (live) => this.#grant(live),
        undo: (live) => this.#giveBack(live, 'undone'),
        refuse: (live, failed) => this.#placing.refuseClaim(live, failed),
        mayHave: (agentId) =>
          this.#fault === undefined && (this.registry.get(agentId)?.status ?? 'offline') !== 'offline',
      })
    }
    this.log.attach(host.macrostep)
    this.#alarm = new DeskAlarm(host.clock, () => this.step(() => undefined))
    const early = this.#early
    this.#early = []
    if (early.length > 0) this.step((at) => early.forEach((agent) => this.#register(agent, at)))
    if (host.store === undefined) this.log.open()
    else this.#loading = this.#load(host)
  }

  loaded(): Promise<void> | undefined {
    return this.#loading
  }

  /** What was there before. Where it cannot be known, nothing is granted: the runs that ask for agents fail. */
  async #load({ store, owner, writer, released, macrostep, executors }: DeskHost): Promise<void> {
    try {
      const kept = await openAgents(store!, owner)
      const { journal, facts, journalled } = kept
      this.#release = () => released.push(Promise.resolve(store!.release(journal)))
      const compaction = new Compaction(store!, journal)
      const lastSeq = await compaction.opened(journalled, macrostep.at)
      const { onlyListed } = this.#options
      this.#compaction = compaction
      macrostep.run(() => {
        const { at } = macrostep
        this.#orphans.await(restoreAgents(kept, this, { onlyListed, executors }, at), at)
        this.log.recall(facts)
        this.log.open({ journal, lastSeq, writer: writer! })
        this.#arm()
        this.#placing.allChanged()
      })
    } catch (thrown) {
      this.#fault = thrown
      macrostep.run(() => this.log.open())
    }
    this.#loading = undefined
    if (this.#isClosed) this.#release?.()
  }

  /** Whoever has an agent that the store does not know of may not go on: nobody would know what it has spent. */
  #storeFailed(cause: unknown): void {
    this.#fault = cause
    for (const run of new Set([...this.#live.values()].map(({ live }) => live.run))) run.outbox.refused(cause)
  }

  /** A change of agents, as a macrostep. */
  step(change: (at: number) => void): void {
    const { macrostep } = this.#attached()
    macrostep.run(() => {
      const { at } = macrostep
      this.#catchUp(at)
      this.#claims?.expire(at)
      change(at)
      this.#arm()
    })
  }

  register(agent: ReadAgent): void {
    if (this.#host === undefined) this.#early.push(agent)
    else this.step((at) => this.#register(agent, at))
  }

  deregister(id: string): boolean {
    let isKnown = false
    this.step((at) => {
      isKnown = this.registry.deregister(id, at)
      if (!isKnown) return
      this.sessions.agentGone(id, at)
      for (const { agentId, live } of this.#live.values()) if (agentId === id) endJob(live, 'agent-gone')
    })
    return isKnown
  }

  heartbeat(id: string): boolean {
    let isKnown = false
    this.step((at) => {
      isKnown = this.registry.heartbeat(id, at)
    })
    return isKnown
  }

  readonly partOf = newPart

  admit(live: object): void {
    const at = this.#now
    if (this.#fault !== undefined) {
      // As if it had been refused by itself: what it has gathered is not told after its end.
      ;(live as LiveTask).run.outbox.refused(this.#fault)
      return
    }
    this.#catchUp(at)
    const asked = askedOf(live as LiveTask)
    const { job } = asked
    const reserve = (agentId: string, model: string | undefined) =>
      this.allowance.reserve(agentId, job, model, at)
    const found = this.#placing.find(asked, reserve)
    if (!('agentId' in found)) {
      this.#placing.refuse(live as LiveTask, found)
      return
    }
    this.#take(live as LiveTask, job, found.agentId)
    if (this.#claims === undefined) this.#grant(live as LiveTask)
    else this.#claims.ask(live as LiveTask, found.agentId)
    this.#arm()
  }

  #grant(live: LiveTask): void {
    const part = ownPart(live)
    const agentId = part.agentId!
    part.session = this.sessions.take(agentId, part.job!, this.#now)
    grant(live, this.allowance.account(agentId, this.#now).limits.longestJobMs)
    this.#arm()
  }

  refusalOf(live: object): NewRunFact | undefined {
    return refusalFact(live as LiveTask)
  }

  resume(live: object, agentId: string): void {
    const { context, task } = live as LiveTask
    const { runId, taskId, attempt } = context
    const job = { runId, taskId, attempt }
    this.#orphans.takeUp(job)
    // It is still reserved for, unless nobody waited for it any more.
    if (!this.allowance.isOpen(job)) this.allowance.begin(agentId, job, task.agent!.model, this.#now)
    this.#take(live as LiveTask, job, agentId)
    ownPart(live as LiveTask).session = this.sessions.resume(job)
    this.#claims?.resume(live as LiveTask, agentId)
  }

  awaitAgain(live: object): void {
    this.#placing.awaitAgain(live as LiveTask)
  }

  interrupted(job: AgentJob): void {
    this.#orphans.interrupted(job, this.#now)
  }

  settle(live: object, end: JobEnd): void {
    // What was never granted has not begun either.
    const wasOpen = this.#claims?.withdraw(live as LiveTask) === true
    if (end === 'undone') this.#claims?.left(live as LiveTask)
    this.#giveBack(live as LiveTask, wasOpen ? 'undone' : end)
  }

  left(live: object): void {
    this.#claims?.left(live as LiveTask)
    this.resource.tryNoMore((live as LiveTask).lane, live)
  }

  #giveBack(live: LiveTask, end: JobEnd): void {
    const at = this.#now
    const part = ownPart(live)
    const { agentId, job } = part
    if (agentId === undefined || job === undefined) return
    part.agentId = undefined
    part.job = undefined
    if (end === 'failed' || end === 'overrun') part.failedWith.push(agentId)
    if (end === 'overrun') part.spent.push(agentId)
    this.#live.delete(jobKey(job))
    this.registry.give(agentId, at)
    this.allowance.settle(job, end, at)
    this.sessions.end(job, end, at)
    this.#placing.changed(agentId)
    this.#arm()
  }

  hear(live: object, report: AgentReport): void {
    hearAttempt(this, live as LiveTask, report, this.#now)
  }

  considered(need: AgentNeed): readonly RefusedAgent[] {
    return this.#placing.considered(need)
  }

  shift(byMs: number): void {
    this.registry.shift(byMs)
    this.sessions.shift(byMs)
    this.#orphans.shift(byMs)
    this.#claims?.shift(byMs)
    this.#alarm?.shift(byMs)
    // A day begins by the clock, not after a length of time: it may have begun.
    if (this.resource.isWaitedFor) queueMicrotask(() => this.step(() => undefined))
  }

  close(): void {
    this.#isClosed = true
    this.#alarm?.stop()
    if (this.#claims !== undefined) this.#host!.released.push(this.#claims.close())
    this.#release?.()
    if (this.#compaction !== undefined) this.#host!.released.push(this.#compaction.over())
    this.log.stopWriting()
    if (this.#host?.store === undefined) this.sessions.closeAll('runtime-closed', this.#now)
    this.#host?.released.push(this.#lastWords())
  }

  async #lastWords(): Promise<void> {
    await this.log.told()
    await this.#closer?.over()
    this.log.close()
  }

  list(): readonly ListedAgent[] {
    this.step(() => undefined)
    return this.standing()
  }

  /** The agents as the registry has them. */
  standing(): readonly ListedAgent[] {
    return standingOf(this, this.#live.values(), this.#now)
  }

  usage(): readonly AgentUsage[] {
    return this.allowance.agentIds.map((id) => usageOf(this.allowance, id, this.#now))
  }

  get #now(): number {
    return this.#attached().macrostep.at
  }

  #register({ id, profile, limits, allowance, stay }: ReadAgent, at: number): void {
    const load = [...this.#live.values()].filter(({ agentId }) => agentId === id).length
    this.allowance.setLimits(id, limits)
    if (allowance === undefined) this.allowances.delete(id)
    else this.allowances.set(id, allowance)
    this.sessions.setPolicy(id, stay)
    this.registry.register(id, profile, at, load, registeredMore(allowance, stay))
  }

  #take(live: LiveTask, job: AgentJob, agentId: string): void {
    const part = ownPart(live)
    part.agentId = agentId
    part.job = job
    part.isOver = false
    part.refused = undefined
    part.considered = undefined
    this.#live.set(jobKey(job), { job, agentId, live })
    this.registry.take(agentId, this.#now)
    this.#placing.changed(agentId)
    this.#arm()
  }

  /** Whoever has been silent for too long is offline, and a new day has begun, whether or not a timer has said so. */
  #catchUp(at: number): void {
    if (this.registry.dueAt <= at) this.registry.reap(at)
    if (this.sessions.dueAt <= at) this.sessions.reap(at)
    if (this.#orphans.dueAt <= at) this.#orphans.reap(at)
    const day = dayOf(at)
    if (day === this.#day) return
    this.#day = day
    this.#compaction?.catchUp(at, this.log)
    this.#placing.allChanged()
  }

  /** Timers run only while somebody is at work or is waited for, or a session waits to be closed. */
  #arm(): void {
    const isNeeded = this.#live.size > 0 || this.resource.isWaitedFor
    const never = Number.POSITIVE_INFINITY
    // A task that waits for a full agent may also go to one that has spent its day.
    const awaitsDay = this.resource.isWaitedFor && this.allowance.isAnyDaySpent(this.#now)
    this.#alarm?.arm({
      reaping: isNeeded ? this.registry.dueAt : never,
      nextDay: awaitsDay ? nextDayAt(this.#now) : never,
      idling: this.sessions.dueAt,
      claiming: this.#claims?.dueAt ?? never,
      orphaned: isNeeded ? this.#orphans.dueAt : never,
    })
  }

  /** A run that a shutdown leaves to whoever recovers it keeps its sessions. */
  #left(run: Run): void {
    if (run.settledAt === undefined && run.cutOff === undefined) return
    this.#orphans.runEnded(run.id, this.#now)
    this.sessions.runEnded(run.id, this.#now)
    this.#arm()
  }

  #attached(): DeskHost {
    if (this.#host !== undefined) return this.#host
    throw notAttached()
  }
}

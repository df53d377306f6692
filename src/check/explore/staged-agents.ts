import { dayOf } from '../../agents/account.ts'
import type { RunFact } from '../../events/facts.ts'
import type { Attempt, Report } from '../../ports/executor.ts'
import type { ReadAgent, ReadAgents } from '../../runtime/agents/agent-options.ts'
import { withoutTtl } from '../../runtime/agents/may-do.ts'
import { Desk } from '../../runtime/agents/desk.ts'
import type { Clock } from '../../time/clock.ts'
import { type AgentFault, mostJobsSpent } from '../variants/agent-fault.ts'

/** What a run is explored with that asks for agents: the real desk, and what goes wrong with those at it. */
export class StagedAgents {
  readonly desk: Desk
  readonly #agents: ReadonlyMap<string, ReadAgent>
  readonly #faults: ReadonlyMap<string, AgentFault>
  readonly #clock: Clock
  readonly #startedAt: number
  /** When the attempts of each agent began. */
  readonly #begun = new Map<string, number[]>()
  readonly #silent = new Set<string>()
  #spent = 0

  /** `before` is what an earlier coordinator told of the run. */
  constructor(options: ReadAgents, faults: readonly AgentFault[], clock: Clock, before: readonly RunFact[]) {
    // Those that are well give signs as often as they have to, which needs no timers.
    const list = options.list.map(withoutTtl)
    this.desk = new Desk({ ...options, list })
    this.#agents = new Map(options.list.map((agent) => [agent.id, agent]))
    this.#faults = new Map(faults.map((fault) => [fault.agentId, fault]))
    this.#clock = clock
    this.#startedAt = before[0]?.at ?? clock.now()
    for (const fact of before) {
      if (fact.type === 'task.dispatched' && fact.agentId !== undefined) this.#count(fact.agentId, fact.at)
    }
  }

  /** To be called when the desk has its runtime, before anything is dispatched. */
  begin(): void {
    const now = this.#clock.now()
    for (const fault of this.#faults.values()) {
      const { agentId, during, backMs, kind } = fault
      const struckAt = during === 0 ? this.#startedAt : this.#begun.get(agentId)?.[during - 1]
      if (struckAt === undefined || (kind === 'agent-spent' && dayOf(struckAt) < dayOf(now))) continue
      if (backMs === undefined) this.#strike(fault)
      // What has befallen it before an earlier coordinator died may be over.
      else if (struckAt + backMs > now) this.#strike({ ...fault, backMs: struckAt + backMs - now })
    }
  }

  /** True while attempts of the agent give no signs. */
  isSilent(agentId: string | undefined): boolean {
    return agentId !== undefined && this.#silent.has(agentId)
  }

  /** An attempt begins, which is half done after `halfMs`. */
  began(
    { agent: agentId, taskId, runId, attempt }: Attempt,
    {
      halfMs,
      model,
      report,
    }: { readonly halfMs: number; readonly model: string | undefined; readonly report: Report },
  ): void {
    const fault = agentId === undefined ? undefined : this.#faults.get(agentId)
    if (agentId === undefined || fault === undefined) return
    const number = this.#count(agentId, this.#clock.now())
    if (fault.kind === 'agent-overruns') {
      if (number < fault.during) return
      this.#clock.setTimeout(() => {
        if (!this.desk.allowance.isOpen({ runId, taskId, attempt })) return
        const inputTokens = this.#leftOf(agentId, model) + 1
        if (inputTokens < Infinity) report({ type: 'attempt.usage', usage: { inputTokens } })
      }, halfMs)
    } else if (number === fault.during) this.#clock.setTimeout(() => this.#strike(fault), halfMs)
  }

  #count(agentId: string, at: number): number {
    const begun = this.#begun.get(agentId) ?? []
    this.#begun.set(agentId, begun)
    return begun.push(at)
  }

  #strike(fault: AgentFault): void {
    const { agentId, kind, backMs } = fault
    const agent = this.#agents.get(agentId)!
    switch (kind) {
      case 'agent-gone':
        this.desk.deregister(agentId)
        break
      case 'agent-vanishes':
        this.#silent.add(agentId)
        this.desk.register(agent)
        break
      case 'agent-hangs':
        this.#silent.add(agentId)
        break
      case 'agent-spent':
        this.#spend(agent)
        break
      case 'agent-overruns':
        return
    }
    if (backMs === undefined || kind === 'agent-spent') return
    this.#clock.setTimeout(() => {
      this.#silent.delete(agentId)
      this.desk.register(withoutTtl(agent))
    }, backMs)
  }

  /** Somebody else, of another run, uses all that is left of the day. */
  #spend({ id, limits }: ReadAgent): void {
    const { desk } = this
    const { allowance } = desk
    desk.step((at) => {
      const use = (model?: string): void => {
        const job = { runId: 'another', taskId: 'another', attempt: ++this.#spent }
        allowance.begin(id, job, model, at)
        const left = this.#leftOf(id, model)
        if (left < Infinity) allowance.charge(job, { inputTokens: left }, at)
        allowance.settle(job, 'completed', at)
      }
      for (const model of limits.modelTokens.keys()) use(model)
      if (limits.dailyTokens < Infinity || limits.modelTokens.size > 0) return use()
      const jobs = Math.min(mostJobsSpent, limits.dailyJobs)
      while (allowance.account(id, at).jobs < jobs) use()
    })
  }

  /** How many tokens are left for the agent that day. */
  #leftOf(agentId: string, model: string | undefined): number {
    const account = this.desk.allowance.account(agentId, this.#clock.now())
    const { dailyTokens, modelTokens } = account.limits
    const ofModel = model === undefined ? undefined : modelTokens.get(model)
    const left = dailyTokens - account.tokens
    return Math.max(0, ofModel === undefined ? left : Math.min(left, ofModel - account.tokensOf(model!)))
  }
}

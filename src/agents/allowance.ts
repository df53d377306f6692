import type { AgentJob, JobEnd, NewAgentFact, UsageFact } from '../events/agent-facts.ts'
import type { ReportedUsage } from '../graph/handler.ts'
import { Account, type Shortage } from './account.ts'
import type { Limits } from './limits.ts'

/** What one attempt has been charged, on one day. */
interface Reservation {
  readonly job: AgentJob
  readonly agentId: string
  readonly model: string | undefined
  readonly begunOn: number
  day: number
  /** By model; '' for tokens that say none. */
  readonly charged: Map<string, number>
}

type Tell = (fact: NewAgentFact, at: number) => void

/** What an attempt is called here. */
export function jobKey({ runId, taskId, attempt }: AgentJob): string {
  // The length says where one id ends, whatever they are made of.
  return `${attempt} ${runId.length} ${runId}${taskId}`
}

const returnedShare: Readonly<Record<JobEnd, number>> = {
  completed: 0,
  failed: 0.5,
  killed: 1,
  overrun: 0,
  undone: 1,
}

/**
 * What agents may spend and have spent. A check and its reservation are one step, and every reservation ends once. All that
 * changes is told as a fact first, and is what that fact says, so that the facts of an earlier life bring it back.
 */
export class Allowance {
  readonly #tell: Tell
  readonly #accounts = new Map<string, Account>()
  readonly #open = new Map<string, Reservation>()
  /** Accounts that had used up a limit of a day when they changed last. */
  readonly #spent = new Map<string, Account>()

  constructor(tell: Tell) {
    this.#tell = tell
  }

  setLimits(agentId: string, limits: Limits): void {
    const account = this.#accountOf(agentId)
    account.limits = limits
    this.#noteSpent(agentId, account)
  }

  /** What has been crossed so far was told before. */
  hush(): void {
    for (const account of this.#accounts.values()) account.crossed()
  }

  /** What an agent has spent by that instant's day. */
  account(agentId: string, at: number): Account {
    const account = this.#accountOf(agentId)
    account.roll(at)
    return account
  }

  /** Who has spent anything, or may. */
  get agentIds(): readonly string[] {
    return [...this.#accounts.keys()].toSorted()
  }

  /** Whether the next day gives anybody something to spend again. */
  isAnyDaySpent(at: number): boolean {
    for (const [agentId, account] of this.#spent) {
      account.roll(at)
      if (account.isDaySpent) return true
      this.#spent.delete(agentId)
    }
    return false
  }

  #noteSpent(agentId: string, account: Account): void {
    if (account.isDaySpent) this.#spent.set(agentId, account)
  }

  /** Why nothing can be granted to the agent now, and otherwise undefined. */
  check(agentId: string, model: string | undefined, at: number): Shortage | undefined {
    return this.account(agentId, at).shortage(model, at)
  }

  /** Reserves a job for the attempt if there is something of everything left; otherwise says what is not. */
  reserve(agentId: string, job: AgentJob, model: string | undefined, at: number): Shortage | undefined {
    const shortage = this.check(agentId, model, at)
    if (shortage !== undefined) return shortage
    this.begin(agentId, job, model, at)
    return undefined
  }

  /** Reserves a job for an attempt that is at work, whatever is left. */
  begin(agentId: string, job: AgentJob, model: string | undefined, at: number): void {
    const said = model === undefined ? {} : { model }
    const { runId, taskId, attempt } = job
    this.#record({ type: 'usage.recorded', agentId, runId, taskId, attempt, of: 'started', ...said }, at)
  }

  /** True from `reserve` to `settle`. */
  isOpen(job: AgentJob): boolean {
    return this.#open.has(jobKey(job))
  }

  /** The attempts that are reserved for and not settled. */
  get open(): readonly AgentJob[] {
    return [...this.#open.values()].map(({ job }) => job)
  }

  /**
   * Charges what an attempt says it has used. Undefined where nothing is reserved for it; otherwise whether more is used now
   * than the agent had.
   */
  charge(job: AgentJob, usage: ReportedUsage, at: number): { readonly isOverrun: boolean } | undefined {
    const reservation = this.#open.get(jobKey(job))
    if (reservation === undefined) return undefined
    const { agentId } = reservation
    const model = usage.model ?? reservation.model
    const { inputTokens = 0, outputTokens = 0, costUsd } = usage
    this.#record(
      {
        type: 'usage.recorded',
        agentId,
        ...namesOf(job),
        of: 'reported',
        tokens: inputTokens + outputTokens,
        ...(model === undefined ? {} : { model }),
        ...(costUsd === undefined ? {} : { costUsd }),
      },
      at,
    )
    return { isOverrun: this.account(agentId, at).isOverrun(model) }
  }

  /** The attempt is over. Does nothing where nothing is reserved for it, or no more. */
  settle(job: AgentJob, of: JobEnd, at: number): void {
    const reservation = this.#open.get(jobKey(job))
    if (reservation === undefined) return
    const { agentId, model } = reservation
    const said = model === undefined ? {} : { model }
    const returned = this.#returned(reservation, of, at)
    const { runId, taskId, attempt } = job
    this.#record({ type: 'usage.recorded', agentId, runId, taskId, attempt, of, ...said, returned }, at)
  }

  /** What facts say that were told before is applied next. Somebody may have looked at accounts already. */
  beginAnew(): void {
    for (const account of this.#accounts.values()) account.beginAnew()
  }

  /** Does what a fact says that was told before. */
  apply(fact: Omit<UsageFact, 'seq'>): void {
    this.#apply(fact, fact.at)
  }

  #apply(fact: Omit<UsageFact, 'seq' | 'at'>, at: number): void {
    const account = this.account(fact.agentId, at)
    this.#enter(fact, account, at)
    this.#noteSpent(fact.agentId, account)
  }

  #enter(fact: Omit<UsageFact, 'seq' | 'at'>, account: Account, at: number): void {
    const { agentId, of } = fact
    const key = jobKey(fact)
    if (of === 'started') {
      account.begin()
      const { day } = account
      this.#open.set(key, {
        job: namesOf(fact),
        agentId,
        model: fact.model,
        begunOn: day,
        day,
        charged: new Map(),
      })
      return
    }
    const reservation = this.#open.get(key)
    if (reservation === undefined) return
    this.#rollReservation(reservation, at)
    if (of === 'reported') {
      account.charge(fact.model, fact.tokens ?? 0, fact.costUsd)
      const model = fact.model ?? ''
      reservation.charged.set(model, (reservation.charged.get(model) ?? 0) + (fact.tokens ?? 0))
      return
    }
    this.#open.delete(key)
    account.end(of === 'undone' && reservation.begunOn === account.day)
    let rest = fact.returned ?? 0
    for (const [model, tokens] of reservation.charged) {
      const back = Math.min(rest, Math.floor(tokens * returnedShare[of]))
      account.giveBack(model === '' ? undefined : model, back)
      rest -= back
    }
    account.giveBack(undefined, rest)
  }

  /** What was charged on a day that is over is gone with it. */
  #rollReservation(reservation: Reservation, at: number): void {
    const { day } = this.account(reservation.agentId, at)
    if (reservation.day >= day) return
    reservation.day = day
    reservation.charged.clear()
  }

  #returned(reservation: Reservation, of: JobEnd, at: number): number {
    this.#rollReservation(reservation, at)
    const charged = [...reservation.charged.values()].reduce((sum, tokens) => sum + tokens, 0)
    return Math.floor(charged * returnedShare[of])
  }

  #record(fact: Omit<UsageFact, 'seq' | 'at'>, at: number): void {
    this.#apply(fact, at)
    this.#tell(fact, at)
    for (const crossing of this.#accountOf(fact.agentId).crossed()) this.#tell(crossing, at)
  }

  #accountOf(agentId: string): Account {
    let account = this.#accounts.get(agentId)
    if (account === undefined) {
      account = new Account(agentId)
      this.#accounts.set(agentId, account)
    }
    return account
  }
}

const namesOf = ({ runId, taskId, attempt }: AgentJob): AgentJob => ({ runId, taskId, attempt })

import type { AllowanceLimit, NewAgentFact } from '../events/agent-facts.ts'
import { type Limits, noLimits } from './limits.ts'

const dayMs = 86_400_000
/** The share of the tokens from which a warning is told. */
const warnAt = 0.8

/** Which day an instant belongs to. Days begin at 00:00 UTC. */
export function dayOf(at: number): number {
  return Math.floor(at / dayMs)
}

/** When that day begins. */
export function dayStart(day: number): number {
  return day * dayMs
}

/** When the day after that of an instant begins. */
export function nextDayAt(at: number): number {
  return dayStart(dayOf(at) + 1)
}

/** Why an allowance grants nothing. */
export interface Shortage {
  readonly limit: AllowanceLimit
  readonly model?: string
  readonly used: number
  readonly most: number
  /** When the day is over, for the limits of a day. */
  readonly until?: number
}

type Quota = Pick<
  Extract<NewAgentFact, { readonly type: 'quota.warning' | 'quota.exceeded' }>,
  'limit' | 'model'
>

/** What one agent has spent today, and what it is at work for. Numbers never fall below 0. */
export class Account {
  limits: Limits = noLimits
  readonly #agentId: string
  #day = Number.NEGATIVE_INFINITY
  #tokens = 0
  #jobs = 0
  #active = 0
  #costUsd = 0
  readonly #byModel = new Map<string, number>()
  /** What was told of each limit and has not been taken back: 1 for a warning, 2 for nothing left. */
  readonly #told = new Map<string, { warned: boolean; exceeded: boolean }>()

  constructor(agentId: string) {
    this.#agentId = agentId
  }

  get tokens(): number {
    return this.#tokens
  }

  get jobs(): number {
    return this.#jobs
  }

  get active(): number {
    return this.#active
  }

  get costUsd(): number {
    return this.#costUsd
  }

  get day(): number {
    return this.#day
  }

  tokensOf(model: string): number {
    return this.#byModel.get(model) ?? 0
  }

  get models(): ReadonlyMap<string, number> {
    return this.#byModel
  }

  /** A new day begins with nothing spent; what is at work goes on. A clock that is set back does not bring a day back. */
  roll(at: number): void {
    const day = dayOf(at)
    if (day <= this.#day) return
    this.#day = day
    this.#tokens = 0
    this.#jobs = 0
    this.#costUsd = 0
    this.#byModel.clear()
    this.#told.clear()
  }

  /** Nothing has been spent yet: what is brought back of earlier days counts for those. */
  beginAnew(): void {
    this.#day = Number.NEGATIVE_INFINITY
  }

  /** The first limit that nothing is left of. */
  shortage(model: string | undefined, at: number): Shortage | undefined {
    const { dailyTokens, dailyJobs, concurrentJobs, models, modelTokens } = this.limits
    const until = nextDayAt(at)
    if (this.#tokens >= dailyTokens)
      return { limit: 'dailyTokens', used: this.#tokens, most: dailyTokens, until }
    if (this.#jobs >= dailyJobs) return { limit: 'dailyJobs', used: this.#jobs, most: dailyJobs, until }
    if (this.#active >= concurrentJobs)
      return { limit: 'concurrentJobs', used: this.#active, most: concurrentJobs }
    if (model === undefined) return undefined
    if (models !== undefined && !models.has(model)) return { limit: 'models', model, used: 0, most: 0 }
    const most = modelTokens.get(model) ?? Number.POSITIVE_INFINITY
    const used = this.tokensOf(model)
    return used >= most ? { limit: 'modelTokens', model, used, most, until } : undefined
  }

  /** True where nothing is left of a limit that the next day brings back. */
  get isDaySpent(): boolean {
    const { dailyTokens, dailyJobs, modelTokens } = this.limits
    if (this.#tokens >= dailyTokens || this.#jobs >= dailyJobs) return true
    for (const [model, most] of modelTokens) if (this.tokensOf(model) >= most) return true
    return false
  }

  begin(): void {
    this.#jobs++
    this.#active++
  }

  /** `isUndone`: it does not even count as a job. */
  end(isUndone: boolean): void {
    this.#active = Math.max(0, this.#active - 1)
    if (isUndone) this.#jobs = Math.max(0, this.#jobs - 1)
  }

  charge(model: string | undefined, tokens: number, costUsd = 0): void {
    this.#tokens = added(this.#tokens, tokens)
    this.#costUsd += costUsd
    if (model !== undefined) this.#byModel.set(model, added(this.tokensOf(model), tokens))
  }

  giveBack(model: string | undefined, tokens: number): void {
    this.#tokens = Math.max(0, this.#tokens - tokens)
    if (model !== undefined) this.#byModel.set(model, Math.max(0, this.tokensOf(model) - tokens))
  }

  /** Says what has been crossed since it was asked last: each limit once, until there is more left of it again. */
  crossed(): readonly NewAgentFact[] {
    const { dailyTokens, dailyJobs, modelTokens } = this.limits
    const isFarBelow = this.#tokens < dailyTokens * warnAt && this.#jobs < dailyJobs && modelTokens.size === 0
    // Asked at every change, which mostly crosses nothing.
    if (isFarBelow && this.#told.size === 0) return nothing
    return [
      ...this.#crossing({ limit: 'dailyTokens' }, this.#tokens, dailyTokens),
      ...this.#crossing({ limit: 'dailyJobs' }, this.#jobs, dailyJobs),
      ...[...modelTokens].flatMap(([model, most]) => [
        ...this.#crossing({ limit: 'modelTokens', model }, this.tokensOf(model), most),
      ]),
    ]
  }

  /** True where more tokens are used than there were. */
  isOverrun(model: string | undefined): boolean {
    const most =
      model === undefined ? undefined : (this.limits.modelTokens.get(model) ?? Number.POSITIVE_INFINITY)
    return this.#tokens > this.limits.dailyTokens || (most !== undefined && this.tokensOf(model!) > most)
  }

  *#crossing(quota: Quota, used: number, most: number): Generator<NewAgentFact, void> {
    const { limit, model = '' } = quota
    const key = `${limit} ${model}`
    const told = this.#told.get(key) ?? { warned: false, exceeded: false }
    const now = { warned: limit !== 'dailyJobs' && used >= most * warnAt, exceeded: used >= most }
    if (!now.warned && !now.exceeded && !this.#told.has(key)) return
    this.#told.set(key, now)
    const said = { agentId: this.#agentId, used, most }
    if (now.warned && !told.warned && limit !== 'dailyJobs') {
      yield { type: 'quota.warning', ...said, ...quota, limit }
    }
    if (now.exceeded && !told.exceeded) yield { type: 'quota.exceeded', ...said, ...quota } as NewAgentFact
  }
}

const nothing: readonly NewAgentFact[] = []

/** Sums stay numbers that are exact. */
function added(used: number, tokens: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, used + tokens)
}

import type { AgentRefusal } from '../events/facts.ts'
import { priorities } from '../graph/options.ts'
import type { AgentNeed } from '../graph/plan.ts'
import type { Shortage } from './account.ts'
import type { AgentView, Registry } from './registry.ts'
import { scoreOf, unfitnessOf } from './router.ts'

/** What decides which agents can have a task. */
type Want = Pick<AgentNeed, 'requires' | 'model'>

type RefusalOf = (agent: AgentView) => AgentRefusal | undefined

/** So many needs are kept apart. Plans have few; one of more begins anew, which costs a look at each agent. */
const mostKept = 64

/**
 * Who is the best for a task, and why nobody can have it, without looking at every agent each time: a list for each need,
 * in which only those are looked at again that have changed since.
 */
export class Shortlists {
  readonly #registry: Pick<Registry, 'all'>
  readonly #check: (agentId: string, model: string | undefined) => Shortage | undefined
  readonly #lists = new Map<string, Shortlist>()
  #all: readonly AgentView[] = []

  constructor(
    registry: Pick<Registry, 'all'>,
    check: (agentId: string, model: string | undefined) => Shortage | undefined,
  ) {
    this.#registry = registry
    this.#check = check
  }

  of({ requires, model }: Want): Shortlist {
    const { all } = this.#registry
    if (this.#all !== all) this.forget()
    this.#all = all
    const isPlain = requires.length === 1 && model === undefined
    const key = isPlain ? ` ${requires[0]!}` : JSON.stringify([model, requires])
    const known = this.#lists.get(key)
    if (known !== undefined) return known
    if (this.#lists.size >= mostKept) this.#lists.clear()
    const capable = all.filter(({ capabilities }) => requires.every((one) => capabilities.includes(one)))
    const list = new Shortlist(
      capable,
      (agent) => unfitnessOf(agent, noRequirements) ?? this.#check(agent.id, model)?.limit,
    )
    this.#lists.set(key, list)
    return list
  }

  /** The load of this agent, its status or what it may spend has changed. */
  changed(agentId: string): void {
    for (const list of this.#lists.values()) list.changed(agentId)
  }

  /** Anything may have changed. */
  forget(): void {
    this.#lists.clear()
  }
}

const noRequirements: readonly string[] = []

/** The agents that are capable of a task, in the order of their ids. */
export class Shortlist {
  readonly #agents: readonly AgentView[]
  readonly #refusalOf: RefusalOf
  readonly #places: ReadonlyMap<string, number>
  /** Why each cannot have it now. */
  readonly #refusals: (AgentRefusal | undefined)[]
  readonly #counts = new Map<AgentRefusal, number>()
  readonly #changed = new Set<number>()
  readonly #freest: Tournament
  readonly #leastLoaded: Tournament
  /** Undefined once another one can have it, or one cannot. */
  #fit: readonly AgentView[] | undefined

  constructor(agents: readonly AgentView[], refusalOf: RefusalOf) {
    this.#agents = agents
    this.#refusalOf = refusalOf
    this.#places = new Map(agents.map(({ id }, place) => [id, place]))
    this.#refusals = agents.map(() => undefined)
    this.#freest = new Tournament(agents.length)
    this.#leastLoaded = new Tournament(agents.length)
    for (const place of agents.keys()) this.#changed.add(place)
  }

  changed(agentId: string): void {
    const place = this.#places.get(agentId)
    if (place !== undefined) this.#changed.add(place)
  }

  /** Whom `routeByLoad` picks among those that can have a task which nobody has failed. */
  best(priority: number): AgentView | undefined {
    this.#catchUp()
    const { winner } = this.#by(priority)
    return winner === undefined ? undefined : this.#agents[winner]
  }

  /** Those that can have a task now. */
  get fit(): readonly AgentView[] {
    this.#catchUp()
    this.#fit ??= this.#agents.filter((_, place) => this.#refusals[place] === undefined)
    return this.#fit
  }

  isFit(agentId: string): boolean {
    this.#catchUp()
    const place = this.#places.get(agentId)
    return place !== undefined && this.#refusals[place] === undefined
  }

  /** True for the best one, and for all that are as good. */
  isBest(agentId: string, priority: number): boolean {
    this.#catchUp()
    const place = this.#places.get(agentId)
    return place !== undefined && this.#by(priority).isWinner(place)
  }

  #by(priority: number): Tournament {
    return priority >= priorities.critical ? this.#leastLoaded : this.#freest
  }

  /** Why those that cannot have it cannot. */
  get refusals(): Pick<ReadonlySet<AgentRefusal>, 'has'> {
    this.#catchUp()
    return this
  }

  /** True where somebody cannot have it for that reason. */
  has(refusal: AgentRefusal): boolean {
    return (this.#counts.get(refusal) ?? 0) > 0
  }

  #catchUp(): void {
    for (const place of this.#changed) {
      const agent = this.#agents[place]!
      const refusal = this.#refusalOf(agent)
      if ((refusal === undefined) !== (this.#refusals[place] === undefined)) this.#fit = undefined
      this.#count(this.#refusals[place], -1)
      this.#count(refusal, 1)
      this.#refusals[place] = refusal
      this.#freest.set(place, refusal === undefined ? scoreOf(agent) : out)
      this.#leastLoaded.set(place, refusal === undefined ? -agent.load : out)
    }
    this.#changed.clear()
  }

  #count(refusal: AgentRefusal | undefined, by: number): void {
    if (refusal !== undefined) this.#counts.set(refusal, Math.max(0, (this.#counts.get(refusal) ?? 0) + by))
  }
}

const out = Number.NEGATIVE_INFINITY

/** Knows the highest of its ranks, and of equal ones the first, after a change in as many steps as the size has digits in binary. */
class Tournament {
  readonly #size: number
  readonly #ranks: Float64Array
  /** The place that wins below each node; the leaves follow the nodes. */
  readonly #winners: Int32Array

  constructor(size: number) {
    this.#size = 2 ** Math.ceil(Math.log2(Math.max(1, size)))
    this.#ranks = new Float64Array(this.#size).fill(out)
    this.#winners = new Int32Array(2 * this.#size)
    for (let place = 0; place < this.#size; place++) this.#winners[this.#size + place] = place
    for (let node = this.#size - 1; node > 0; node--) this.#winners[node] = this.#winners[2 * node]!
  }

  get winner(): number | undefined {
    const place = this.#winners[1]!
    return this.#ranks[place] === out ? undefined : place
  }

  isWinner(place: number): boolean {
    const rank = this.#ranks[place]!
    return rank !== out && rank === this.#ranks[this.#winners[1]!]
  }

  set(place: number, rank: number): void {
    if (this.#ranks[place] === rank) return
    this.#ranks[place] = rank
    for (let node = (this.#size + place) >> 1; node > 0; node >>= 1) {
      const left = this.#winners[2 * node]!
      const right = this.#winners[2 * node + 1]!
      this.#winners[node] = this.#ranks[right]! > this.#ranks[left]! ? right : left
    }
  }
}

import type { Plan, PlannedTask } from '../graph/plan.ts'
import type { ReadAgents } from '../runtime/agents/agent-options.ts'
import { agentGroups } from './agent-groups.ts'

/** What may keep a ready task from starting. */
export type Limit =
  | 'slots'
  | { readonly pool: string }
  | { readonly executor: string }
  /** The agents that may do a task, by id. */
  | { readonly agents: readonly string[] }

/** A limit, and how much of it a run has used. */
export interface LimitUse {
  readonly limit: Limit
  /** How much there is of it: slots, units of the pool, or attempts of the executor or the agents. May be `Infinity`. */
  readonly amount: number
  /** How much of it an attempt of the task holds. */
  readonly amountOf: (task: PlannedTask) => number
  inUse: number
  /** The most that was in use at once. */
  peak: number
  /** The amount × time that attempts have held of it. */
  heldMs: number
  /** How long ready tasks have waited for it, all together. */
  queuedMs: number
}

export interface Limits {
  readonly concurrency: number
  readonly pools: Readonly<Record<string, number>>
  readonly capacities: Readonly<Record<string, number>>
  /** Undefined where whoever does a task is there and has room. */
  readonly agents: ReadAgents | undefined
}

/** What tasks may ask for: the same amounts of the same pools, the same executor, and the same agents. */
interface Need {
  readonly uses: readonly { readonly use: LimitUse; readonly amount: number }[]
  /** Of which the agent of an attempt holds some. */
  readonly ofAgents: LimitUse | undefined
  waiting: number
}

/**
 * Books how much is held of each limit, and how long tasks wait for each. A task that waits counts for the first limit
 * that lacks what it needs, in the order in which the runtime looks: slots, pools, executor, agents. Each event takes constant
 * time, and so does each instant for each kind of need.
 */
export class LimitBooks {
  readonly uses: readonly LimitUse[]
  readonly #needs: readonly Need[]
  readonly #needOf: readonly Need[]
  /** The groups of agents that each is in. */
  readonly #ofAgent = new Map<string, LimitUse[]>()
  #at = 0

  constructor({ tasks }: Pick<Plan, 'tasks'>, { concurrency, pools, capacities, agents }: Limits) {
    const slots = newUse('slots', concurrency, () => 1)
    const ofPool = new Map(
      Object.entries(pools).map(([pool, amount]) => [
        pool,
        newUse({ pool }, amount, ({ uses }) => uses[pool] ?? 0),
      ]),
    )
    const ofExecutor = new Map(
      Object.entries(capacities).map(([executor, amount]) => [
        executor,
        newUse({ executor }, amount, (task) => Number(task.executor === executor)),
      ]),
    )
    const groups = agents === undefined ? [] : agentGroups(tasks, agents)
    const ofGroup = groups.map(({ ids, amount, users }) => {
      const use = newUse({ agents: ids }, amount, ({ index }) => Number(users.has(index)))
      for (const id of ids) this.#ofAgent.set(id, [...(this.#ofAgent.get(id) ?? []), use])
      return use
    })
    const groupOf = (index: number): LimitUse | undefined =>
      ofGroup[groups.findIndex(({ own }) => own.has(index))]
    this.uses = [slots, ...ofPool.values(), ...ofExecutor.values(), ...ofGroup]
    const needs = new Map<string, Need>()
    this.#needOf = tasks.map(({ executor, uses, index }) => {
      const ofAgents = groupOf(index)
      const key = JSON.stringify([
        executor,
        ofAgents?.limit,
        Object.entries(uses).sort(([a], [b]) => (a < b ? -1 : 1)),
      ])
      let need = needs.get(key)
      if (need === undefined) {
        const own = ofExecutor.get(executor)
        const amounts = [
          { use: slots, amount: 1 },
          ...Object.entries(uses).flatMap(([pool, amount]) => {
            const use = ofPool.get(pool)
            return use === undefined ? [] : [{ use, amount }]
          }),
          ...(own === undefined ? [] : [{ use: own, amount: 1 }]),
        ]
        need = { uses: amounts, ofAgents, waiting: 0 }
        needs.set(key, need)
      }
      return need
    })
    this.#needs = [...needs.values()]
  }

  /** The task begins to wait. */
  wait(index: number, at: number): void {
    this.#advance(at)
    this.#needOf[index]!.waiting++
  }

  /** The task has stopped waiting. */
  leave(index: number, at: number): void {
    this.#advance(at)
    this.#needOf[index]!.waiting--
  }

  /** An attempt of the task begins. */
  hold(index: number, at: number, agentId: string | undefined): void {
    this.#advance(at)
    for (const { use, amount } of this.#needOf[index]!.uses) {
      use.inUse += amount
      if (use.inUse > use.peak) use.peak = use.inUse
    }
    if (agentId === undefined) return
    for (const use of this.#ofAgent.get(agentId) ?? []) {
      use.inUse++
      use.peak = Math.max(use.peak, use.inUse)
    }
  }

  /** An attempt of the task is over. */
  free(index: number, at: number, agentId: string | undefined): void {
    this.#advance(at)
    for (const { use, amount } of this.#needOf[index]!.uses) use.inUse -= amount
    if (agentId === undefined) return
    for (const use of this.#ofAgent.get(agentId) ?? []) use.inUse--
  }

  #advance(at: number): void {
    const ms = at - this.#at
    if (ms <= 0) return
    this.#at = at
    for (const use of this.uses) use.heldMs += use.inUse * ms
    for (const { uses, ofAgents, waiting } of this.#needs) {
      if (waiting === 0) continue
      const lacking = uses.find(({ use, amount }) => use.inUse + amount > use.amount)
      // Agents may have room and refuse all the same: they have nothing left to spend.
      const lacked = lacking?.use ?? ofAgents
      if (lacked !== undefined) lacked.queuedMs += waiting * ms
    }
  }
}

function newUse(limit: Limit, amount: number, amountOf: LimitUse['amountOf']): LimitUse {
  return { limit, amount, amountOf, inUse: 0, peak: 0, heldMs: 0, queuedMs: 0 }
}

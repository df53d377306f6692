import type { Plan, PlannedTask } from '../graph/plan.ts'

/** What may keep a ready task from starting. */
export type Limit = 'slots' | { readonly pool: string } | { readonly executor: string }

/** A limit, and how much of it a run has used. */
export interface LimitUse {
  readonly limit: Limit
  /** How much there is of it: slots, units of the pool, or attempts of the executor. May be `Infinity` for slots. */
  readonly amount: number
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
}

/** What tasks may ask for: the same amounts of the same pools, and the same executor. */
interface Need {
  readonly uses: readonly { readonly use: LimitUse; readonly amount: number }[]
  waiting: number
}

/**
 * Books how much is held of each limit, and how long tasks wait for each. A task that waits counts for the first limit
 * that lacks what it needs, in the order in which the runtime looks: slots, pools, executor. Each event takes constant
 * time, and so does each instant for each kind of need.
 */
export class LimitBooks {
  readonly uses: readonly LimitUse[]
  readonly #needs: readonly Need[]
  readonly #needOf: readonly Need[]
  #at = 0

  constructor({ tasks }: Pick<Plan, 'tasks'>, { concurrency, pools, capacities }: Limits) {
    const slots = newUse('slots', concurrency)
    const ofPool = new Map(Object.entries(pools).map(([pool, amount]) => [pool, newUse({ pool }, amount)]))
    const ofExecutor = new Map(
      Object.entries(capacities).map(([executor, amount]) => [executor, newUse({ executor }, amount)]),
    )
    this.uses = [slots, ...ofPool.values(), ...ofExecutor.values()]
    const needs = new Map<string, Need>()
    this.#needOf = tasks.map(({ executor, uses }) => {
      const key = JSON.stringify([executor, Object.entries(uses).sort(([a], [b]) => (a < b ? -1 : 1))])
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
        need = { uses: amounts, waiting: 0 }
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
  hold(index: number, at: number): void {
    this.#advance(at)
    for (const { use, amount } of this.#needOf[index]!.uses) {
      use.inUse += amount
      if (use.inUse > use.peak) use.peak = use.inUse
    }
  }

  /** An attempt of the task is over. */
  free(index: number, at: number): void {
    this.#advance(at)
    for (const { use, amount } of this.#needOf[index]!.uses) use.inUse -= amount
  }

  #advance(at: number): void {
    const ms = at - this.#at
    if (ms <= 0) return
    this.#at = at
    for (const use of this.uses) use.heldMs += use.inUse * ms
    for (const { uses, waiting } of this.#needs) {
      if (waiting === 0) continue
      const lacking = uses.find(({ use, amount }) => use.inUse + amount > use.amount)
      if (lacking !== undefined) lacking.use.queuedMs += waiting * ms
    }
  }
}

/** How much of the limit an attempt of the task holds. */
export function amountUsed({ uses, executor }: PlannedTask, limit: Limit): number {
  if (limit === 'slots') return 1
  return 'pool' in limit ? (uses[limit.pool] ?? 0) : Number(executor === limit.executor)
}

function newUse(limit: Limit, amount: number): LimitUse {
  return { limit, amount, inUse: 0, peak: 0, heldMs: 0, queuedMs: 0 }
}

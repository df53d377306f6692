import { Pools } from '../../scheduling/pools.ts'
import { Turns } from '../../scheduling/turns.ts'
import type { Lane } from './lane.ts'
import type { Lack, Resource } from './resource.ts'

interface Waiting {
  readonly pool: string
  readonly amount: number
  readonly lanes: Turns<Lane>
}

/** The pools of the runtime, and each run's own. */
export class PoolResource implements Resource {
  readonly pools: Pools
  /** Lanes that wait for the runtime's pools: of those that need the same amount of the same, the best goes first. */
  readonly #waiting = new Map<string, Waiting>()

  constructor(totals: Readonly<Record<string, number>>) {
    this.pools = new Pools(totals)
  }

  lacks({ run, uses, usesPools }: Lane): Lack | undefined {
    if (!usesPools) return undefined
    const own = run.pools.lacking(uses)
    if (own !== undefined) return { kind: 'pool', of: 'run', pool: own }
    const shared = this.pools.lacking(uses)
    return shared === undefined ? undefined : { kind: 'pool', of: 'runtime', pool: shared }
  }

  wait(lane: Lane, lack: Lack): 'lane' {
    if (lack.kind !== 'pool') return 'lane'
    if (lack.of === 'run') {
      lane.waitIn(undefined)
      return 'lane'
    }
    const { pool } = lack
    const amount = lane.uses[pool]!
    const need = `${pool} ${amount}`
    const waiting = this.#waiting.get(need) ?? { pool, amount, lanes: new Turns() }
    this.#waiting.set(need, waiting)
    lane.waitIn(waiting.lanes)
    return 'lane'
  }

  openNext(open: (lane: Lane) => boolean): boolean {
    if (this.#waiting.size === 0) return false
    let hasOpened = false
    for (const { pool, amount, lanes } of this.#waiting.values()) {
      if (lanes.size === 0) continue
      for (let isOpen = false; !isOpen && this.pools.used(pool) + amount <= this.pools.total(pool)!; ) {
        const lane = lanes.next()
        if (lane === undefined) break
        isOpen = open(lane)
        hasOpened ||= isOpen
      }
    }
    return hasOpened
  }

  take({ run, uses, usesPools }: Lane): void {
    if (!usesPools) return
    this.pools.take(uses)
    run.pools.take(uses)
  }

  give({ run, uses, usesPools }: Lane): void {
    if (!usesPools) return
    this.pools.give(uses)
    run.pools.give(uses)
  }

  leave(): void {}
}

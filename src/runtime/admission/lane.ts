import type { AgentNeed, Plan, PlannedTask } from '../../graph/plan.ts'
import type { Pools } from '../../scheduling/pools.ts'
import type { Slots } from '../../scheduling/slots.ts'
import type { Turns, TurnTaker } from '../../scheduling/turns.ts'
import type { ExecutorLoad } from './executor-load.ts'

/** A run as admission sees it: something that takes up tasks when its turn comes. */
export interface Candidate extends TurnTaker {
  /** Its own limits, beside the shared ones. */
  readonly slots: Slots
  readonly pools: Pools
  /** Its lanes that are closed until something becomes free. */
  readonly waiting: Set<Lane>
  /** The priority of its best ready task in an open lane; undefined when there is none to offer. */
  headPriority(): number | undefined
  /** The priority of the best ready task of a lane, open or closed. */
  lanePriority(index: number): number | undefined
  /** Offers room for at most that many tasks. False when the run cannot take up any. */
  offer(most: number): boolean
  /** Says that what a lane lacked may be there again. */
  openLane(index: number): void
}

/** The ready tasks of one run that ask for the same executor, the same amounts of the same pools and the same agents. */
export class Lane implements TurnTaker {
  readonly index: number
  readonly run: Candidate
  readonly load: ExecutorLoad
  readonly uses: Readonly<Record<string, number>>
  readonly usesPools: boolean
  readonly agent: AgentNeed | undefined
  readonly askedAt: number
  servedAt = 0
  /** The waiting list that it is on, if it lacks something. */
  waitsIn: Turns<Lane> | undefined

  constructor(
    index: number,
    run: Candidate,
    load: ExecutorLoad,
    { uses, agent }: Pick<PlannedTask, 'uses' | 'agent'>,
  ) {
    this.index = index
    this.run = run
    this.load = load
    this.uses = uses
    this.usesPools = Object.keys(uses).length > 0
    this.agent = agent
    this.askedAt = run.askedAt
  }

  headPriority(): number | undefined {
    return this.run.lanePriority(this.index)
  }

  /** Waits in a list, or only for its own run. */
  waitIn(list: Turns<Lane> | undefined): void {
    this.leave()
    this.run.waiting.add(this)
    this.waitsIn = list
    list?.add(this)
  }

  /** Waits no more for what it lacked last. */
  leave(): void {
    this.run.waiting.delete(this)
    this.waitsIn?.delete(this)
    this.waitsIn = undefined
  }

  /** What it waited for is there. */
  open(): void {
    this.leave()
    this.run.openLane(this.index)
  }

  /** It has got another task, which may be better than those that made its place on the waiting list. */
  improved(): void {
    this.waitsIn?.add(this)
  }
}

/** Sorts the tasks of a plan into lanes; `laneOf` gives each task's. */
export function lanesOf(
  plan: Plan,
  run: Candidate,
  loadOf: (executor: string) => ExecutorLoad,
): { readonly lanes: readonly Lane[]; readonly laneOf: Int32Array } {
  const lanes: Lane[] = []
  const byNeed = new Map<string, number>()
  const laneOf = new Int32Array(plan.tasks.length)
  let last: PlannedTask | undefined
  let lastLane = -1
  for (const task of plan.tasks) {
    const { index, executor, uses, agent } = task
    if (last?.executor !== executor || last.uses !== uses || last.agent !== agent) {
      const amounts = Object.entries(uses).sort(([a], [b]) => (a < b ? -1 : 1))
      const need = JSON.stringify([executor, amounts, agent])
      let lane = byNeed.get(need)
      if (lane === undefined) {
        lane = lanes.push(new Lane(lanes.length, run, loadOf(executor), task)) - 1
        byNeed.set(need, lane)
      }
      last = task
      lastLane = lane
    }
    laneOf[index] = lastLane
  }
  return { lanes, laneOf }
}

import type { Plan } from '../../graph/plan.ts'
import type { ExecutorLoad } from './executor-load.ts'

/** Something that takes up tasks when it is its turn. */
export interface Admitted {
  headPriority(): number | undefined
  /** There is room for at most that many of its tasks. */
  offer(most: number): void
  /** What a lane lacked may be there again. */
  openLane(index: number): void
}

/** The ready tasks of one run that ask for the same executor and the same amounts of the same pools. */
export interface Lane {
  readonly index: number
  readonly run: Admitted
  readonly load: ExecutorLoad
  readonly uses: Readonly<Record<string, number>>
}

/** Sorts the tasks of a plan into lanes; `laneOf` gives each task's. */
export function lanesOf(
  plan: Plan,
  run: Admitted,
  deskOf: (executor: string) => ExecutorLoad,
): { readonly lanes: readonly Lane[]; readonly laneOf: Int32Array } {
  const lanes: Lane[] = []
  const byNeed = new Map<string, number>()
  const laneOf = new Int32Array(plan.tasks.length)
  let last = { executor: '', uses: {} as Readonly<Record<string, number>>, lane: -1 }
  for (const { index, executor, uses } of plan.tasks) {
    if (last.lane === -1 || last.executor !== executor || last.uses !== uses) {
      const need = JSON.stringify([executor, Object.entries(uses).sort(([a], [b]) => (a < b ? -1 : 1))])
      let lane = byNeed.get(need)
      if (lane === undefined) {
        lane = lanes.push({ index: lanes.length, run, load: deskOf(executor), uses }) - 1
        byNeed.set(need, lane)
      }
      last = { executor, uses, lane }
    }
    laneOf[index] = last.lane
  }
  return { lanes, laneOf }
}

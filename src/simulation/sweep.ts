import { type AnyDag, type Plan, planOf } from '../graph/plan.ts'
import { badValue, readFields, readInteger, readNumber } from '../graph/read-values.ts'
import { isIterable } from './is-iterable.ts'
import { type SimulationOptions, simulationFields } from './options.ts'
import { simulate, type Simulation } from './simulate.ts'

export interface SweepOptions extends Omit<SimulationOptions, 'concurrency'> {
  /** The numbers of slots to try, each an integer ≥ 1, or Infinity. @default 1 to 16 */
  readonly concurrency?: Iterable<number>
  /** How much longer than the best makespan that of the knee may be, as a share of it. 0 or more. @default 0.05 */
  readonly tolerance?: number
}

/** The result for one number of slots. */
export type SweepPoint = Pick<
  Simulation,
  'concurrency' | 'makespanMs' | 'criticalPathMs' | 'utilisation' | 'boundBy' | 'status'
>

const known: ReadonlySet<string> = new Set([...simulationFields, 'tolerance'])

export interface Sweep {
  /** By rising concurrency. */
  readonly points: readonly SweepPoint[]
  /**
   * The point with the fewest slots whose makespan is within `tolerance` of the best one: more slots are hardly worth
   * it. Only completed runs count, because a run that fails may end early. `undefined` where none completed.
   */
  readonly knee: SweepPoint | undefined
  /**
   * The point with the shortest makespan among completed runs; of several, the one with the fewest slots. `undefined`
   * where none completed.
   */
  readonly best: SweepPoint | undefined
}

/**
 * Simulates the plan with several numbers of slots, and finds the knee. The same attempts have the same lengths and
 * fail alike whatever the number of slots, so that points differ only by their slots. Rejects with what `simulate`
 * rejects with.
 */
export async function sweep<Outputs, Input>(
  dag: AnyDag<Outputs, Input> | Plan<Outputs, Input>,
  options: SweepOptions = {},
): Promise<Sweep> {
  readFields(options, "sweep's options object", known)
  const { concurrency = upTo(16), tolerance: given = 0.05, ...rest } = options
  const tolerance = readNumber(given, 'tolerance', 0, Number.POSITIVE_INFINITY)
  const plan = planOf(dag)
  if (!isIterable(concurrency)) throw badValue('concurrency', concurrency, 'a list of numbers')
  const numbers = [...new Set(concurrency)].map((slots) => readInteger(slots, 'concurrency', 1, true))
  if (numbers.length === 0) throw badValue('concurrency', numbers, 'a list with at least one number')
  const points: SweepPoint[] = []
  for (const slots of numbers.toSorted((a, b) => a - b)) {
    const { makespanMs, criticalPathMs, utilisation, boundBy, status } = await simulate(plan, {
      ...rest,
      concurrency: slots,
    })
    points.push({ concurrency: slots, makespanMs, criticalPathMs, utilisation, boundBy, status })
  }
  const completed = points.filter(({ status }) => status === 'completed')
  const leastMs = Math.min(...completed.map(({ makespanMs }) => makespanMs))
  const best = completed.find(({ makespanMs }) => makespanMs === leastMs)
  const knee = completed.find(({ makespanMs }) => makespanMs <= leastMs * (1 + tolerance))
  return { points, knee, best }
}

function upTo(most: number): number[] {
  return Array.from({ length: most }, (_, index) => index + 1)
}

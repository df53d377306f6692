import { headTailBound, type Stretch } from './head-tail-bound.ts'
import type { Problem } from './problem.ts'

/** The rounding error that sums of durations may have, as a share of them. */
export const tolerance = 1e-9

/** About how many steps are taken in all: the larger the dag, the fewer intervals are looked at. */
const mostSteps = 2_000_000

/**
 * A makespan that no schedule can beat, not even one that waits on purpose. At first it is the longest path, or for
 * some resource (slots, a pool, a capacity) all work divided by the amount of the resource, whichever is longer.
 *
 * `isCloser` adds two more bounds, of which the longest counts: `headTailBound`, and `densityBound`. Where all durations
 * are multiples of a whole number, so is every makespan, and the bound is rounded up to the next multiple.
 *
 * `heads` has the longest path that ends with each task, `tails` the longest one that begins with it; the task is
 * included.
 */
export function lowerBound(
  problem: Problem,
  heads: Float64Array,
  tails: Float64Array,
  isCloser: boolean,
): number {
  const { durations, needs, totals, laneOf, slots } = problem
  const unit = durations.every(Number.isInteger) ? durations.reduce(greatestCommonDivisor, 0) : 0
  let most = heads.reduce((longest, head) => Math.max(longest, head), 0)
  for (const [resource, amount] of [slots, ...totals].entries()) {
    const stretches = Array.from(durations, (duration, task): Stretch => {
      const units = resource === 0 ? 1 : needs[laneOf[task]!]![resource - 1]!
      return { head: heads[task]! - duration, duration, tail: tails[task]! - duration, units }
    })
    const work = stretches.reduce((sum, { duration, units }) => sum + duration * units, 0)
    most = Math.max(most, work / amount, isCloser ? headTailBound(stretches, amount) : 0)
  }
  if (isCloser) most = Math.max(most, densityBound(problem, heads, tails))
  return unit === 0 ? most : Math.ceil((most / unit) * (1 - tolerance)) * unit
}

/**
 * The bound by the density of work, after Fernandez and Bussell (1973). For the dag to end with its longest path, each
 * task has to run between its earliest start and its latest end, so a part of it falls into a given interval wherever
 * the task is put. Work that does not fit into the interval comes on top of the path.
 */
function densityBound(
  { size, durations, needs, totals, laneOf, slots }: Problem,
  heads: Float64Array,
  tails: Float64Array,
): number {
  const path = heads.reduce((longest, head) => Math.max(longest, head), 0)
  const points = pointsOf(
    [
      0,
      path,
      ...heads,
      ...heads.map((head, task) => head - durations[task]!),
      ...tails.map((tail) => path - tail),
      ...tails.map((tail, task) => path - tail + durations[task]!),
    ],
    size,
  )
  const held = new Float64Array(totals.length + 1)
  let most = path
  for (const [index, from] of points.entries()) {
    for (const until of points.slice(index + 1)) {
      held.fill(0)
      for (let task = 0; task < size; task++) {
        const duration = durations[task]!
        const head = heads[task]!
        const latest = path - tails[task]! + duration
        const inside = Math.min(duration, until - from, head - from, until - latest + duration)
        if (inside <= 0) continue
        held[0]! += inside
        for (let resource = 0; resource < totals.length; resource++) {
          held[resource + 1]! += inside * needs[laneOf[task]!]![resource]!
        }
      }
      for (const [resource, amount] of [slots, ...totals].entries()) {
        most = Math.max(most, path - (until - from) + held[resource]! / amount)
      }
    }
  }
  return most
}

/** The end points of the intervals that are looked at: all of them, or as many as there is time for, both ends included. */
function pointsOf(all: readonly number[], size: number): number[] {
  const points = [...new Set(all)].sort((a, b) => a - b)
  const step = points.length / Math.sqrt((2 * mostSteps) / (size + 1))
  return step <= 1
    ? points
    : points.filter(
        (_, place) =>
          place === points.length - 1 || Math.floor(place / step) > Math.floor((place - 1) / step),
      )
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}

import type { Problem } from './problem.ts'

/** What sums of durations may be off by, as a share of them. */
export const tolerance = 1e-9

/** The larger the dag, the fewer intervals are looked at: about so many steps are taken in all. */
const mostSteps = 2_000_000

/**
 * What no schedule can be shorter than, deliberate idling included. First the longest path, and for each resource (slots,
 * pools, capacities) all work over all there is.
 *
 * `isCloser` adds the density of work, after Fernandez and Bussell (1973): for the dag to end with its longest path, each
 * task has to run between its earliest start and its latest end, and a part of it within a given interval wherever it is
 * put. What the interval cannot hold comes on top of the path. Durations that are multiples of one whole number make
 * makespans that are: it is rounded up to the next.
 *
 * `heads` and `tails` have the longest paths that end and that begin with each task, the task included.
 */
export function lowerBound(
  { size, durations, needs, totals, laneOf, slots }: Problem,
  heads: Float64Array,
  tails: Float64Array,
  isCloser: boolean,
): number {
  const unit = durations.every(Number.isInteger) ? durations.reduce(greatestCommonDivisor, 0) : 0
  const path = heads.reduce((most, head) => Math.max(most, head), 0)
  const points = isCloser
    ? pointsOf(
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
    : [0, path]
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
  return unit === 0 ? most : Math.ceil((most / unit) * (1 - tolerance)) * unit
}

/** The points between which intervals are looked at: all, or as many as there is time for. */
function pointsOf(all: readonly number[], size: number): number[] {
  const points = [...new Set(all)].sort((a, b) => a - b)
  const step = points.length / Math.sqrt((2 * mostSteps) / (size + 1))
  return step <= 1
    ? points
    : points.filter((_, place) => Math.floor(place / step) > Math.floor((place - 1) / step))
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}

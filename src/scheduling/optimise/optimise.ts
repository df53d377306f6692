import { seeded } from '../../chance/seeded.ts'
import { listScheduler } from './list-schedule.ts'
import { lowerBound, tolerance } from './lower-bound.ts'
import { longestPaths, type Problem, reversed } from './problem.ts'

export interface Search {
  /** How many schedules are tried in a dag of 100 tasks. In a larger dag there are proportionally fewer. */
  readonly effort: number
  /** An integer that all chance depends on. */
  readonly seed: number
  /** Called before each schedule. True ends the search with the best list so far. */
  readonly isTimeUp: () => boolean
}

export interface Found {
  /** By task, lower starts first. The given rank where nothing better was found; else all ranks differ. */
  readonly rank: Int32Array
  readonly makespan: number
  /** A makespan that no schedule can beat, as far as is known. */
  readonly lowerBound: number
  readonly isOptimal: boolean
  /** How many schedules were made. */
  readonly evaluations: number
  /** True when time ran out before the effort was spent. */
  readonly truncated: boolean
}

/** How far chance moves a task in a first list, as a share of the makespan. Found by trial. */
const spread = 0.2
/** After how many moves in a row without a gain the search around a list ends. Found by trial. */
const mostMoves = 4

/**
 * Searches for a list by which the dag takes less time than by `first`. It starts from randomly disturbed lists (by
 * longest remaining path, or by the starts of the best schedule so far), improves each one forward and backward (Li and
 * Willis 1992), and then lets single tasks start before one that they had waited behind. It ends when a lower bound is
 * reached. The same problem, rank, effort and seed give the same list, unless time runs out.
 */
export function optimise(problem: Problem, first: Int32Array, { effort, seed, isTimeUp }: Search): Found {
  const { size, durations, classes } = problem
  const mirror = reversed(problem)
  const heads = longestPaths(problem)
  const tails = longestPaths(mirror)
  const forth = listScheduler(problem, tails)
  const back = listScheduler(mirror, heads)
  const chance = seeded(seed)
  const key = new Float64Array(size)
  const rank = new Int32Array(size)
  const tasks = Int32Array.from(key.keys())
  let best = first
  let shortest = forth.schedule(spaced(first), Number.POSITIVE_INFINITY)
  const bestStartAt = forth.startAt.slice()
  let bound = lowerBound(problem, heads, tails, false)
  let evaluations = 1
  let truncated = false

  const isReached = (): boolean => shortest <= bound * (1 + tolerance)
  const goesOn = (): boolean => {
    if (isReached() || evaluations * (size + 20) >= effort * 120) return false
    truncated ||= isTimeUp()
    return !truncated
  }
  const rankBy = (list: Int32Array, by: Int32Array): Int32Array => {
    const next = new Int32Array(size + 1)
    for (const task of list) next[by[task]! + 1]!++
    for (let place = 1; place < size; place++) next[place]! += next[place - 1]!
    for (const task of list) rank[task] = next[by[task]!]!++
    evaluations++
    return rank
  }
  const byKey = (): Int32Array => tasks.sort((a, b) => key[a]! - key[b]! || a - b)
  const attempt = (list: Int32Array, most: number): number => {
    const makespan = forth.schedule(rankBy(list, classes), most)
    if (makespan < shortest) best = rank.slice()
    if (makespan <= shortest) {
      shortest = makespan
      bestStartAt.set(forth.startAt)
    }
    return makespan
  }
  /** Starts from the latest schedule. */
  const improve = (given: number): void => {
    let makespan = given
    for (let before = Number.POSITIVE_INFINITY; makespan < before && goesOn(); ) {
      before = makespan
      for (let task = 0; task < size; task++) key[task] = -forth.startAt[task]! - durations[task]!
      back.schedule(rankBy(byKey(), mirror.classes), Number.POSITIVE_INFINITY)
      for (let task = 0; task < size; task++) key[task] = -back.startAt[task]! - durations[task]!
      makespan = attempt(byKey(), Number.POSITIVE_INFINITY)
    }
    const list = forth.started.slice()
    const startedBefore = forth.startedBefore.slice()
    for (let moves = 0; moves < mostMoves && goesOn(); moves++) {
      const place = Math.floor(chance() * size)
      const task = list[place]!
      const least = startedBefore[task]!
      if (least === place) continue
      const to = least + Math.floor(chance() * (place - least))
      const moved = list.slice()
      moved.copyWithin(to + 1, to, place)
      moved[to] = task
      const after = attempt(moved, makespan)
      if (after > makespan) continue
      if (after < makespan) moves = -1
      makespan = after
      list.set(forth.started)
      startedBefore.set(forth.startedBefore)
    }
  }

  if (!isReached()) bound = lowerBound(problem, heads, tails, true)
  if (goesOn()) improve(shortest)
  while (goesOn()) {
    const isFromBest = chance() < 0.5
    for (let task = 0; task < size; task++) {
      key[task] = (isFromBest ? bestStartAt[task]! : -tails[task]!) + spread * shortest * chance()
    }
    improve(attempt(byKey(), Number.POSITIVE_INFINITY))
  }
  return {
    rank: best,
    makespan: shortest,
    lowerBound: Math.min(bound, shortest),
    isOptimal: isReached(),
    evaluations,
    truncated,
  }
}

/** The same order, with as many free places behind each rank as the rank has tasks. */
function spaced(rank: Int32Array): Int32Array {
  const before = new Int32Array(rank.length + 1)
  for (const one of rank) before[one + 1]!++
  for (let one = 1; one < before.length; one++) before[one]! += before[one - 1]!
  return rank.map((one) => before[one]!)
}

import type { Problem } from './problem.ts'

/** Makes schedules from lists. The arrays belong to it, and are overwritten by the next call. */
export interface ListScheduler {
  /**
   * The makespan of a list schedule: at the start, and whenever a task ends, the best-ranked ready tasks that fit are
   * started, until none fits. Ends are handled one by one, as in a run; those of the same instant in the order of their
   * starts. Equal ranks go by which task was ready first; each rank leaves as many places free behind it as it has
   * tasks. Returns `Infinity`, without a schedule, as soon as the makespan is sure to exceed `most`.
   */
  readonly schedule: (rank: Int32Array, most: number) => number
  /** By task. */
  readonly startAt: Float64Array
  /** The tasks in the order in which they started. */
  readonly started: Int32Array
  /** By task: how many other tasks had started when it became ready. */
  readonly startedBefore: Int32Array
}

/** `tails` has the longest path from the start of each task to the end of the dag. */
export function listScheduler(problem: Problem, tails: Float64Array): ListScheduler {
  const { size, durations, unmet, firstOf, dependents, slots, laneOf, needs, totals } = problem
  const lanes = needs.length
  const words = (size + 31) >> 5
  const startAt = new Float64Array(size)
  const started = new Int32Array(size)
  const startedBefore = new Int32Array(size)
  const left = new Int32Array(size)
  // The ready tasks of each lane, as a set of places in the list. A place is a rank, made unique by who was ready first.
  const ready = new Int32Array(lanes * words)
  const lowest = new Int32Array(lanes)
  const taskAt = new Int32Array(size)
  const given = new Int32Array(size)
  // The running tasks, from `over` up to `begun`, by their ends; of one end, by their starts.
  const endAt = new Float64Array(size)
  const running = new Int32Array(size)
  const free = new Float64Array(totals.length)
  const fresh = new Int32Array(size)

  const roots = Int32Array.from(unmet.keys()).filter((task) => unmet[task] === 0)

  const schedule = (rank: Int32Array, most: number): number => {
    left.set(unmet)
    ready.fill(0)
    lowest.fill(words)
    given.fill(0)
    free.set(totals)
    fresh.set(roots)
    let freshCount = roots.length
    let now = 0
    let over = 0
    let begun = 0
    let waiting = 0
    for (;;) {
      for (let next = 0; next < freshCount; next++) {
        const task = fresh[next]!
        const place = rank[task]! + given[rank[task]!]!++
        const lane = laneOf[task]!
        const word = place >> 5
        taskAt[place] = task
        ready[lane * words + word]! |= 1 << (place & 31)
        if (word < lowest[lane]!) lowest[lane] = word
        startedBefore[task] = begun
      }
      waiting += freshCount
      while (waiting > 0 && begun - over < slots) {
        let place = size
        for (let lane = 0; lane < lanes; lane++) {
          let word = lowest[lane]!
          while (word < words && ready[lane * words + word] === 0) word++
          lowest[lane] = word
          if (word === words) continue
          const bits = ready[lane * words + word]!
          const first = (word << 5) + 31 - Math.clz32(bits & -bits)
          if (first < place && fits(needs[lane]!, free)) place = first
        }
        if (place === size) break
        const task = taskAt[place]!
        if (now + tails[task]! > most) return Number.POSITIVE_INFINITY
        ready[laneOf[task]! * words + (place >> 5)]! &= ~(1 << (place & 31))
        waiting--
        take(needs[laneOf[task]!]!, free, 1)
        startAt[task] = now
        started[begun] = task
        const end = now + durations[task]!
        let at = begun++
        for (; at > over && endAt[at - 1]! > end; at--) {
          endAt[at] = endAt[at - 1]!
          running[at] = running[at - 1]!
        }
        endAt[at] = end
        running[at] = task
      }
      if (over === begun) return now
      now = endAt[over]!
      const task = running[over++]!
      take(needs[laneOf[task]!]!, free, -1)
      freshCount = 0
      for (let link = firstOf[task]!; link < firstOf[task + 1]!; link++) {
        const dependent = dependents[link]!
        if (--left[dependent]! === 0) fresh[freshCount++] = dependent
      }
    }
  }
  return { schedule, startAt, started, startedBefore }
}

function fits(need: readonly number[], free: Float64Array): boolean {
  for (let resource = 0; resource < need.length; resource++) {
    if (need[resource]! > free[resource]!) return false
  }
  return true
}

function take(need: readonly number[], free: Float64Array, times: 1 | -1): void {
  for (let resource = 0; resource < need.length; resource++) free[resource]! -= times * need[resource]!
}

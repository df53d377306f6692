import type { Problem } from './problem.ts'

/** Makes schedules by lists. The arrays are its own: they hold until it is asked again. */
export interface ListScheduler {
  /**
   * The makespan when, at the start and each time a task is over, the best-ranked ready task that fits starts, and the
   * next, until none fits: one end after the other, as a run sees them; of one instant, in the order of the starts.
   * Equal ranks go by who was ready first; a rank leaves as many places free behind it as it has tasks. `Infinity`, and
   * no schedule, as soon as it is sure to exceed `most`.
   */
  schedule(rank: Int32Array, most: number): number
  /** By task. */
  readonly startAt: Float64Array
  /** The tasks in the order in which they started. */
  readonly started: Int32Array
  /** By task: how many others had started when it became ready. */
  readonly startedBefore: Int32Array
}

/** `tails` has the longest path from the start of each task to the end. */
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

  const schedule = (rank: Int32Array, most: number): number => {
    left.set(unmet)
    ready.fill(0)
    given.fill(0)
    free.set(totals)
    let now = 0
    let over = 0
    let begun = 0
    let waiting = 0
    const push = (task: number): void => {
      const place = rank[task]! + given[rank[task]!]!++
      const lane = laneOf[task]!
      const word = place >> 5
      taskAt[place] = task
      ready[lane * words + word]! |= 1 << (place & 31)
      if (word < lowest[lane]!) lowest[lane] = word
      startedBefore[task] = begun
      waiting++
    }
    lowest.fill(words)
    for (let task = 0; task < size; task++) if (left[task] === 0) push(task)
    for (;;) {
      while (waiting > 0 && begun - over < slots) {
        let place = size
        for (let lane = 0; lane < lanes; lane++) {
          let word = lowest[lane]!
          while (word < words && ready[lane * words + word] === 0) word++
          lowest[lane] = word
          if (word === words) continue
          const bits = ready[lane * words + word]!
          const first = (word << 5) + 31 - Math.clz32(bits & -bits)
          if (first < place && needs[lane]!.every((need, resource) => need <= free[resource]!)) place = first
        }
        if (place === size) break
        const task = taskAt[place]!
        if (now + tails[task]! > most) return Number.POSITIVE_INFINITY
        const lane = laneOf[task]!
        ready[lane * words + (place >> 5)]! &= ~(1 << (place & 31))
        waiting--
        for (let resource = 0; resource < totals.length; resource++)
          free[resource]! -= needs[lane]![resource]!
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
      const need = needs[laneOf[task]!]!
      for (let resource = 0; resource < totals.length; resource++) free[resource]! += need[resource]!
      for (let link = firstOf[task]!; link < firstOf[task + 1]!; link++) {
        if (--left[dependents[link]!]! === 0) push(dependents[link]!)
      }
    }
  }
  return { schedule, startAt, started, startedBefore }
}

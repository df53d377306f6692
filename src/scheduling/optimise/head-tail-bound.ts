/** A stretch of work that holds some of a resource, and the longest chains that must come before it and after it. */
export interface Stretch {
  readonly head: number
  readonly duration: number
  readonly tail: number
  /** How much of the resource it holds. */
  readonly units: number
}

/** About how many steps are taken in all: the more stretches, the fewer sets of them are looked at. */
const mostSteps = 200_000

/**
 * A makespan that no schedule can beat, because the stretches share a resource of that amount: 0 where they hold less
 * than all of it.
 *
 * Take a set of stretches that hold at least `amount` units in all, and think of each unit as a lane of its own. Each
 * lane can be given one of them. Before the first stretch of a lane lies its head, behind the last one its tail, so that
 * the lanes together wait at least for the `amount` smallest heads and tails of the set, and work in between (Carlier
 * 1987). The sets that are looked at: all stretches with at least some head and at least some tail.
 */
export function headTailBound(stretches: readonly Stretch[], amount: number): number {
  const held = stretches.filter(({ duration, units }) => duration > 0 && units > 0)
  if (!Number.isFinite(amount) || held.length === 0) return 0
  const byTail = held.toSorted((a, b) => b.tail - a.tail)
  const heads = [...new Set(held.map(({ head }) => head))].sort((a, b) => a - b)
  const every = Math.max(1, Math.ceil((heads.length * held.length) / mostSteps))
  let most = 0
  for (let at = 0; at < heads.length; at += every) {
    const least = heads[at]!
    const late = byTail.filter(({ head }) => head >= least)
    most = Math.max(
      most,
      mostOfFirst(
        late,
        amount,
        ({ head }) => head,
        ({ tail }) => tail,
      ),
    )
  }
  // Whatever their tails, the sets of the latest heads, all of them.
  const byHead = held.toSorted((a, b) => b.head - a.head)
  return Math.max(
    most,
    mostOfFirst(
      byHead,
      amount,
      ({ tail }) => tail,
      ({ head }) => head,
    ),
  )
}

/** The bound by the first of them, by the first two, and so on: the most of these. `falling` must not rise. */
function mostOfFirst(
  stretches: readonly Stretch[],
  amount: number,
  any: (one: Stretch) => number,
  falling: (one: Stretch) => number,
): number {
  const smallest = new Smallest(amount)
  let [most, work, units] = [0, 0, 0]
  // The smallest of what falls are the latest, from this one on, of which some units may be too many.
  let [from, fallen, lately] = [0, 0, 0]
  for (const one of stretches) {
    work += one.duration * one.units
    units += one.units
    smallest.add(any(one), one.units)
    fallen += falling(one) * one.units
    lately += one.units
    for (let first = stretches[from]!; lately - first.units >= amount; first = stretches[from]!) {
      fallen -= falling(first) * first.units
      lately -= first.units
      from++
    }
    if (units < amount) continue
    const tooMany = falling(stretches[from]!) * (lately - amount)
    most = Math.max(most, (smallest.sum + work + fallen - tooMany) / amount)
  }
  return most
}

/** The sum of the smallest values, of which each may be there several times. */
class Smallest {
  sum = 0
  readonly #most: number
  #count = 0
  /** Ascending. */
  readonly #values: { readonly value: number; times: number }[] = []

  constructor(most: number) {
    this.#most = most
  }

  add(value: number, times: number): void {
    const last = this.#values.at(-1)
    if (this.#count >= this.#most && last !== undefined && value >= last.value) return
    let low = 0
    for (let high = this.#values.length; low < high; ) {
      const middle = (low + high) >> 1
      if (this.#values[middle]!.value <= value) low = middle + 1
      else high = middle
    }
    this.#values.splice(low, 0, { value, times })
    this.#count += times
    this.sum += value * times
    while (this.#count > this.#most) {
      const largest = this.#values.at(-1)!
      const over = Math.min(largest.times, this.#count - this.#most)
      largest.times -= over
      this.#count -= over
      this.sum -= largest.value * over
      if (largest.times === 0) this.#values.pop()
    }
  }
}

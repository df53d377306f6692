/** What takes its turn: a run whose best ready task has this priority, or undefined when it has none to offer. */
export interface TurnTaker {
  headPriority(): number | undefined
}

/** Whose turn it is among runs that want to take up tasks: the highest priority first, round robin among equals. */
export class Turns<Taker extends TurnTaker> {
  readonly #waiting = new Set<Taker>()
  /** The number of the last turn of each. Outlives its wait: who comes back does not come before who went without. */
  readonly #served = new WeakMap<Taker, number>()
  #turns = 0

  get size(): number {
    return this.#waiting.size
  }

  add(taker: Taker): void {
    this.#waiting.add(taker)
  }

  delete(taker: Taker): void {
    this.#waiting.delete(taker)
  }

  /** The one whose turn it is: among equals, who was served longest ago. Takers with nothing to offer are taken out. */
  next(): Taker | undefined {
    let best: Taker | undefined
    let bestPriority = Number.NEGATIVE_INFINITY
    let bestServed = Number.POSITIVE_INFINITY
    for (const taker of this.#waiting) {
      const priority = taker.headPriority()
      if (priority === undefined) {
        this.#waiting.delete(taker)
        continue
      }
      const served = this.#served.get(taker) ?? 0
      if (priority > bestPriority || (priority === bestPriority && served < bestServed)) {
        best = taker
        bestPriority = priority
        bestServed = served
      }
    }
    if (best !== undefined) this.#served.set(best, ++this.#turns)
    return best
  }
}

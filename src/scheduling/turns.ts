/** What takes its turn: a run whose best ready task has this priority, or undefined when it has none to offer. */
export interface TurnTaker {
  headPriority(): number | undefined
}

/** Whose turn it is among runs that want to take up tasks: the highest priority first, round robin among equals. */
export class Turns<Taker extends TurnTaker> {
  /** In the order in which they were last served, longest ago first. */
  #waiting = new Set<Taker>()

  get size(): number {
    return this.#waiting.size
  }

  add(taker: Taker): void {
    this.#waiting.add(taker)
  }

  delete(taker: Taker): void {
    this.#waiting.delete(taker)
  }

  /** The one whose turn it is, put behind its equals. Takers with nothing to offer are taken out. */
  next(): Taker | undefined {
    let best: Taker | undefined
    let bestPriority = Number.NEGATIVE_INFINITY
    for (const taker of this.#waiting) {
      const priority = taker.headPriority()
      if (priority === undefined) this.#waiting.delete(taker)
      else if (best === undefined || priority > bestPriority) {
        best = taker
        bestPriority = priority
      }
    }
    if (best !== undefined) {
      this.#waiting.delete(best)
      this.#waiting.add(best)
    }
    return best
  }
}

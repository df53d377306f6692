/** What takes its turn: a run whose best ready task has this priority, or undefined when it has none to offer. */
export interface TurnTaker {
  headPriority(): number | undefined
}

/** Whose turn it is among runs that want to take up tasks: the highest priority first, round robin among equals. */
export class Turns<Taker extends TurnTaker> {
  /** In the order in which they were last served, longest ago first. They are few, and mostly one. */
  readonly #waiting: Taker[] = []

  get size(): number {
    return this.#waiting.length
  }

  add(taker: Taker): void {
    if (!this.#waiting.includes(taker)) this.#waiting.push(taker)
  }

  delete(taker: Taker): void {
    const place = this.#waiting.indexOf(taker)
    if (place !== -1) this.#waiting.splice(place, 1)
  }

  /** The one whose turn it is, put behind its equals. Takers with nothing to offer are taken out. */
  next(): Taker | undefined {
    let best: Taker | undefined
    let bestPriority = Number.NEGATIVE_INFINITY
    let kept = 0
    for (const taker of this.#waiting) {
      const priority = taker.headPriority()
      if (priority === undefined) continue
      this.#waiting[kept++] = taker
      if (best === undefined || priority > bestPriority) {
        best = taker
        bestPriority = priority
      }
    }
    if (kept < this.#waiting.length) this.#waiting.length = kept
    if (best !== undefined && kept > 1) {
      this.delete(best)
      this.#waiting.push(best)
    }
    return best
  }
}

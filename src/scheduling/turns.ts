/** What takes its turn: a run whose best ready task has this priority, or undefined when it has none to offer. */
export interface TurnTaker {
  headPriority(): number | undefined
}

/** Whose turn it is among runs that want to take up tasks: the highest priority first, round robin among equals. */
export class Turns<Taker extends TurnTaker> {
  /**
   * In the order in which they were last served, longest ago first. They are few, mostly one that comes and goes with
   * each task: the places of those that went stay, empty, behind the others.
   */
  readonly #waiting: (Taker | undefined)[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  add(taker: Taker): void {
    if (!this.#waiting.includes(taker)) this.#waiting[this.#size++] = taker
  }

  delete(taker: Taker): void {
    const place = this.#waiting.indexOf(taker)
    if (place === -1) return
    this.#waiting.copyWithin(place, place + 1, this.#size)
    this.#waiting[--this.#size] = undefined
  }

  /** The one whose turn it is, put behind its equals. Takers with nothing to offer are taken out. */
  next(): Taker | undefined {
    let best: Taker | undefined
    let bestPriority = Number.NEGATIVE_INFINITY
    for (let place = 0; place < this.#size; ) {
      const taker = this.#waiting[place]!
      const priority = taker.headPriority()
      if (priority === undefined) {
        this.delete(taker)
        continue
      }
      if (best === undefined || priority > bestPriority) {
        best = taker
        bestPriority = priority
      }
      place++
    }
    if (best !== undefined && this.#size > 1) {
      this.delete(best)
      this.add(best)
    }
    return best
  }
}

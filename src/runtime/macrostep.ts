/** What has something to commit at the end of a macrostep. */
export interface Committer {
  /** Gives out what has gathered; it may gather anew while doing so. */
  commit(): void
}

/**
 * The outermost synchronous step: from an event of the outside (a report, a timer, a command) through all transitions
 * that follow from it, then admission, then the commit of facts and the release of effects. What effects and observers
 * bring about is part of the same step, so that nothing ever runs inside somebody else's half-done change.
 */
export class Macrostep {
  readonly #admit: () => void
  readonly #dirty = new Set<Committer>()
  readonly #now: () => number
  #isOpen = false
  #at = 0

  /** `admit` takes up what there is room for; it is called before every commit. */
  constructor(admit: () => void, now: () => number) {
    this.#admit = admit
    this.#now = now
  }

  /** Has the committer called at the end of the step that is open now. */
  touch(committer: Committer): void {
    this.#dirty.add(committer)
  }

  /** The instant, in epoch ms, of what is being reacted to: all that follows from it at once has the same. */
  get at(): number {
    return this.#isOpen ? this.#at : this.#now()
  }

  run(change: () => void): void {
    this.#at = this.#now()
    if (this.#isOpen) {
      change()
      return
    }
    this.#isOpen = true
    try {
      change()
      do {
        this.#admit()
        // What is touched from here on is for the next round, after admission.
        const dirty = [...this.#dirty]
        this.#dirty.clear()
        for (const committer of dirty) committer.commit()
      } while (this.#dirty.size > 0)
    } finally {
      this.#isOpen = false
    }
  }
}

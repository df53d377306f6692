import { ReusedList } from '../../scheduling/reused-list.ts'

/** What has something to commit at the end of a macrostep. */
export interface Committer {
  /** True from `touch` until its turn to commit. Kept here, so that touching what is touched already costs nothing. */
  isTouched: boolean
  /** Gives out what has batch; it may gather anew while doing so. */
  commit(): void
}

/**
 * The outermost synchronous step: from an event of the outside (a report, a timer, a command) through all transitions
 * that follow from it, then admission, then the commit of facts and the release of effects. What effects and observers
 * bring about is part of the same step, so that nothing ever runs inside somebody else's half-done change.
 */
export class Macrostep {
  readonly #admit: () => void
  readonly #flush: () => void
  readonly #now: () => number
  #dirty = new ReusedList<Committer>()
  /** Empty; taken in turns with the other one. */
  #spare = new ReusedList<Committer>()
  #isOpen = false
  #at = 0

  constructor(options: {
    /** Takes up what there is room for; called before every commit. */
    readonly admit: () => void
    /** Writes what has been committed; called after every commit. */
    readonly flush: () => void
    readonly now: () => number
  }) {
    this.#admit = options.admit
    this.#flush = options.flush
    this.#now = options.now
  }

  /** Has the committer called at the end of the step that is open now. */
  touch(committer: Committer): void {
    if (committer.isTouched) return
    committer.isTouched = true
    this.#dirty.push(committer)
  }

  /** The instant, in epoch ms, of what is being reacted to: all that follows from it at once has the same. */
  get at(): number {
    return this.#isOpen ? this.#at : this.#now()
  }

  run(change: () => void): void {
    this.with(call, change, undefined)
  }

  /** `run`, for what would otherwise need a closure each time. */
  with<A, B>(change: (a: A, b: B) => void, a: A, b: B): void {
    this.#at = this.#now()
    if (this.#isOpen) {
      change(a, b)
      return
    }
    this.#isOpen = true
    try {
      change(a, b)
      do this.#commit()
      while (this.#dirty.length > 0)
    } finally {
      this.#isOpen = false
    }
  }

  #commit(): void {
    this.#admit()
    const dirty = this.#dirty
    // What is touched from here on is for the next round, after admission.
    this.#dirty = this.#spare
    this.#spare = dirty
    for (let next = 0; next < dirty.length; next++) {
      const committer = dirty.at(next)
      committer.isTouched = false
      committer.commit()
    }
    dirty.clear()
    this.#flush()
  }
}

function call(change: () => void): void {
  change()
}

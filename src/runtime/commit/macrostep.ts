import { ReusedList } from '../../containers/reused-list.ts'

/** Something that may have facts and effects to commit at the end of a macrostep. */
export interface Committer {
  /** True from `touch` until it commits. Kept here, so that touching it twice costs nothing. */
  isTouched: boolean
  /** Gives out the facts and effects that have gathered. Others may gather meanwhile. */
  commit(): void
}

/**
 * The outermost synchronous step. It begins with an event from outside (a report, a timer, a command), goes through all
 * transitions that follow from it, then admission, and ends with the commit of facts and the release of effects.
 * Whatever effects and observers cause is part of the same step, so that no change begins while another one is half
 * done.
 */
export class Macrostep {
  readonly #admit: () => void
  readonly #flush: () => void
  readonly #now: () => number
  #dirty = new ReusedList<Committer>()
  /** Empty. The two lists are used by turns. */
  #spare = new ReusedList<Committer>()
  #isOpen = false
  #at = 0

  constructor(options: {
    /** Called before every commit: offers room to tasks. */
    readonly admit: () => void
    /** Called after every commit: writes what was committed. */
    readonly flush: () => void
    readonly now: () => number
  }) {
    this.#admit = options.admit
    this.#flush = options.flush
    this.#now = options.now
  }

  /** Makes the committer commit at the end of the current step, or of a step of its own if none is open. */
  touch(committer: Committer): void {
    if (committer.isTouched) return
    committer.isTouched = true
    // Somebody has sent to an actor himself.
    if (!this.#isOpen) queueMicrotask(() => this.run(nothing))
    this.#dirty.push(committer)
  }

  /**
   * The instant of the event that the step began with, in epoch milliseconds. Everything in the step happens at this
   * instant.
   */
  get at(): number {
    return this.#isOpen ? this.#at : this.#now()
  }

  run(change: () => void): void {
    this.with(call, change, undefined)
  }

  /** `run` without the need for a closure. */
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
    // Whatever is touched from here on commits in the next round, after admission.
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

function nothing(): void {}

function call(change: () => void): void {
  change()
}

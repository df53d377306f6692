/** An attempt in a list of live ones, with its neighbours there. */
export interface LiveAttempt<Self> {
  readonly attemptId: string
  before: Self | undefined
  after: Self | undefined
  isLive: boolean
}

/**
 * The live attempts. Only attempts that are ended or answered are looked up, which is rare: the index by id is made for
 * the first of them, and kept until no attempt is live.
 */
export class LiveAttempts<Attempt extends LiveAttempt<Attempt>> {
  #last: Attempt | undefined
  #byId: Map<string, Attempt> | undefined

  add(attempt: Attempt): void {
    attempt.before = this.#last
    if (this.#last !== undefined) this.#last.after = attempt
    this.#last = attempt
    attempt.isLive = true
    this.#byId?.set(attempt.attemptId, attempt)
  }

  /** False when it was no longer live. */
  delete(attempt: Attempt): boolean {
    if (!attempt.isLive) return false
    attempt.isLive = false
    this.unlist(attempt)
    return true
  }

  /** It is live, but nobody will look it up again: it may never end, and is not held on account of that. */
  unlist(attempt: Attempt): void {
    const { before, after } = attempt
    if (before !== undefined) before.after = after
    if (after !== undefined) after.before = before
    if (this.#last === attempt) this.#last = before
    attempt.before = undefined
    attempt.after = undefined
    if (this.#last === undefined) this.#byId = undefined
    else if (this.#byId?.get(attempt.attemptId) === attempt) this.#byId.delete(attempt.attemptId)
  }

  get(attemptId: string): Attempt | undefined {
    this.#byId ??= this.#index()
    return this.#byId.get(attemptId)
  }

  #index(): Map<string, Attempt> {
    const byId = new Map<string, Attempt>()
    for (let attempt = this.#last; attempt !== undefined; attempt = attempt.before) {
      // Of two with the same id, the latest counts.
      if (!byId.has(attempt.attemptId)) byId.set(attempt.attemptId, attempt)
    }
    return byId
  }
}

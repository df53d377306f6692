/** A limit on how many tasks hold a slot at once. Which tasks hold one is decided by their states alone. */
export class Slots {
  readonly limit: number
  #held = 0
  /** How often one was given back: while that stays the same, so do those that hold them. */
  givenBack = 0

  /** `limit` is an integer of 0 or more, or `Infinity`. With 0 nothing starts. */
  constructor(limit: number) {
    this.limit = limit
  }

  get held(): number {
    return this.#held
  }

  get isFull(): boolean {
    return this.#held >= this.limit
  }

  hold(): void {
    this.#held++
  }

  free(): void {
    this.#held--
    this.givenBack++
  }
}

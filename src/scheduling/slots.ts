/** A limit on how many tasks hold a slot at once. Who holds one is decided by the tasks' states alone. */
export class Slots {
  readonly limit: number
  #held = 0

  /** `limit` is an integer of 0 or more, or `Infinity`; 0 holds everything. */
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
  }
}

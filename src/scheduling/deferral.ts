const baseMs = 100
const capMs = 5_000
const greatestPower = 10

/**
 * How long to leave an executor alone that declines every offer. It is counted once a batch (all offers of one
 * macrostep), never once a task: a batch of declined offers alone makes the next wait longer, one accepted offer ends
 * the row. With an executor that stays full, offers fall at 0, 200, 600, 1400, 3000, 6200, 11200, 16200 ms.
 */
export class Deferral {
  #declinedBatches = 0
  #accepted = 0
  #declined = 0

  noteAccepted(): void {
    this.#accepted++
  }

  noteDeclined(): void {
    this.#declined++
  }

  /** Closes the batch. Returns how long to wait before the next offer: 0 when the last batch was not declined whole. */
  endBatch(): number {
    if (this.#accepted > 0) this.#declinedBatches = 0
    else if (this.#declined > 0) this.#declinedBatches++
    this.#accepted = 0
    this.#declined = 0
    return this.waitMs
  }

  /** `min(100 ms × 2^min(declined batches, 10), 5 s)`, or 0 after an accepted offer. */
  get waitMs(): number {
    if (this.#declinedBatches === 0) return 0
    return Math.min(baseMs * 2 ** Math.min(this.#declinedBatches, greatestPower), capMs)
  }
}

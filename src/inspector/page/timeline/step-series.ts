import { countHolding } from '../state/sorted.ts'

/** A number over time that changes in steps, such as how many slots are in use. Instants are epoch milliseconds. */
export class StepSeries {
  readonly #ats: number[] = []
  readonly #values: number[] = []
  #peak = 0

  /** Changes the value from `at` on. An instant before the last change counts as that one. */
  add(at: number, by: number): void {
    const last = this.#ats.length - 1
    const value = (this.#values[last] ?? 0) + by
    if (last >= 0 && at <= this.#ats[last]!) this.#values[last] = value
    else {
      this.#ats.push(at)
      this.#values.push(value)
    }
    this.#peak = Math.max(this.#peak, value)
  }

  /** The highest value that it has had. */
  get peak(): number {
    return this.#peak
  }

  valueAt(at: number): number {
    return this.#values[this.#after(at) - 1] ?? 0
  }

  /**
   * The highest value in each of `columns` equal parts of the time from `from` to `to`. A part in which nothing changes
   * has the value that it began with.
   */
  highest(from: number, to: number, columns: number): Float64Array {
    const heights = new Float64Array(columns)
    const width = (to - from) / columns
    let next = this.#after(from)
    let value = this.#values[next - 1] ?? 0
    for (let column = 0; column < columns; column++) {
      const end = column === columns - 1 ? to : from + width * (column + 1)
      let highest = value
      while (next < this.#ats.length && this.#ats[next]! < end) {
        value = this.#values[next++]!
        if (value > highest) highest = value
      }
      heights[column] = highest
    }
    return heights
  }

  /** The place of the first change after `at`. */
  #after(at: number): number {
    return countHolding(this.#ats.length, (place) => this.#ats[place]! <= at)
  }
}

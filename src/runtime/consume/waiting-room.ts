import type { KnownItem } from './known-item.ts'

/** Items that wait to be taken, the most urgent first. */
export class WaitingRoom {
  readonly #byUrgency: KnownItem[] = []
  readonly #ids = new Set<string>()

  get size(): number {
    return this.#byUrgency.length
  }

  has(id: string): boolean {
    return this.#ids.has(id)
  }

  add(item: KnownItem): void {
    let [from, to] = [0, this.#byUrgency.length]
    while (from < to) {
      const middle = (from + to) >> 1
      if (this.#byUrgency[middle]!.isBefore(item)) from = middle + 1
      else to = middle
    }
    this.#byUrgency.splice(from, 0, item)
    this.#ids.add(item.id)
  }

  takeFirst(): KnownItem | undefined {
    return this.#gone(this.#byUrgency.shift())
  }

  takeLast(): KnownItem | undefined {
    return this.#gone(this.#byUrgency.pop())
  }

  #gone(item: KnownItem | undefined): KnownItem | undefined {
    if (item !== undefined) this.#ids.delete(item.id)
    return item
  }
}

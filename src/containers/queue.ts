/** First in, first out. A push or a shift takes constant time on average, and gives memory back. */
export class Queue<T> {
  #items: T[] = []
  /** Items before it are gone. */
  #head = 0

  get length(): number {
    return this.#items.length - this.#head
  }

  /** The oldest. */
  get first(): T | undefined {
    return this.#items[this.#head]
  }

  push(item: T): void {
    this.#items.push(item)
  }

  /** Takes out the oldest. */
  shift(): T | undefined {
    if (this.length === 0) return undefined
    const item = this.#items[this.#head]
    this.#items[this.#head++] = undefined as T
    // Only after as many items are gone as there are left.
    if (this.length === 0 || this.#head > this.length + 1_024) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (let index = this.#head; index < this.#items.length; index++) yield this.#items[index]!
  }
}

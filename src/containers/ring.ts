/** The last `capacity` things that were pushed, in order. */
export class Ring<T> {
  readonly #capacity: number
  #items: T[] = []
  /** Items before it are dropped. */
  #head = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get length(): number {
    return this.#items.length - this.#head
  }

  push(item: T): void {
    this.#items.push(item)
    if (this.length <= this.#capacity) return
    this.#items[this.#head] = undefined as T
    this.#head++
    this.#giveBack()
  }

  at(index: number): T | undefined {
    return this.#items[this.#head + index]
  }

  shift(): T | undefined {
    if (this.length === 0) return undefined
    const item = this.#items[this.#head]
    this.#items[this.#head] = undefined as T
    this.#head++
    if (this.length === 0) this.clear()
    else this.#giveBack()
    return item
  }

  clear(): void {
    this.#items = []
    this.#head = 0
  }

  /**
   * Memory is given back only after as many drops as there are items left, so that a push or shift takes constant time
   * on average.
   */
  #giveBack(): void {
    if (this.#head <= this.length + 1_024) return
    this.#items = this.#items.slice(this.#head)
    this.#head = 0
  }

  *[Symbol.iterator](): IterableIterator<T> {
    for (let index = this.#head; index < this.#items.length; index++) yield this.#items[index]!
  }
}

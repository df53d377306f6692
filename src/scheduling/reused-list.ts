/** Above this many items, the room they took is given back. */
const mostKept = 1_024

/**
 * A list that is filled and emptied over and over, with a handful of items in it. It keeps its room, which an array
 * gives back as it is emptied, and takes anew with the next item.
 */
export class ReusedList<T> {
  #items: T[] = []
  #length = 0

  get length(): number {
    return this.#length
  }

  at(index: number): T {
    return this.#items[index]!
  }

  push(item: T): void {
    this.#items[this.#length++] = item
  }

  clear(): void {
    if (this.#length > mostKept) this.#items = []
    // What is not in it any more must not be kept from being collected.
    else for (let index = 0; index < this.#length; index++) this.#items[index] = undefined as T
    this.#length = 0
  }

  /** A copy. */
  toArray(): T[] {
    return this.#items.slice(0, this.#length)
  }
}

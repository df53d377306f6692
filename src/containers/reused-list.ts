/** A list with more items than this gives its memory back when it is emptied. */
const mostKept = 1_024

/**
 * A list that is filled with a few items and emptied, over and over. It keeps its memory, where an array would give it
 * back each time and allocate again for the next item.
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
    // Items that are gone must not be kept from being collected.
    else for (let index = 0; index < this.#length; index++) this.#items[index] = undefined as T
    this.#length = 0
  }
}

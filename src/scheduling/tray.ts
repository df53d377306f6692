/** Above this many items, the room they took is given back. */
const mostKept = 1_024

/**
 * A list that is filled and emptied over and over, with a handful of items in it. It keeps its room, which an array
 * gives back as it is emptied, and takes anew with the next item.
 */
export class Tray<T> {
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

  /** Takes out the last `count`. */
  drop(count: number): void {
    const left = this.#length - count
    if (left === 0 && count > mostKept) this.#items = []
    // What is not in it any more must not be kept from being collected.
    else for (let index = left; index < this.#length; index++) this.#items[index] = undefined as T
    this.#length = left
  }

  clear(): void {
    this.drop(this.#length)
  }

  /** A copy. */
  toArray(): T[] {
    return this.#items.slice(0, this.#length)
  }
}

/** A stretch of a log that lies together in memory. */
interface Block {
  /** The number of its first entry. */
  readonly first: number
  count: number
  /** The entries as JSON; '' for one that is no longer held. Undefined where none of them is. */
  texts: string[] | undefined
  /** Which of them pass, by place. */
  passing: number[]
  /** The characters of those. */
  passingCharacters: number
}

export interface EntryLogOptions {
  /** How many characters passing entries may have. @default 16 Mi */
  readonly mostPassing?: number
}

/** Entries from a number on, as JSON. */
export interface Stretch {
  /** The number of the first. */
  readonly first: number
  readonly texts: readonly string[]
  /** The number after which the next stretch begins: later than that of the last one where entries are gone. */
  readonly last: number
}

const blockSize = 256
/** The least that an entry counts for, so that many small ones are bounded, too. */
const leastCharacters = 64

/**
 * The numbered entries of one log, as the JSON text that every client gets. What passes (output, events, snapshots) is
 * given up, the oldest first, where it takes too much room; facts stay.
 */
export class EntryLog {
  readonly #blocks: Block[] = []
  readonly #mostPassing: number
  #last = 0
  #passingCharacters = 0
  /** The first block that may hold passing entries. */
  #oldest = 0

  constructor({ mostPassing = 16 * 2 ** 20 }: EntryLogOptions = {}) {
    this.#mostPassing = mostPassing
  }

  /** The number of the last entry; 0 for none. */
  get last(): number {
    return this.#last
  }

  push(text: string, passes = false): void {
    let block = this.#blocks.at(-1)
    if (block?.texts === undefined || block.count === blockSize) {
      block = { first: this.#last + 1, count: 0, texts: [], passing: [], passingCharacters: 0 }
      this.#blocks.push(block)
    }
    this.#last++
    block.texts!.push(text)
    if (passes) {
      const characters = leastCharacters + text.length
      block.passing.push(block.count)
      block.passingCharacters += characters
      this.#passingCharacters += characters
    }
    block.count++
    if (this.#passingCharacters > this.#mostPassing) this.#makeRoom()
  }

  /**
   * The entries after a number, as many as have about `characters`, and one at least; undefined where there are none.
   * What is gone comes as one `dropped`, the last of its stretch.
   */
  after(number: number, characters: number, at: number): Stretch | undefined {
    if (number >= this.#last) return undefined
    const texts: string[] = []
    let place = this.#blockOf(number + 1)
    let next = number + 1
    for (let room = characters; place < this.#blocks.length; place++) {
      const block = this.#blocks[place]!
      for (; next < block.first + block.count; next++) {
        const text = block.texts?.[next - block.first] ?? ''
        if (text === '') {
          const end = this.#endOfGap(place, next)
          texts.push(JSON.stringify({ kind: 'dropped', at, count: end - next }))
          return { first: number + 1, texts, last: end - 1 }
        }
        if (room <= 0) return { first: number + 1, texts, last: next - 1 }
        texts.push(text)
        room -= text.length
      }
    }
    return { first: number + 1, texts, last: next - 1 }
  }

  /** The number of the first entry after a gap. */
  #endOfGap(place: number, number: number): number {
    let next = number
    for (let at = place; at < this.#blocks.length; at++) {
      const block = this.#blocks[at]!
      for (; next < block.first + block.count; next++) {
        if (block.texts === undefined) next = block.first + block.count - 1
        else if (block.texts[next - block.first] !== '') return next
      }
    }
    return next
  }

  #blockOf(number: number): number {
    let [least, most] = [0, this.#blocks.length - 1]
    while (least < most) {
      const middle = (least + most + 1) >> 1
      if (this.#blocks[middle]!.first <= number) least = middle
      else most = middle - 1
    }
    return least
  }

  /** Gives up the passing entries of the oldest blocks that have any. The block that is being filled keeps its own. */
  #makeRoom(): void {
    while (this.#passingCharacters > this.#mostPassing && this.#oldest < this.#blocks.length - 1) {
      const block = this.#blocks[this.#oldest]!
      this.#passingCharacters -= block.passingCharacters
      for (const place of block.passing) block.texts![place] = ''
      if (block.passing.length === block.count) block.texts = undefined
      block.passing = []
      block.passingCharacters = 0
      this.#mergeWithGap()
    }
  }

  /** Two blocks of which nothing is held become one, so that a long gap takes no room. */
  #mergeWithGap(): void {
    const [before, block] = [this.#blocks[this.#oldest - 1], this.#blocks[this.#oldest]!]
    if (before !== undefined && before.texts === undefined && block.texts === undefined) {
      before.count += block.count
      this.#blocks.splice(this.#oldest, 1)
    } else this.#oldest++
  }
}

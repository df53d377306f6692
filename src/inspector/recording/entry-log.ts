/** Entries of a log that lie together in memory. */
interface Block {
  /** The number of its first entry. */
  readonly first: number
  count: number
  /** The entries as JSON, each with a comma behind it. Undefined where none is held. */
  bytes: Buffer | undefined
  /** Where each of them ends. One that is no longer held is empty. */
  readonly ends: number[]
  /** Which of them pass, by place. */
  passing: number[]
  passingBytes: number
}

export interface EntryLogOptions {
  /** How many bytes passing entries may take. @default 16 MiB */
  readonly mostPassing?: number
}

/** Entries from a number on. */
export interface Stretch {
  /** The number of the first. */
  readonly first: number
  /** The entries as JSON, with commas between them, in pieces. */
  readonly json: readonly Buffer[]
  /** The number after which the next stretch begins: later than that of the last one where entries are gone. */
  readonly last: number
}

const blockSize = 512
const firstBytes = 64 * 1024
/** How many characters wait at most to be put into a block. */
const mostWaiting = 32 * 1024
/** The least that an entry counts for, so that many small ones are bounded, too. */
const leastBytes = 64

/**
 * The numbered entries of one log, as the JSON that every client gets. They lie outside of the heap, where nothing has
 * to look at them again. What passes (output, events, snapshots, the states of runs) is given up, the oldest first, where it takes too much
 * room; facts stay.
 */
export class EntryLog {
  readonly #blocks: Block[] = []
  readonly #mostPassing: number
  /** The latest entries, which are not in a block yet: to put many into one at once takes a fraction of the time. */
  #waiting: string[] = []
  /** Which of them pass, by place. */
  #waitingPassing: number[] = []
  #waitingLength = 0
  #last = 0
  #passingBytes = 0
  /** The first block that may hold passing entries. */
  #oldest = 0

  constructor({ mostPassing = 16 * 2 ** 20 }: EntryLogOptions = {}) {
    this.#mostPassing = mostPassing
  }

  /** The number of the last entry; 0 for none. */
  get last(): number {
    return this.#last
  }

  push(json: string, passes = false): void {
    const block = this.#blocks.at(-1)
    const free = block?.bytes === undefined || block.count === blockSize ? blockSize : blockSize - block.count
    if (passes) this.#waitingPassing.push(this.#waiting.length)
    this.#waiting.push(json)
    this.#waitingLength += json.length
    this.#last++
    if (this.#waiting.length === free || this.#waitingLength > mostWaiting) this.#putAway()
  }

  /** Puts what waits into a block. */
  #putAway(): void {
    const entries = this.#waiting
    if (entries.length === 0) return
    const passing = this.#waitingPassing
    const block = this.#open()
    // A comma behind the last one, too.
    const text = [...entries, ''].join(',')
    const length = Buffer.byteLength(text)
    let end = endOf(block, block.count)
    write(block, text, end, length)
    for (const json of entries) {
      end += 1 + (length === text.length ? json.length : Buffer.byteLength(json))
      block.ends.push(end)
    }
    for (const waited of passing) {
      const place = block.count + waited
      const bytes = leastBytes + endOf(block, place + 1) - endOf(block, place)
      block.passing.push(place)
      block.passingBytes += bytes
      this.#passingBytes += bytes
    }
    block.count += entries.length
    this.#waiting = []
    this.#waitingPassing = []
    this.#waitingLength = 0
    if (this.#passingBytes > this.#mostPassing) this.#makeRoom()
  }

  /**
   * The entries after a number, as many as have about so many `bytes`, and one at least; undefined where there are none.
   * What is gone comes as one `dropped`, the last of its stretch.
   */
  after(number: number, bytes: number, at: number): Stretch | undefined {
    if (number >= this.#last) return undefined
    this.#putAway()
    const parts: Buffer[] = []
    const first = number + 1
    let next = first
    let room = bytes
    for (let place = this.#blockOf(first); place < this.#blocks.length && room > 0; place++) {
      const block = this.#blocks[place]!
      const from = next - block.first
      let to = from
      while (to < block.count && room > 0 && !isGone(block, to)) {
        room -= endOf(block, to + 1) - endOf(block, to)
        to++
      }
      if (to > from) parts.push(block.bytes!.subarray(endOf(block, from), endOf(block, to)))
      next = block.first + to
      if (to < block.count && isGone(block, to)) {
        const end = this.#endOfGap(place, next)
        parts.push(Buffer.from(`${JSON.stringify({ kind: 'dropped', at, count: end - next })},`))
        next = end
        break
      }
    }
    const end = parts.pop()!
    return { first, json: [...parts, end.subarray(0, -1)], last: next - 1 }
  }

  /** The block for the next entry. */
  #open(): Block {
    const last = this.#blocks.at(-1)
    if (last?.bytes !== undefined && last.count < blockSize) return last
    // What it does not need is given back, where that is worth a copy.
    if (last?.bytes !== undefined) {
      const used = endOf(last, last.count)
      if (used < 0.8 * last.bytes.length) last.bytes = Buffer.from(last.bytes.subarray(0, used))
    }
    const block: Block = {
      first: this.#last - this.#waiting.length + 1,
      count: 0,
      bytes: Buffer.allocUnsafeSlow(firstBytes),
      ends: [],
      passing: [],
      passingBytes: 0,
    }
    this.#blocks.push(block)
    return block
  }

  /** The number of the first entry after a gap. */
  #endOfGap(from: number, number: number): number {
    let next = number
    for (let place = from; place < this.#blocks.length; place++) {
      const block = this.#blocks[place]!
      while (next < block.first + block.count) {
        if (!isGone(block, next - block.first)) return next
        next = block.bytes === undefined ? block.first + block.count : next + 1
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
    while (this.#passingBytes > this.#mostPassing && this.#oldest < this.#blocks.length - 1) {
      const block = this.#blocks[this.#oldest]!
      this.#passingBytes -= block.passingBytes
      giveUpPassing(block)
      this.#mergeWithGap()
    }
  }

  /** Two blocks of which nothing is held become one, so that a long gap takes no room. */
  #mergeWithGap(): void {
    const [before, block] = [this.#blocks[this.#oldest - 1], this.#blocks[this.#oldest]!]
    if (before !== undefined && before.bytes === undefined && block.bytes === undefined) {
      before.count += block.count
      this.#blocks.splice(this.#oldest, 1)
    } else this.#oldest++
  }
}

/** Where the entries before a place end. */
function endOf({ ends }: Block, place: number): number {
  return place === 0 ? 0 : ends[place - 1]!
}

function isGone(block: Block, place: number): boolean {
  return block.bytes === undefined || endOf(block, place + 1) === endOf(block, place)
}

function write(block: Block, text: string, at: number, length: number): void {
  const bytes = block.bytes!
  if (at + length > bytes.length) {
    block.bytes = Buffer.allocUnsafeSlow(Math.max(2 * bytes.length, at + length))
    bytes.copy(block.bytes, 0, 0, at)
  }
  block.bytes!.write(text, at)
}

function giveUpPassing(block: Block): void {
  const { bytes, ends, count } = block
  const passing = new Set(block.passing)
  block.passing = []
  block.passingBytes = 0
  if (bytes === undefined || passing.size === 0) return
  if (passing.size === count) {
    block.bytes = undefined
    ends.length = 0
    return
  }
  const kept: Buffer[] = []
  let [start, end] = [0, 0]
  for (let place = 0; place < count; place++) {
    const next = ends[place]!
    if (!passing.has(place)) {
      kept.push(bytes.subarray(start, next))
      end += next - start
    }
    start = next
    ends[place] = end
  }
  block.bytes = Buffer.concat(kept)
}

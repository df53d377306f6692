import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReadyQueue } from '../../src/scheduling/ready-queue.ts'

function queueOf(tasks: readonly { readonly lane: number; readonly rank: number }[], lanes = 3): ReadyQueue {
  return new ReadyQueue(
    Int32Array.from(tasks, ({ lane }) => lane),
    lanes,
    Int32Array.from(tasks, ({ rank }) => rank),
  )
}

const alike = (count: number) => queueOf(Array.from({ length: count }, () => ({ lane: 0, rank: 0 })))

/** Takes out everything that can be taken. */
function emptied(queue: ReadyQueue): number[] {
  const taken: number[] = []
  for (let task = queue.peek(); task !== -1; task = queue.peek()) {
    queue.take(task)
    taken.push(task)
  }
  return taken
}

describe('ready tasks', () => {
  it('come by rank first, then in the order in which they became ready', () => {
    const queue = queueOf([
      { lane: 0, rank: 5 },
      { lane: 1, rank: 5 },
      { lane: 2, rank: 0 },
    ])
    for (const task of [1, 0, 2]) queue.push(task)
    expect(emptied(queue)).toEqual([2, 1, 0])
  })

  it('are none at first', () => {
    expect(alike(2).peek()).toBe(-1)
    expect(alike(2).size).toBe(0)
  })

  it('stand in the queue once, however often they are pushed, and keep their first place', () => {
    const queue = alike(2)
    for (const task of [1, 0, 1]) queue.push(task)
    expect(queue.size).toBe(2)
    expect(emptied(queue)).toEqual([1, 0])
  })
})

describe('a task that was taken and declined', () => {
  it('keeps its place when it is restored', () => {
    const queue = alike(3)
    for (const task of [2, 1, 0]) queue.push(task)
    queue.take(queue.peek())
    queue.restore(2)
    expect(emptied(queue)).toEqual([2, 1, 0])
  })

  it('goes to the end of its rank when it becomes ready anew', () => {
    const queue = alike(3)
    for (const task of [2, 1, 0]) queue.push(task)
    queue.take(queue.peek())
    queue.push(2)
    expect(emptied(queue)).toEqual([1, 0, 2])
  })
})

describe('a closed lane', () => {
  it('is passed over until it is open again, and its tasks keep their places', () => {
    const queue = queueOf([
      { lane: 0, rank: 0 },
      { lane: 1, rank: 1 },
      { lane: 0, rank: 2 },
    ])
    for (const task of [0, 1, 2]) queue.push(task)
    queue.close(0)
    expect(queue.size).toBe(3)
    expect(emptied(queue)).toEqual([1])
    queue.open(0)
    expect(emptied(queue)).toEqual([0, 2])
  })
})

describe('a removed task', () => {
  it('is gone from wherever it stood, and is not there to be removed twice', () => {
    const queue = alike(3)
    for (const task of [0, 1, 2]) queue.push(task)
    expect(queue.remove(1)).toBe(true)
    expect(queue.has(1)).toBe(false)
    expect(queue.remove(1)).toBe(false)
    expect(emptied(queue)).toEqual([0, 2])
  })

  it('stands behind the others when it becomes ready again', () => {
    const queue = alike(2)
    for (const task of [0, 1]) queue.push(task)
    queue.remove(0)
    queue.push(0)
    expect(emptied(queue)).toEqual([1, 0])
  })
})

interface Standing {
  readonly task: number
  readonly since: number
}

/** The same, as a list that is sorted whenever somebody looks. */
class SortedList {
  readonly #laneOf: readonly number[]
  readonly #rank: readonly number[]
  readonly #closed = new Set<number>()
  readonly #since = new Map<number, number>()
  #count = 0
  standing: Standing[] = []

  constructor(tasks: readonly { readonly lane: number; readonly rank: number }[]) {
    this.#laneOf = tasks.map(({ lane }) => lane)
    this.#rank = tasks.map(({ rank }) => rank)
  }

  push(task: number): void {
    if (this.has(task)) return
    this.#since.set(task, ++this.#count)
    this.restore(task)
  }

  restore(task: number): void {
    if (!this.has(task)) this.standing.push({ task, since: this.#since.get(task) ?? 0 })
  }

  has(task: number): boolean {
    return this.standing.some((one) => one.task === task)
  }

  remove(task: number): void {
    this.standing = this.standing.filter((one) => one.task !== task)
  }

  close(lane: number): void {
    this.#closed.add(lane)
  }

  open(lane: number): void {
    this.#closed.delete(lane)
  }

  peek(): number {
    const open = this.standing.filter(({ task }) => !this.#closed.has(this.#laneOf[task]!))
    const [first] = open.toSorted(
      (a, b) => this.#rank[a.task]! - this.#rank[b.task]! || a.since - b.since || a.task - b.task,
    )
    return first?.task ?? -1
  }
}

const kinds = ['push', 'push', 'push', 'restore', 'remove', 'take', 'take', 'open', 'close'] as const

describe('the ready queue', () => {
  it('gives what a sorted list gives, with lanes closed and opened, tasks removed and restored', () => {
    const tasks = fc.array(fc.record({ lane: fc.nat(2), rank: fc.nat(2) }), { minLength: 1, maxLength: 8 })
    const moves = fc.array(
      fc.record({
        kind: fc.constantFrom(...kinds),
        pick: fc.nat(),
      }),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(tasks, moves, (given, made) => {
        const queue = queueOf(given)
        const model = new SortedList(given)
        for (const { kind, pick } of made) {
          const task = pick % given.length
          if (kind === 'open' || kind === 'close') {
            queue[kind](pick % 3)
            model[kind](pick % 3)
          } else if (kind === 'take') {
            const best = queue.peek()
            if (best === -1) continue
            queue.take(best)
            model.remove(best)
          } else {
            queue[kind](task)
            model[kind](task)
          }
          expect(queue.peek()).toBe(model.peek())
          expect(queue.size).toBe(model.standing.length)
          expect(given.map((_, index) => queue.has(index))).toEqual(given.map((_, index) => model.has(index)))
        }
      }),
      { numRuns: 1_000 },
    )
  })
})

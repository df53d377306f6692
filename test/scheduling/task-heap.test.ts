import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TaskHeap } from '../../src/scheduling/task-heap.ts'

const anyTask = fc.record({ rank: fc.integer({ min: 0, max: 3 }), since: fc.integer({ min: 0, max: 5 }) })

describe('a heap of tasks', () => {
  it('gives them by rank, then by who came first, then by index, whatever comes and goes between', () => {
    fc.assert(
      fc.property(fc.array(anyTask, { maxLength: 40 }), fc.infiniteStream(fc.boolean()), (tasks, takes) => {
        const heap = new TaskHeap(
          Int32Array.from(tasks, ({ rank }) => rank),
          Float64Array.from(tasks, ({ since }) => since),
        )
        const order = (a: number, b: number): number =>
          tasks[a]!.rank - tasks[b]!.rank || tasks[a]!.since - tasks[b]!.since || a - b
        let inside: number[] = []
        const take = (): void => {
          inside.sort(order)
          expect(heap.peek()).toBe(inside[0] ?? -1)
          heap.pop()
          inside = inside.slice(1)
        }
        for (let task = 0; task < tasks.length; task++) {
          heap.push(task)
          inside.push(task)
          if (takes.next().value === true) take()
        }
        expect([...heap.tasks].sort(order)).toEqual(inside.sort(order))
        while (inside.length > 0) take()
        take()
      }),
      { numRuns: 500 },
    )
  })

  it('keeps what it is reset to alone', () => {
    const heap = new TaskHeap(Int32Array.of(2, 1, 0), new Float64Array(3))
    for (const task of [0, 1, 2]) heap.push(task)
    heap.reset([0, 1])
    expect(heap.peek()).toBe(1)
    expect(heap.tasks).toHaveLength(2)
  })
})

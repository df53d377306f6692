import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Queue } from '../../src/containers/queue.ts'

describe('a queue', () => {
  it('gives the oldest first, and nothing when it is empty', () => {
    const queue = new Queue<string>()
    expect(queue.shift()).toBeUndefined()
    queue.push('a')
    queue.push('b')
    expect(queue.first).toBe('a')
    expect([queue.shift(), queue.shift(), queue.shift()]).toEqual(['a', 'b', undefined])
  })

  it('is at any time what a plain list is', () => {
    const push = fc.integer({ min: 1, max: 900 })
    const shift = fc.record({ shift: fc.integer({ min: 1, max: 2_000 }) })
    fc.assert(
      fc.property(fc.array(fc.oneof(push, shift)), (moves) => {
        const queue = new Queue<number>()
        const list: number[] = []
        let pushed = 0
        for (const one of moves) {
          if (typeof one === 'number') {
            for (let left = one; left > 0; left--) {
              queue.push(++pushed)
              list.push(pushed)
            }
          } else {
            const shifted = (from: { shift(): number | undefined }) =>
              Array.from({ length: one.shift }, () => from.shift())
            expect(shifted(queue)).toEqual(shifted(list))
          }
          expect([queue.length, queue.first]).toEqual([list.length, list[0]])
        }
        expect([...queue]).toEqual(list)
      }),
      { numRuns: 100 },
    )
  })

  it('gives back the memory of what went through it, though it is never empty', () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const heap = () => {
      collect()
      return process.memoryUsage().heapUsed
    }
    const queue = new Queue<number>()
    queue.push(0)
    const before = heap()
    for (let item = 1; item <= 2_000_000; item++) {
      queue.push(item)
      queue.shift()
    }
    expect(heap() - before).toBeLessThan(4_000_000)
    expect([...queue]).toEqual([2_000_000])
  })
})

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Ring } from '../../src/containers/ring.ts'

describe('a ring', () => {
  it('keeps what was pushed last, in order', () => {
    const ring = new Ring<number>(3)
    for (let item = 1; item <= 5; item++) ring.push(item)
    expect([...ring]).toEqual([3, 4, 5])
    expect([ring.length, ring.at(0), ring.at(2), ring.at(3)]).toEqual([3, 3, 5, undefined])
  })

  it('gives the oldest first, and nothing when it is empty', () => {
    const ring = new Ring<string>(2)
    expect(ring.shift()).toBeUndefined()
    ring.push('a')
    ring.push('b')
    expect([ring.shift(), ring.shift(), ring.shift()]).toEqual(['a', 'b', undefined])
  })

  it('is empty after it was cleared', () => {
    const ring = new Ring<number>(2)
    ring.push(1)
    ring.clear()
    expect([ring.length, ring.at(0), [...ring]]).toEqual([0, undefined, []])
  })

  it('is at any time the end of a plain list', () => {
    const move = fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 1, max: 900 }) },
      { weight: 3, arbitrary: fc.constantFrom('shift' as const) },
      { weight: 1, arbitrary: fc.constantFrom('clear' as const) },
    )
    const capacity = fc.oneof(fc.nat(2_000), fc.constant(Number.POSITIVE_INFINITY))
    fc.assert(
      fc.property(capacity, fc.array(move), (most, moves) => {
        const ring = new Ring<number>(most)
        let list: number[] = []
        let pushed = 0
        for (const one of moves) {
          if (one === 'clear') {
            ring.clear()
            list = []
          } else if (one === 'shift') expect(ring.shift()).toBe(list.shift())
          else
            for (let left = one; left > 0; left--) {
              ring.push(++pushed)
              list.push(pushed)
              if (list.length > most) list.shift()
            }
          expect(ring.length).toBe(list.length)
          expect([ring.at(0), ring.at(list.length - 1)]).toEqual([list[0], list.at(-1)])
        }
        expect([...ring]).toEqual(list)
      }),
      { numRuns: 300 },
    )
  })

  it('of any length gives back the memory of what went through it, though it is never empty', () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const heap = () => {
      collect()
      return process.memoryUsage().heapUsed
    }
    const ring = new Ring<number>(Number.POSITIVE_INFINITY)
    ring.push(0)
    const before = heap()
    for (let item = 1; item <= 2_000_000; item++) {
      ring.push(item)
      ring.shift()
    }
    expect(heap() - before).toBeLessThan(4_000_000)
    expect([...ring]).toEqual([2_000_000])
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Deadlines } from '../../src/scheduling/deadlines.ts'

const never = Number.POSITIVE_INFINITY

describe('deadlines', () => {
  it('are none at first', () => {
    const deadlines = new Deadlines(2)
    expect(deadlines.next()).toBe(never)
    expect(deadlines.takeDue(1e12)).toBe(-1)
    expect(deadlines.at(0)).toBe(never)
  })

  it('are taken earliest first, ties by key, and only once they have come', () => {
    const deadlines = new Deadlines(4)
    for (const [key, at] of [
      [3, 10],
      [1, 10],
      [0, 20],
      [2, 5],
    ] as const) {
      deadlines.set(key, at)
    }
    expect(deadlines.next()).toBe(5)
    expect(deadlines.takeDue(4)).toBe(-1)
    expect([1, 2, 3, 4].map(() => deadlines.takeDue(10))).toEqual([2, 1, 3, -1])
    expect(deadlines.next()).toBe(20)
  })
})

describe('a deadline', () => {
  it('that moves later is not due at its former instant', () => {
    const deadlines = new Deadlines(1)
    deadlines.set(0, 10)
    deadlines.set(0, 30)
    expect(deadlines.takeDue(10)).toBe(-1)
    expect(deadlines.next()).toBe(30)
    expect(deadlines.takeDue(30)).toBe(0)
  })

  it('that moves earlier is due then, and not again at its former instant', () => {
    const deadlines = new Deadlines(1)
    deadlines.set(0, 30)
    deadlines.set(0, 10)
    expect(deadlines.takeDue(10)).toBe(0)
    expect(deadlines.takeDue(30)).toBe(-1)
  })

  it('that is taken out never comes', () => {
    const deadlines = new Deadlines(1)
    deadlines.set(0, 10)
    deadlines.set(0, never)
    expect(deadlines.next()).toBe(never)
    expect(deadlines.takeDue(10)).toBe(-1)
  })
})

/** The same, as a map that is searched whole. */
class Searched {
  readonly #at = new Map<number, number>()

  set(key: number, at: number): void {
    if (at === never) this.#at.delete(key)
    else this.#at.set(key, at)
  }

  at(key: number): number {
    return this.#at.get(key) ?? never
  }

  next(): number {
    return Math.min(never, ...this.#at.values())
  }

  takeDue(now: number): number {
    const next = this.next()
    if (next > now) return -1
    const key = Math.min(...[...this.#at].filter(([, at]) => at === next).map(([first]) => first))
    this.#at.delete(key)
    return key
  }
}

describe('the heap of deadlines', () => {
  it('gives what a search of all of them gives', () => {
    const keys = 6
    const instant = fc.oneof(
      { weight: 4, arbitrary: fc.nat(30) },
      { weight: 1, arbitrary: fc.constant(never) },
    )
    const move = fc.oneof(
      { weight: 4, arbitrary: fc.record({ key: fc.nat(keys - 1), at: instant }) },
      { weight: 1, arbitrary: fc.record({ now: fc.nat(30) }) },
      { weight: 1, arbitrary: fc.constant('next' as const) },
    )
    fc.assert(
      // Long enough for the heap to be compacted on the way.
      fc.property(fc.array(move, { maxLength: 400, size: 'max' }), (moves) => {
        const deadlines = new Deadlines(keys)
        const model = new Searched()
        const make = (of: Searched | Deadlines, one: (typeof moves)[number]): number => {
          if (one === 'next') return of.next()
          if ('now' in one) return of.takeDue(one.now)
          of.set(one.key, one.at)
          return of.at(one.key)
        }
        const rest = Array.from({ length: keys + 1 }, () => ({ now: 1e9 }))
        for (const one of [...moves, ...rest]) expect(make(deadlines, one)).toBe(make(model, one))
        expect(deadlines.next()).toBe(never)
      }),
      { numRuns: 500 },
    )
  })
})

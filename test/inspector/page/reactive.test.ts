import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { batch, type Computed, computed, effect, signal } from '../../../src/inspector/page/state/reactive.ts'

describe('a computed', () => {
  it('is made when it is asked for, and anew only when something that it has read is another value', () => {
    const count = signal(1)
    const other = signal('a')
    const make = vi.fn(() => count.value * 2)
    const double = computed(make)
    expect(make).not.toHaveBeenCalled()
    expect([double.value, double.peek()]).toEqual([2, 2])
    other.value = 'b'
    count.value = 1
    expect(double.value).toBe(2)
    expect(make).toHaveBeenCalledTimes(1)
    count.value = 3
    expect(double.peek()).toBe(6)
    expect(make).toHaveBeenCalledTimes(2)
  })

  it('follows what it has read the last time, and not what it has read before', () => {
    const isLeft = signal(true)
    const [left, right] = [signal('l'), signal('r')]
    const make = vi.fn(() => (isLeft.value ? left.value : right.value))
    const side = computed(make)
    expect(side.value).toBe('l')
    isLeft.value = false
    expect(side.value).toBe('r')
    left.value = 'left'
    expect(side.value).toBe('r')
    expect(make).toHaveBeenCalledTimes(2)
    right.value = 'right'
    expect(side.value).toBe('right')
  })

  it('throws again what it threw, until something that it has read is another value', () => {
    const divisor = signal(1)
    const quotient = computed(() => {
      if (divisor.value === 0) throw new Error('by zero')
      return 12 / divisor.value
    })
    expect(quotient.value).toBe(12)
    divisor.value = 0
    expect(() => quotient.value).toThrow('by zero')
    expect(() => quotient.value).toThrow('by zero')
    divisor.value = 4
    expect(quotient.value).toBe(3)
  })
})

describe('an effect', () => {
  it('acts at once, and again when a value has changed that it has read, and not one that it has peeked at', () => {
    const [read, peeked] = [signal(1), signal(1)]
    const seen: number[] = []
    effect(() => {
      seen.push(read.value * 10 + peeked.peek())
    })
    peeked.value = 2
    read.value = 2
    read.value = 2
    expect(seen).toEqual([11, 22])
  })

  it('sees everything as it is now, and acts once, where one change reaches it by several ways', () => {
    const base = signal(1)
    const plus = computed(() => base.value + 1)
    const minus = computed(() => base.value - 1)
    const seen: number[][] = []
    effect(() => {
      seen.push([plus.value, base.value, minus.value])
    })
    base.value = 5
    expect(seen).toEqual([
      [2, 1, 0],
      [6, 5, 4],
    ])
  })

  it('does not act where what it has read comes to the same again', () => {
    const count = signal(1)
    const isOdd = computed(() => count.value % 2 === 1)
    const act = vi.fn(() => void isOdd.value)
    effect(act)
    count.value = 3
    batch(() => {
      count.value = 4
      count.value = 5
    })
    expect(act).toHaveBeenCalledTimes(1)
    count.value = 6
    expect(act).toHaveBeenCalledTimes(2)
  })

  it('ends what it began before it acts again, and when it is stopped', () => {
    const name = signal('a')
    const told: string[] = []
    const stop = effect(() => {
      const own = name.value
      told.push(`begin ${own}`)
      return () => void told.push(`end ${own}`)
    })
    name.value = 'b'
    stop()
    name.value = 'c'
    expect(told).toEqual(['begin a', 'end a', 'begin b', 'end b'])
  })

  it('acts no more once it was stopped, be it by itself or by another one in the same batch', () => {
    const count = signal(0)
    const seen: string[] = []
    const stops: (() => void)[] = []
    effect(() => {
      if (count.value > 0) stops.forEach((stop) => stop())
    })
    stops.push(effect(() => void seen.push(`other ${count.value}`)))
    const own = signal(0)
    const stop = effect(() => {
      if (own.value === 1) stop()
      seen.push(`own ${own.value}`)
    })
    count.value = 1
    own.value = 1
    own.value = 2
    expect(seen).toEqual(['other 0', 'own 0', 'own 1'])
  })

  it('may set what others follow, and what it follows itself until that settles', () => {
    const wanted = signal(3)
    const reached = signal(0)
    const seen: number[] = []
    effect(() => void seen.push(reached.value))
    effect(() => {
      if (reached.value < wanted.value) reached.value++
    })
    expect(reached.value).toBe(3)
    wanted.value = 5
    expect(reached.value).toBe(5)
    expect(seen).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('that throws keeps no other one from acting, and acts again', () => {
    const count = signal(0)
    const seen: number[] = []
    effect(() => {
      if (count.value === 1) throw new Error('one')
    })
    effect(() => void seen.push(count.value))
    expect(() => (count.value = 1)).toThrow('one')
    count.value = 2
    expect(() => (count.value = 1)).toThrow('one')
    expect(seen).toEqual([0, 1, 2, 1])
  })
})

describe('signals, whatever is made of them', () => {
  /** Each computed reads some of the values before it, the later ones only if the first is odd. */
  const graph = fc.record({
    signals: fc.integer({ min: 1, max: 4 }),
    computeds: fc.array(fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), { maxLength: 8 }),
    effects: fc.array(fc.nat(), { minLength: 1, maxLength: 4 }),
    changes: fc.array(fc.array(fc.tuple(fc.nat(), fc.nat({ max: 4 })), { minLength: 1, maxLength: 3 }), {
      maxLength: 10,
    }),
  })

  it('give what they would give if everything was made anew, and have effects act when that has changed', () => {
    fc.assert(
      fc.property(graph, ({ signals, computeds, effects, changes }) => {
        const sources = Array.from({ length: signals }, () => signal(0))
        const values: Pick<Computed<number>, 'value'>[] = [...sources]
        const plain: (() => number)[] = sources.map((source) => () => source.peek())
        for (const picks of computeds) {
          const places = picks.map((pick) => pick % values.length)
          values.push(computed(() => madeOf(places, (place) => values[place]!.value)))
          plain.push(() => madeOf(places, (place) => plain[place]!()))
        }
        const seen = effects.map((pick) => {
          const place = pick % values.length
          const acts: number[] = []
          effect(() => void acts.push(values[place]!.value))
          return { place, acts }
        })
        const expected = seen.map(({ place }) => [plain[place]!()])
        for (const sets of changes) {
          batch(() => {
            for (const [pick, value] of sets) {
              sources[pick % signals]!.value = value
              expect(values.at(-1)!.value).toBe(plain.at(-1)!())
            }
          })
          for (const [index, { place }] of seen.entries()) {
            const now = plain[place]!()
            if (now !== expected[index]!.at(-1)) expected[index]!.push(now)
          }
        }
        // A signal that is set back and forth in one batch may have its effect act once more, with the same value.
        expect(seen.map(({ acts }) => acts.filter((one, at) => one !== acts[at - 1]))).toEqual(expected)
      }),
    )
  })
})

function madeOf(places: readonly number[], valueAt: (place: number) => number): number {
  const [first, ...rest] = places
  const begun = valueAt(first!)
  return begun % 2 === 0 ? begun : rest.reduce((sum, place) => sum + valueAt(place), begun) % 7
}

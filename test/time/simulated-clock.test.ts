import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SimulatedClock } from '../../src/time/simulated-clock.ts'

/** A clock that stands at 1000, and the names of the timers that have fired, with their instants. */
function clock() {
  const time = new SimulatedClock(1_000)
  const fired: string[] = []
  const arm = (name: string, ms: number) => time.setTimeout(() => fired.push(`${name} at ${time.now()}`), ms)
  return { time, fired, arm }
}

describe('a simulated clock', () => {
  it('stands still until it is moved', () => {
    const { time, fired, arm } = clock()
    arm('a', 0)
    expect(time.now()).toBe(1_000)
    expect(fired).toEqual([])
    time.advance(5)
    expect(time.now()).toBe(1_005)
    expect(new SimulatedClock().now()).toBe(0)
  })

  it('fires by instant, then by who was armed first, each at its instant', () => {
    const { time, fired, arm } = clock()
    arm('c', 20)
    arm('a', 10)
    arm('b', 10)
    arm('d', 30)
    time.advance(20)
    expect(fired).toEqual(['a at 1010', 'b at 1010', 'c at 1020'])
    expect([time.pending, time.armed, time.nextAt]).toEqual([1, 4, 1_030])
  })

  it('fires what a timer arms on the way, as soon as that is due', () => {
    const { time, fired, arm } = clock()
    time.setTimeout(() => arm('late', 5), 10)
    arm('b', 20)
    time.advance(30)
    expect(fired).toEqual(['late at 1015', 'b at 1020'])
    expect(time.now()).toBe(1_030)
  })

  it('takes a wait below 0 for none', () => {
    const { time, fired, arm } = clock()
    arm('a', -50)
    time.advance(0)
    expect(fired).toEqual(['a at 1000'])
  })
})

describe('a timer that is cleared', () => {
  it('does not fire, and is not waited for', () => {
    const { time, fired, arm } = clock()
    const gone = arm('a', 10)
    arm('b', 20)
    time.clearTimeout(gone)
    time.clearTimeout(gone)
    expect([time.pending, time.nextAt]).toEqual([1, 1_020])
    time.advance(50)
    expect(fired).toEqual(['b at 1020'])
  })

  it('may have fired before, or be none at all', () => {
    const { time, fired, arm } = clock()
    const done = arm('a', 10)
    arm('b', 20)
    time.advance(10)
    time.clearTimeout(done)
    time.clearTimeout(undefined)
    expect(time.pending).toBe(1)
    time.advance(10)
    expect(fired).toEqual(['a at 1010', 'b at 1020'])
  })

  it('may be cleared by one that fires at the same instant', () => {
    const { time, fired, arm } = clock()
    time.setTimeout(() => time.clearTimeout(second), 10)
    const second = arm('second', 10)
    time.advance(10)
    expect(fired).toEqual([])
  })
})

describe('a clock that is moved to the next timer', () => {
  it('stands at its instant, and says so when there is none', () => {
    const { time, fired, arm } = clock()
    arm('a', 10)
    expect(time.fireNext()).toBe(true)
    expect([time.now(), fired]).toEqual([1_010, ['a at 1010']])
    expect(time.fireNext()).toBe(false)
    expect([time.now(), time.nextAt]).toEqual([1_010, undefined])
  })
})

describe('a clock that is moved with promises', () => {
  it('lets them go on before each timer and at the end', async () => {
    const { time, fired, arm } = clock()
    const waitTwice = async () => {
      await Promise.resolve()
      await new Promise<void>((resolve) => {
        time.setTimeout(resolve, 10)
      })
      await Promise.resolve()
      arm('second', 10)
    }
    const waited = waitTwice()
    arm('first', 15)
    await time.advanceAsync(25)
    await waited
    expect(fired).toEqual(['first at 1015', 'second at 1020'])
    expect(time.now()).toBe(1_025)
  })

  it('runs ahead of them where it is moved without', async () => {
    const { time, fired, arm } = clock()
    const wait = async () => {
      await Promise.resolve()
      arm('late', 10)
    }
    const waited = wait()
    time.advance(30)
    await waited
    expect(fired).toEqual([])
    expect(time.nextAt).toBe(1_040)
  })
})

describe('any timers', () => {
  it('fire once each, unless cleared, in the order of their instants', () => {
    const timers = fc.array(fc.record({ ms: fc.nat(50), clears: fc.boolean() }), { maxLength: 30 })
    fc.assert(
      fc.property(timers, fc.array(fc.nat(20)), (armed, steps) => {
        const time = new SimulatedClock()
        const fired: number[] = []
        const ids = armed.map(({ ms }, index) => time.setTimeout(() => fired.push(index), ms))
        for (const [index, { clears }] of armed.entries()) if (clears) time.clearTimeout(ids[index])
        for (const step of steps) time.advance(step)
        const now = steps.reduce((sum, step) => sum + step, 0)
        const expected = armed
          .map(({ ms, clears }, index) => ({ ms, clears, index }))
          .filter(({ ms, clears }) => !clears && steps.length > 0 && ms <= now)
          .sort((a, b) => a.ms - b.ms || a.index - b.index)
        expect(fired).toEqual(expected.map(({ index }) => index))
        expect(time.pending).toBe(armed.filter(({ clears }) => !clears).length - fired.length)
      }),
      { numRuns: 300 },
    )
  })
})

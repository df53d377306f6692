import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Backoff } from '../../src/graph/plan.ts'
import { backoffMs } from '../../src/scheduling/backoff.ts'
import { Deferral } from '../../src/scheduling/deferral.ts'

const plain: Backoff = { baseMs: 5_000, factor: 2, capMs: 300_000, jitter: 0 }
const waits = (backoff: Backoff, attempts: number) =>
  Array.from({ length: attempts }, (_, index) => backoffMs(backoff, index + 1, 'seed'))

describe('the wait between attempts', () => {
  it('doubles from 5 s up to its cap of 5 min', () => {
    expect(waits(plain, 8)).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000])
  })

  it('stays the same with a factor of 1', () => {
    expect(waits({ ...plain, factor: 1 }, 3)).toEqual([5_000, 5_000, 5_000])
  })

  it('stays at its cap after any number of attempts', () => {
    expect(backoffMs(plain, 5_000, 'seed')).toBe(300_000)
  })

  it('stays 0 with a base of 0, after any number of attempts', () => {
    expect(backoffMs({ ...plain, baseMs: 0 }, 1, 'seed')).toBe(0)
    expect(backoffMs({ ...plain, baseMs: 0 }, 5_000, 'seed')).toBe(0)
    expect(backoffMs({ ...plain, baseMs: 0, jitter: 1 }, 5_000, 'seed')).toBe(0)
  })
})

const anyBackoff: fc.Arbitrary<Backoff> = fc
  .record({
    baseMs: fc.nat(10_000),
    factor: fc.double({ min: 1, max: 10, noNaN: true }),
    above: fc.nat(1_000_000),
    jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(({ above, ...backoff }) => ({ ...backoff, capMs: backoff.baseMs + above }))

describe('a wait with jitter', () => {
  it('is moved by at most that part of itself, and never above the cap', () => {
    fc.assert(
      fc.property(anyBackoff, fc.integer({ min: 1, max: 2_000 }), fc.string(), (backoff, used, seed) => {
        const exact = backoffMs({ ...backoff, jitter: 0 }, used, seed)
        const moved = backoffMs(backoff, used, seed)
        expect(moved).toBeGreaterThanOrEqual(Math.max(0, exact * (1 - backoff.jitter) - 0.5))
        expect(moved).toBeLessThanOrEqual(Math.min(backoff.capMs, exact * (1 + backoff.jitter) + 0.5))
      }),
      { numRuns: 1_000 },
    )
  })

  it('is the same for the same run, task and attempt', () => {
    fc.assert(
      fc.property(anyBackoff, fc.string(), (backoff, seed) => {
        expect(backoffMs(backoff, 3, seed)).toBe(backoffMs(backoff, 3, seed))
      }),
    )
  })

  it('spreads out the attempts of different tasks over the whole of its range', () => {
    const backoff = { baseMs: 1_000, factor: 1, capMs: 10_000, jitter: 0.5 }
    const spread = Array.from({ length: 1_000 }, (_, task) => backoffMs(backoff, 1, `run/task-${task}/1`))
    const tenths = new Set(spread.map((ms) => Math.floor((ms - 500) / 100)))
    expect([...tenths].filter((tenth) => tenth >= 0 && tenth < 10)).toHaveLength(10)
    expect(new Set(spread).size).toBeGreaterThan(500)
    const mean = spread.reduce((sum, ms) => sum + ms, 0) / spread.length
    expect(Math.abs(mean - 1_000)).toBeLessThan(50)
  })
})

describe('an executor that declines every offer', () => {
  const declineWhole = (deferral: Deferral, offers = 1) => {
    for (let offer = 0; offer < offers; offer++) deferral.noteDeclined()
    return deferral.endBatch()
  }

  it('is left alone for 200 ms, then twice as long each time, up to 5 s', () => {
    const deferral = new Deferral()
    expect(deferral.waitMs).toBe(0)
    const waited = Array.from({ length: 12 }, () => declineWhole(deferral))
    expect(waited.slice(0, 6)).toEqual([200, 400, 800, 1_600, 3_200, 5_000])
    expect(waited.slice(6)).toEqual(waited.slice(6).map(() => 5_000))
  })

  it('gets its offers at 0, 200, 600, 1400, 3000, 6200, 11200 and 16200 ms', () => {
    const deferral = new Deferral()
    const offeredAt = [0]
    while (offeredAt.length < 8) offeredAt.push(offeredAt.at(-1)! + declineWhole(deferral))
    expect(offeredAt).toEqual([0, 200, 600, 1_400, 3_000, 6_200, 11_200, 16_200])
  })

  it('counts a batch once, however many tasks were declined in it', () => {
    const deferral = new Deferral()
    expect(declineWhole(deferral, 50)).toBe(200)
    expect(declineWhole(deferral, 50)).toBe(400)
  })
})

describe('an executor that declined for a while', () => {
  it('is asked at once after one offer that it accepted, even among others that it declined', () => {
    const deferral = new Deferral()
    deferral.noteDeclined()
    deferral.endBatch()
    deferral.noteDeclined()
    deferral.noteAccepted()
    deferral.noteDeclined()
    expect(deferral.endBatch()).toBe(0)
    deferral.noteDeclined()
    expect(deferral.endBatch()).toBe(200)
  })

  it('keeps its count through a step without offers', () => {
    const deferral = new Deferral()
    deferral.noteDeclined()
    deferral.endBatch()
    expect(deferral.endBatch()).toBe(200)
    expect(deferral.waitMs).toBe(200)
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tickingTime } from '../../src/cli/view/show-time.ts'
import { toMs } from '../../src/time/duration.ts'
import { showMs } from '../../src/time/show-ms.ts'

describe('a duration', () => {
  it.each([
    ['250ms', 250],
    ['30s', 30_000],
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['2d', 172_800_000],
    ['1.5h', 5_400_000],
    ['0s', 0],
    ['10 m', 600_000],
    ['  5s ', 5_000],
    ['1h30m', 5_400_000],
    ['4m05s', 245_000],
    ['2h03m', 7_380_000],
    ['4 min 5 s', 245_000],
    ['1d 2h 3m 4s 5ms', 93_784_005],
    ['1.5h 0.5m', 5_430_000],
  ])('may be a text with a unit: %s', (text, ms) => {
    expect(toMs(text)).toBe(ms)
  })

  it.each([0, 0.5, 1_000, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY])(
    'may be a number of milliseconds: %s',
    (ms) => {
      expect(toMs(ms)).toBe(ms)
    },
  )

  it.each<[unknown]>([
    [''],
    ['10'],
    ['m'],
    ['-5s'],
    ['+5s'],
    ['.5s'],
    ['5.s'],
    ['1e3s'],
    ['5 s s'],
    ['30m1h'],
    ['1h1h'],
    ['1h30'],
    ['1h 30 5s'],
    ['h30m'],
    [' '],
    ['10M'],
    ['10 minutes'],
    ['Infinity'],
    ['5\ns'.repeat(2)],
    [-1],
    [Number.NaN],
    [Number.NEGATIVE_INFINITY],
    [null],
    [undefined],
    [5n],
    [true],
    [['5s']],
    [{}],
  ])('is not %o', (value) => {
    expect(toMs(value)).toBeUndefined()
  })
})

describe('what dagmar prints', () => {
  it('is a duration that it reads', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), (ms) => {
        // What is shown is rounded to a tenth of a second, to a second, or to a minute.
        const slack = ms < 59_950 ? 50 : ms < 3_599_500 ? 500 : 30_500
        expect(Math.abs(toMs(showMs(ms))! - ms)).toBeLessThanOrEqual(slack)
        expect(toMs(tickingTime(ms))! / ms).toBeLessThanOrEqual(1)
      }),
    )
  })
})

describe('a length shown to people', () => {
  it.each([
    [0, '< 1 ms'],
    [0.99, '< 1 ms'],
    [1, '1 ms'],
    [3.4, '3 ms'],
    [999, '999 ms'],
    [999.4, '999 ms'],
    [999.5, '1.0 s'],
    [1_000, '1.0 s'],
    [1_249, '1.2 s'],
    [59_949, '59.9 s'],
    [59_950, '1 min 0 s'],
    [60_000, '1 min 0 s'],
    [245_000, '4 min 5 s'],
    [3_599_499, '59 min 59 s'],
    [3_599_500, '1 h 0 min'],
    [7_380_000, '2 h 3 min'],
    [360_000_000, '100 h 0 min'],
  ])('%d ms is %s', (ms, text) => {
    expect(showMs(ms)).toBe(text)
  })

  it('has no 60 seconds, 60 minutes or 1000 milliseconds', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (ms) => {
        expect(showMs(ms)).not.toMatch(/\b60(?:\.0)? (?:s|min)$|^60 min|^1000 ms/)
      }),
      { numRuns: 1_000 },
    )
  })
})

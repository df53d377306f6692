import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ticksBetween } from '../../../src/inspector/page/timeline/time-axis.ts'
import {
  fitted,
  followed,
  panned,
  revealing,
  zoomed,
} from '../../../src/inspector/page/timeline/time-window.ts'

const labels = (from: number, to: number, most = 6) => ticksBetween(from, to, most).map(({ label }) => label)
const minute = 60_000
const hour = 60 * minute

describe('the ticks of a time axis', () => {
  it('stand at distances that people count in', () => {
    expect(labels(0, 12)).toEqual(['0', '2 ms', '4 ms', '6 ms', '8 ms', '10 ms', '12 ms'])
    expect(labels(0, 1_100)).toEqual(['0', '0.2 s', '0.4 s', '0.6 s', '0.8 s', '1.0 s'])
    expect(labels(0, 42_000)).toEqual(['0', '10 s', '20 s', '30 s', '40 s'])
    expect(labels(0, 100_000)).toEqual(['0', '0:30', '1:00', '1:30'])
    expect(labels(0, 50 * minute)).toEqual(['0', '10 min', '20 min', '30 min', '40 min', '50 min'])
    expect(labels(0, 5 * hour)).toEqual(['0', '1:00 h', '2:00 h', '3:00 h', '4:00 h', '5:00 h'])
    expect(labels(0, 30 * hour)).toEqual(['0', '6:00 h', '12:00 h', '18:00 h', '1 d 0:00 h', '1 d 6:00 h'])
    expect(labels(0, 30 * 24 * hour)).toEqual(['0', '5 d', '10 d', '15 d', '20 d', '25 d', '30 d'])
  })

  it('tell instants that lie close together apart, far into a run', () => {
    expect(labels(2 * hour, 2 * hour + 40, 4)).toEqual([
      '2:00:00.00',
      '2:00:00.01',
      '2:00:00.02',
      '2:00:00.03',
      '2:00:00.04',
    ])
    expect(labels(65_000, 65_400, 4)).toEqual(['1:05.0', '1:05.1', '1:05.2', '1:05.3', '1:05.4'])
  })

  it('are never more than were asked for, nor two with one label', () => {
    const any = fc.record({
      from: fc.nat(1e9),
      length: fc.integer({ min: 4, max: 1e10 }),
      most: fc.integer({ min: 2, max: 20 }),
    })
    fc.assert(
      fc.property(any, ({ from, length, most }) => {
        const shown = labels(from, from + length, most)
        expect(shown.length).toBeLessThanOrEqual(most + 1)
        expect(new Set(shown).size).toBe(shown.length)
      }),
    )
  })
})

describe('the stretch of time that is shown', () => {
  const extent = { from: 1_000, to: 2_000 }

  it('keeps the instant under the pointer where it is', () => {
    const window = zoomed({ from: 1_200, to: 1_600 }, 0.5, 1_300, extent)
    expect(window).toEqual({ from: 1_250, to: 1_450 })
  })

  it('never leaves the run, nor shows more than all of it', () => {
    expect(panned({ from: 1_200, to: 1_600 }, 5_000, extent).to).toBe(fitted(extent).to)
    expect(panned({ from: 1_200, to: 1_600 }, -5_000, extent).from).toBe(fitted(extent).from)
    expect(zoomed({ from: 1_200, to: 1_600 }, 1_000, 1_300, extent)).toEqual(fitted(extent))
  })

  it('moves on with a run that goes on, if its end was shown', () => {
    const later = { from: 1_000, to: 2_500 }
    expect(followed({ from: 1_900, to: 2_010 }, extent, later)).toEqual({ from: 2_400, to: 2_510 })
    expect(followed({ from: 1_200, to: 1_600 }, extent, later)).toEqual({ from: 1_200, to: 1_600 })
  })

  it('moves no further than it has to, to show an instant', () => {
    const window = { from: 1_200, to: 1_300 }
    expect(revealing(window, 1_250, extent)).toBe(window)
    expect(revealing(window, 1_400, extent)).toEqual({ from: 1_310, to: 1_410 })
    expect(revealing(window, 1_100, extent)).toEqual({ from: 1_090, to: 1_190 })
  })
})

import { describe, expect, it } from 'vitest'
import { readFutureInstant, readPastInstant } from '../../../src/cli/jobs/read-instant.ts'

/** Noon of a day, in local time. */
const now = new Date(2026, 10, 26, 12).getTime()
const on = (day: number, hours = 0, minutes = 0): number => new Date(2026, 10, day, hours, minutes).getTime()

describe('an instant that has passed', () => {
  it.each([
    ['2h', now - 7_200_000],
    ['11:30', on(26, 11, 30)],
    ['12:30', on(25, 12, 30)],
    ['2026-11-24', on(24)],
    ['2026-11-24 9:00', undefined],
    ['2026-11-24T09:00', on(24, 9)],
    ['2026-11-24T09:00Z', Date.UTC(2026, 10, 24, 9)],
    ['2026-11-24T09:00+02:00', Date.UTC(2026, 10, 24, 7)],
    ['2026-02-29', undefined],
    ['24:00', undefined],
    ['', undefined],
    ['-1h', undefined],
  ])('may be written as %j', (text, at) => {
    if (at === undefined) expect(() => readPastInstant('--since', text, now)).toThrow('--since is')
    else expect(readPastInstant('--since', text, now)).toBe(at)
  })
})

describe('an instant to come', () => {
  it.each([
    ['12:30', on(26, 12, 30)],
    ['11:30', on(27, 11, 30)],
    ['12:00', on(27, 12)],
    ['2026-11-27', on(27)],
  ])('may be written as %j', (text, at) => {
    expect(readFutureInstant('--at', text, now)).toBe(at)
  })

  it('must not have passed, and is no length', () => {
    expect(() => readFutureInstant('--at', '2026-11-26T11:59', now)).toThrow('has passed')
    expect(() => readFutureInstant('--at', '2h', now)).toThrow('--at is')
  })
})

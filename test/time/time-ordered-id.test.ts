import { afterEach, describe, expect, it, vi } from 'vitest'
import { timeOrderedId } from '../../src/time/time-ordered-id.ts'

afterEach(() => {
  vi.useRealTimers()
})

describe('an id that is ordered by time', () => {
  it('is a UUID v7 of now', () => {
    vi.useFakeTimers({ now: 4_000_000_000_000 })
    const id = timeOrderedId()
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(Number.parseInt(id.slice(0, 13).replace('-', ''), 16)).toBe(4_000_000_000_000)
  })

  it('sorts behind all ids that were made before it, of the same millisecond and of a clock that was set back too', () => {
    vi.useFakeTimers({ now: 4_100_000_000_000 })
    const ids = Array.from({ length: 10_000 }, timeOrderedId)
    vi.setSystemTime(4_000_000_000_000)
    ids.push(timeOrderedId())
    vi.setSystemTime(4_200_000_000_000)
    ids.push(timeOrderedId())
    expect(ids.toSorted()).toEqual(ids)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

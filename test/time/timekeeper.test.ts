import { describe, expect, it } from 'vitest'
import { Timekeeper } from '../../src/time/timekeeper.ts'

/** A clock whose two times are set by hand. */
function byHand() {
  const at = { wall: 10_000, monotonic: 0, asked: 0, ring: () => {} }
  const keeper = new Timekeeper({
    now: () => at.wall,
    monotonic: () => {
      at.asked++
      return at.monotonic
    },
    setTimeout: (ring) => {
      at.ring = ring
    },
    clearTimeout: () => {},
  })
  const set: number[] = []
  keeper.clockSet = (byMs) => set.push(byMs)
  return { at, keeper, set }
}

describe('time that is looked at', () => {
  it('is compared with the monotonic clock once for each instant', () => {
    const { at, keeper } = byHand()
    at.asked = 0
    for (let look = 0; look < 10; look++) keeper.now()
    expect(at.asked).toBe(1)
    at.wall++
    at.monotonic++
    keeper.now()
    expect(at.asked).toBe(2)
  })

  it('shows that the clock was set, before the first instant after that', () => {
    const { at, keeper, set } = byHand()
    keeper.now()
    at.wall += 5_000
    expect(keeper.now()).toBe(15_000)
    expect(set).toEqual([5_000])
  })

  it('shows it to a timer even where the clock was set back to the instant that was seen last', () => {
    const { at, keeper, set } = byHand()
    keeper.now()
    const rung: number[] = []
    keeper.setTimeout(() => rung.push(keeper.now()), 5_000)
    at.monotonic += 5_000
    at.ring()
    expect(set).toEqual([-5_000])
    expect(rung).toEqual([10_000])
  })
})

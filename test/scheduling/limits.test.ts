import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Pools } from '../../src/scheduling/pools.ts'
import { Slots } from '../../src/scheduling/slots.ts'

describe('slots', () => {
  it('are full at their limit, and free again when one is given back', () => {
    const slots = new Slots(2)
    expect(slots.isFull).toBe(false)
    slots.hold()
    slots.hold()
    expect([slots.held, slots.isFull]).toEqual([2, true])
    slots.free()
    expect([slots.held, slots.isFull]).toEqual([1, false])
  })

  it('are always full with a limit of 0, and never with none', () => {
    expect(new Slots(0).isFull).toBe(true)
    const endless = new Slots(Number.POSITIVE_INFINITY)
    for (let held = 0; held < 1_000; held++) endless.hold()
    expect(endless.isFull).toBe(false)
  })
})

describe('a pool', () => {
  it('lacks what is taken until it is given back', () => {
    const pools = new Pools({ gpu: 2 })
    expect(pools.lacking({ gpu: 2 })).toBeUndefined()
    pools.take({ gpu: 2 })
    expect(pools.used('gpu')).toBe(2)
    expect(pools.lacking({ gpu: 1 })).toBe('gpu')
    pools.give({ gpu: 2 })
    expect(pools.lacking({ gpu: 2 })).toBeUndefined()
  })

  it('of another name is passed over: it is somebody else to ask', () => {
    const pools = new Pools({ gpu: 1 })
    expect(pools.lacking({ licence: 99 })).toBeUndefined()
    pools.take({ licence: 99 })
    expect([pools.total('licence'), pools.used('licence')]).toEqual([undefined, 0])
    expect([pools.total('gpu'), pools.used('gpu')]).toEqual([1, 0])
  })
})

describe('a need of several pools', () => {
  it('names the one that lacks, and takes of none before all is there', () => {
    const pools = new Pools({ gpu: 2, licence: 1 })
    pools.take({ licence: 1 })
    expect(pools.lacking({ gpu: 1, licence: 1 })).toBe('licence')
    expect(pools.used('gpu')).toBe(0)
  })

  it('is never granted past a total, whoever asks in whatever order', () => {
    const need = fc.record({ gpu: fc.nat(3), licence: fc.nat(3), other: fc.nat(9) })
    fc.assert(
      fc.property(fc.array(fc.tuple(need, fc.boolean(), fc.nat())), (moves) => {
        const totals = { gpu: 4, licence: 3 }
        const pools = new Pools(totals)
        const granted: (typeof moves)[number][0][] = []
        for (const [uses, gives, pick] of moves) {
          if (gives && granted.length > 0) pools.give(granted.splice(pick % granted.length, 1)[0]!)
          else if (pools.lacking(uses) === undefined) {
            pools.take(uses)
            granted.push(uses)
          }
          for (const name of ['gpu', 'licence'] as const) {
            const used = granted.reduce((sum, one) => sum + one[name], 0)
            expect(pools.used(name)).toBe(used)
            expect(used).toBeLessThanOrEqual(totals[name])
          }
        }
      }),
      { numRuns: 300 },
    )
  })
})

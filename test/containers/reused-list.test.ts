import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReusedList } from '../../src/containers/reused-list.ts'

describe('a tray', () => {
  it('is a list: what was pushed, in order, since it was cleared', () => {
    const anySteps = fc.array(
      fc.oneof(
        fc.record({ push: fc.integer() }),
        fc.constant({ clear: true } as const),
        fc.record({ many: fc.integer({ min: 1_000, max: 1_100 }) }),
      ),
    )
    fc.assert(
      fc.property(anySteps, (steps) => {
        const tray = new ReusedList<number>()
        let list: number[] = []
        for (const step of steps) {
          if ('push' in step) {
            tray.push(step.push)
            list.push(step.push)
          } else if ('many' in step) {
            for (let item = 0; item < step.many; item++) {
              tray.push(item)
              list.push(item)
            }
          } else {
            tray.clear()
            list = []
          }
          expect(tray.length).toBe(list.length)
          if (list.length > 0) expect(tray.at(list.length - 1)).toBe(list.at(-1))
        }
        expect(list.map((_, index) => tray.at(index))).toEqual(list)
      }),
      { numRuns: 300 },
    )
  })
})

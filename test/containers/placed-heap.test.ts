import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PlacedHeap } from '../../src/containers/placed-heap.ts'

interface Member {
  rank: number
  readonly name: number
  place: number
}

const isBefore = (a: Member, b: Member): boolean => a.rank < b.rank || (a.rank === b.rank && a.name < b.name)

/** Pushes one with that rank, gives one another rank, or takes one out. */
const change = fc.oneof(
  fc.record({ push: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ move: fc.nat(), to: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ remove: fc.nat() }),
)

describe('a heap whose members know their places', () => {
  it('has the first member first, and those that were not taken out, whatever changes', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const heap = new PlacedHeap<Member>(isBefore)
        const members: Member[] = []
        const gone: Member[] = []
        for (const [name, one] of changes.entries()) {
          if ('push' in one) {
            const member = { rank: one.push, name, place: 0 }
            members.push(member)
            heap.push(member)
          } else if (members.length > 0) {
            const at = ('move' in one ? one.move : one.remove) % members.length
            const member = members[at]!
            if ('move' in one) {
              member.rank = one.to
              heap.moved(member)
            } else {
              heap.remove(member)
              gone.push(...members.splice(at, 1))
            }
          }
          expect(heap.first).toBe(members.toSorted((a, b) => (isBefore(a, b) ? -1 : 1))[0])
          expect(heap.size).toBe(members.length)
          expect(new Set(heap.members)).toEqual(new Set(members))
          expect(members.every((member) => heap.has(member))).toBe(true)
          expect(gone.some((member) => heap.has(member))).toBe(false)
        }
      }),
    )
  })
})

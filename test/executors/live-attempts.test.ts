import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LiveAttempt, LiveAttempts } from '../../src/executors/live-attempts.ts'

interface Attempt extends LiveAttempt<Attempt> {
  readonly attemptId: string
}

const anySteps = fc.array(
  fc.record({ does: fc.constantFrom('add', 'delete', 'look'), which: fc.nat(9) } as const),
  { maxLength: 60 },
)

describe('the live attempts', () => {
  it('are found by id as in a map, whenever they are looked for', () => {
    fc.assert(
      fc.property(anySteps, (steps) => {
        const live = new LiveAttempts<Attempt>()
        const attempts = Array.from({ length: 10 }, (_, index): Attempt => {
          return { attemptId: `a${index}`, before: undefined, after: undefined, isLive: false }
        })
        const known = new Map<string, Attempt>()
        for (const { does, which } of steps) {
          const attempt = attempts[which]!
          if (does === 'look') expect(live.get(attempt.attemptId)).toBe(known.get(attempt.attemptId))
          else if (does === 'delete') expect(live.delete(attempt)).toBe(known.delete(attempt.attemptId))
          else if (!attempt.isLive) {
            live.add(attempt)
            known.set(attempt.attemptId, attempt)
          }
        }
        for (const attempt of attempts) expect(live.get(attempt.attemptId)).toBe(known.get(attempt.attemptId))
      }),
      { numRuns: 500 },
    )
  })
})

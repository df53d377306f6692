import fc from 'fast-check'
import { anyPace, badStarts, failedEnds, ms, seldom } from '../../src/testing/any/any-pace.ts'
import type { AttemptScript } from '../../src/testing/rehearsal/attempt-script.ts'

/** The script of one attempt. */
export function anyAttempt(): fc.Arbitrary<AttemptScript> {
  return fc
    .record({
      pace: anyPace(),
      start: seldom(10, fc.constantFrom(...badStarts)),
      places: fc.boolean(),
      beats: fc.array(ms(5, 15, 30, 60, 90), { maxLength: 3 }),
      warns: seldom(2, ms(10, 40)),
      asks: seldom(3, ms(10, 30)),
      asksWithin: seldom(2, ms(5, 20)),
      how: fc.oneof(
        { withCrossShrink: true },
        { weight: 5, arbitrary: fc.constant('complete' as const) },
        { weight: 4, arbitrary: fc.constantFrom('fail' as const, ...failedEnds) },
        { weight: 1, arbitrary: fc.constant('never' as const) },
      ),
      onAbort: fc.constantFrom(
        'ends' as const,
        'ends' as const,
        'ends' as const,
        'ignore' as const,
        'complete' as const,
      ),
      onForce: fc.oneof(
        { withCrossShrink: true },
        { weight: 4, arbitrary: ms(0, 5) },
        { weight: 1, arbitrary: fc.constant('ignore' as const) },
      ),
    })
    .map(({ pace, start, how, onAbort, ...script }) => ({
      ...script,
      start: start ?? pace.start,
      end: how === 'never' ? 'never' : { after: pace.run, how },
      onAbort: onAbort === 'ends' ? pace.stop : onAbort,
    }))
}

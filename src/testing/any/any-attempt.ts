import type { Arbitrary } from 'fast-check'
import { oneOf } from './any-list.ts'
import { fc } from '../law/fast-check.ts'
import type { AttemptScript } from './scenario.ts'

/** One of these lengths in milliseconds; shrinks towards the first. */
export const ms = (...values: number[]): Arbitrary<number> => oneOf(...values)

/** Nothing, `most` times as often as the other; shrinks to nothing. */
export function seldom<Value>(most: number, arbitrary: Arbitrary<Value>): Arbitrary<Value | undefined> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: most, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary },
  )
}

/** How long an attempt takes, in milliseconds: to start, to end from then on, and to end once it is told to. */
export interface Pace {
  readonly start: number
  readonly run: number
  readonly stop: number
}

export function anyPace(): Arbitrary<Pace> {
  return fc.record({
    start: ms(0, 0, 0, 5, 60),
    run: ms(0, 1, 10, 20, 35, 80, 150),
    stop: ms(0, 5, 30),
  })
}

/** The ways in which an attempt may go wrong at its start. */
export const badStarts = ['never', 'reject', 'throw'] as const

/** How an attempt may fail. */
export const failedEnds = ['fail', 'terminal', 'retry-after'] as const

/** The script of one attempt. */
export function anyAttempt(): Arbitrary<AttemptScript> {
  return fc
    .record({
      pace: anyPace(),
      start: seldom(10, fc.constantFrom(...badStarts)),
      beats: fc.array(ms(5, 15, 30, 60, 90), { maxLength: 3 }),
      warns: seldom(2, ms(10, 40)),
      asks: seldom(3, ms(10, 30)),
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

import type { Arbitrary } from 'fast-check'
import { oneOf } from './any-list.ts'
import { fc } from '../law/fast-check.ts'

/** One of these lengths in milliseconds; shrinks towards the first. */
export const ms = (...values: number[]): Arbitrary<number> => oneOf(...values)

/** `undefined`, `most` times as often as a value of the arbitrary. Shrinks to `undefined`. */
export function seldom<Value>(most: number, arbitrary: Arbitrary<Value>): Arbitrary<Value | undefined> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: most, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary },
  )
}

/** How long an attempt takes, in milliseconds: to start, then to end by itself, and to end after it is told to. */
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

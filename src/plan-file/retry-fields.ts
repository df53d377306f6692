import * as v from 'valibot'
import { defaultOptions } from '../graph/options.ts'
import { duration, field, integer, mustBe, positiveDuration } from './schema-parts.ts'

const backoffDefaults = defaultOptions.retry.backoff

const factorMessage = mustBe('a number of 1 or more')
const jitterMessage = mustBe('a number between 0 and 1')

export const backoff = v.strictObject({
  base: field(duration, 'The wait before the second attempt; 0 tries again at once.', {
    default: backoffDefaults.base,
  }),
  factor: field(
    v.pipe(v.number(factorMessage), v.finite(factorMessage), v.minValue(1, factorMessage)),
    'What each further wait is multiplied by.',
    { default: backoffDefaults.factor },
  ),
  cap: field(duration, 'The longest wait.', { default: backoffDefaults.cap }),
  jitter: field(
    v.pipe(v.number(jitterMessage), v.minValue(0, jitterMessage), v.maxValue(1, jitterMessage)),
    'The share of a wait that chance may add or take.',
    { default: backoffDefaults.jitter },
  ),
})

export const retry = v.strictObject({
  maxAttempts: field(integer(1), 'Most attempts in all, the first included.', {
    default: defaultOptions.retry.maxAttempts,
  }),
  backoff: field(backoff, 'The waits between attempts: base × factor^(attempt − 1), at most cap.'),
})

const stallFields = v.strictObject({
  after: field(
    positiveDuration,
    'Longest silence of a running attempt before the task is shown as stalled.',
    {
      default: '60s',
    },
  ),
  grace: field(
    duration,
    'How long a stalled task may stay silent before its attempt is ended, and may be retried. Without it a stall is only shown.',
  ),
})

export const stall = v.union(
  [v.literal(false), stallFields],
  mustBe('an object with fields such as after, grace'),
)

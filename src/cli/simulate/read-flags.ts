import { DagmarError } from '../../errors/dagmar-error.ts'
import { didYouMean } from '../../graph/read-values.ts'
import type { Distribution, Durations } from '../../simulation/durations.ts'
import { toMs } from '../../time/duration.ts'

const kinds: readonly Distribution['kind'][] = ['exponential', 'uniform', 'normal', 'lognormal']

/** What stands after `--duration`: `30s`, `exponential`, `lognormal:0.5`. */
export function readDurations(text: string): Durations {
  if (toMs(text) !== undefined) return text
  const [word = '', spread, ...more] = text.split(':')
  const kind = kinds.find((known) => known === word)
  if (kind === undefined || more.length > 0) {
    throw misuse(
      `--duration is '${text}', but it must be a length such as 30s, or one of ${kinds.join(', ')}.${didYouMean(word, kinds)}`,
    )
  }
  if (spread === undefined) return { kind }
  if (kind === 'exponential') {
    throw misuse(`--duration is '${text}', but an exponential one has no spread: it follows from the mean.`)
  }
  return {
    kind,
    spread: readNumberFlag(
      'The spread in --duration',
      spread,
      'a number of 0 or more',
      (share) => share >= 0,
    ),
  }
}

/** What stands after `--sweep`: `1..16`, or `2,4,8`. */
export function readRange(text: string): readonly number[] {
  const ends = /^(\d+)\.\.(\d+)$/.exec(text)
  const numbers =
    ends === null
      ? text.split(',').map((word) => (/^\d+$/.test(word.trim()) ? Number(word) : Number.NaN))
      : between(Number(ends[1]), Number(ends[2]))
  const isSound = numbers.length > 0 && numbers.every((slots) => Number.isSafeInteger(slots) && slots >= 1)
  if (isSound) return numbers
  throw misuse(
    `--sweep is '${text}', but it must be a range such as 1..16, or a list such as 2,4,8, of integers of 1 or more.`,
  )
}

/** A number, or a complaint that says what was wanted. */
export function readNumberFlag(
  flag: string,
  text: string,
  wanted: string,
  isSound: (number: number) => boolean,
): number {
  const number = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isFinite(number) && isSound(number)) return number
  throw misuse(`${flag} is '${text}', but it must be ${wanted}.`)
}

/** A longer range than anybody would read, or wait for. */
const longest = 1_000

function between(first: number, last: number): readonly number[] {
  if (last - first >= longest) throw misuse(`--sweep has more than ${longest} numbers of slots.`)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
}

function misuse(message: string): DagmarError {
  return new DagmarError('CONFIG_INVALID', { message })
}

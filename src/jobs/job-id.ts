import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DagmarError } from '../errors/dagmar-error.ts'
import type { Home } from './home.ts'

const shortest = 4

/**
 * A new id such as `261126-113754-a2f5`: date and time in UTC, and a random part, which grows until no other job has
 * it. The id is taken by making the job's folder, which only one process can.
 */
export function newJobId(
  { jobs }: Pick<Home, 'jobs'>,
  now: number,
  random: () => number = Math.random,
): string {
  const [date, time] = new Date(now).toISOString().slice(2, 19).replaceAll(/[-:]/g, '').split('T')
  for (let digits = shortest; ; digits++) {
    const id = `${date}-${time}-${randomHex(digits, random)}`
    try {
      mkdirSync(join(jobs, id), { mode: 0o700 })
      return id
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown
    }
  }
}

function randomHex(digits: number, random: () => number): string {
  return Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join('')
}

/** What ids look like. */
export const isJobId = (text: string): boolean => /^\d{6}-\d{6}-[\da-f]{4,}$/.test(text)

/**
 * The id that a person means: the whole of it, a beginning or an end that no other has, or `%1`, the one with that number,
 * or `%-1`, the last. `ids` are in their order in the list, and `at` finds a number in it. Throws `JOB_UNKNOWN` or `JOB_AMBIGUOUS`.
 */
export function resolveJobId(
  given: string,
  list: { readonly ids: readonly string[]; at(place: number): string | undefined },
): string {
  const { ids } = list
  const place = /^%(-?[1-9]\d*)$/.exec(given)
  if (place !== null) {
    const number = Number(place[1])
    const id = number < 0 ? ids.at(number) : list.at(number)
    if (id !== undefined) return id
    throw unknown(given, `There ${ids.length === 1 ? 'is 1 job' : `are ${ids.length} jobs`} in the list.`)
  }
  if (ids.includes(given)) return given
  const fits = given === '' ? [] : ids.filter((id) => id.startsWith(given) || id.endsWith(given))
  if (fits.length === 1) return fits[0]!
  if (fits.length === 0) throw unknown(given, 'dagmar jobs lists them.')
  throw new DagmarError('JOB_AMBIGUOUS', {
    message: `${fits.length} jobs have '${given}' at one end of their id: ${fits.slice(-5).join(', ')}${fits.length > 5 ? ', …' : ''}.`,
    hint: 'Give more of it.',
    facts: { given, ids: fits.slice(-20) },
  })
}

function unknown(given: string, hint: string): DagmarError {
  return new DagmarError('JOB_UNKNOWN', {
    message: `There is no job '${given}'.`,
    hint,
    facts: { given },
  })
}

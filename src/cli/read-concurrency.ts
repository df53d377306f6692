import { DagmarError } from '../errors/dagmar-error.ts'

/** What stands after `--concurrency`. Throws `CONFIG_INVALID`. */
export function readConcurrency(text: string): number {
  if (text === 'unlimited' || text === 'Infinity') return Number.POSITIVE_INFINITY
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(number) && number >= 1) return number
  throw new DagmarError('CONFIG_INVALID', {
    message: `--concurrency is '${text}', but it must be an integer of 1 or more, or 'unlimited'.`,
  })
}

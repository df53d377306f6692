import { DagmarError } from '../../errors/dagmar-error.ts'
import { show } from '../../graph/read-values.ts'
import { toMs } from '../../time/duration.ts'

const clockTime = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/
const date = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/

/**
 * An instant that has passed, as `--since` takes it: a length such as `2h`, a time of day, which is the last one, or a
 * date. Dates and times without a zone are local. Epoch milliseconds. Throws `CONFIG_INVALID`.
 */
export function readPastInstant(option: string, text: string, now: number): number {
  const length = toMs(text)
  if (length !== undefined) return now - length
  const at = instantOf(text, now)
  if (at === undefined)
    throw badInstant(option, text, "a length such as '2h', or a time such as '14:30' or '2026-11-26'")
  return clockTime.test(text) && at > now ? daysFrom(at, -1) : at
}

/** An instant to come, as `--at` takes it: a time of day, which is the next one, or a date. Throws `CONFIG_INVALID`. */
export function readFutureInstant(option: string, text: string, now: number): number {
  const at = instantOf(text, now)
  if (at === undefined) throw badInstant(option, text, "a time such as '14:30' or '2026-11-26T14:30'")
  if (at > now) return at
  if (clockTime.test(text)) return daysFrom(at, 1)
  throw new DagmarError('CONFIG_INVALID', { message: `${option} is ${show(text)}, which has passed.` })
}

function instantOf(text: string, now: number): number | undefined {
  const ofDay = clockTime.exec(text)
  if (ofDay !== null) {
    const [hours, minutes, seconds] = ofDay.slice(1).map((part) => Number(part ?? 0)) as [
      number,
      number,
      number,
    ]
    if (hours > 23 || minutes > 59 || seconds > 59) return undefined
    return new Date(now).setHours(hours, minutes, seconds, 0)
  }
  const [, day, time = '00:00', zone = ''] = date.exec(text) ?? []
  if (day === undefined) return undefined
  // A day that the month does not have would become one of the next month.
  const isDay = new Date(`${day}T00:00Z`)
  if (Number.isNaN(isDay.getTime()) || isDay.toISOString().slice(0, 10) !== day) return undefined
  const at = Date.parse(`${day}T${time}${zone}`)
  return Number.isNaN(at) ? undefined : at
}

/** Not by 24 hours: a day on which the clocks change has another length. */
function daysFrom(at: number, days: number): number {
  const day = new Date(at)
  return day.setDate(day.getDate() + days)
}

function badInstant(option: string, text: string, wanted: string): DagmarError {
  return new DagmarError('CONFIG_INVALID', {
    message: `${option} is ${show(text)}, but it must be ${wanted}.`,
  })
}

import { showMs } from '../../../time/show-ms.ts'
import type { Span, TimelineRow } from './timeline-row.ts'

/** What a task did at an instant, and for how long, in a few words. */
export function spanInWords({ kind, from, to, attempt, dueAt }: Span, now: number): string {
  const length = showMs(Math.min(to, now) - from)
  switch (kind) {
    case 'queued':
      return `queued for ${length}`
    case 'retry':
      return `waits ${showMs((dueAt ?? now) - from)} for its next attempt`
    case 'question':
      return `waits for an answer for ${length}`
    case 'starting':
    case 'running':
    case 'stalled':
    case 'stopping': {
      const end = attempt?.end === undefined || attempt.to !== to ? '' : `, then ${attempt.end}`
      return `attempt ${attempt?.number ?? ''} ${kind} for ${length}${end}`
    }
  }
}

/** What is marked close to an instant. `reach` is how close, in milliseconds. */
export function marksAround(
  { marks, questions }: TimelineRow,
  instant: number,
  reach: number,
): readonly string[] {
  const isNear = (at: number) => Math.abs(at - instant) <= reach
  return [
    ...questions
      .filter(({ from, to }) => isNear(from) || (from <= instant && instant <= to))
      .map(({ question }) => `asks: ${question}`),
    ...marks
      .filter(({ at, what }) => isNear(at) && (what === 'warned' || what === 'spent'))
      .map(({ text }) => `warning: ${text ?? ''}`),
    ...marks.filter(({ at, what }) => isNear(at) && what === 'redriven').map(() => 'redriven'),
  ]
}

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
})

/** The time of day of an instant, as this machine's owner writes it. */
export function timeOfDay(instant: number): string {
  return clock.format(instant)
}

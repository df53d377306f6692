import {
  dayMs as day,
  evenStep,
  hourMs as hour,
  minuteMs as minute,
  secondMs as second,
} from '../../../time/even-step.ts'

export interface Tick {
  /** Milliseconds since the run began. */
  readonly at: number
  readonly label: string
}

/** Ticks from `from` to `to`, in milliseconds since the run began: at most `most`, at distances that people count in. */
export function ticksBetween(from: number, to: number, most: number): readonly Tick[] {
  const step = evenStep((to - from) / Math.max(1, most))
  const ticks: Tick[] = []
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    ticks.push({ at, label: tickLabel(at, step, to) })
  }
  return ticks
}

/** A label as short as the distance of the ticks allows; `end` is the last instant of the axis. */
function tickLabel(at: number, step: number, end: number): string {
  if (at === 0) return '0'
  if (at < 0) return `−${tickLabel(-at, step, end)}`
  if (end < second) return `${at} ms`
  if (end < minute) return `${(at / second).toFixed(decimals(step))} s`
  if (step >= day) return `${at / day} d`
  const days = Math.floor(at / day)
  const clock = at - days * day
  const hours = Math.floor(clock / hour)
  const minutes = Math.floor((clock % hour) / minute)
  const seconds =
    step < minute
      ? `:${((clock % minute) / second).toFixed(decimals(step)).padStart(decimals(step) === 0 ? 2 : 3 + decimals(step), '0')}`
      : ''
  const long = end >= hour
  if (!long && seconds === '') return `${minutes} min`
  const short = long ? `${hours}:${two(minutes)}${seconds}` : `${minutes}${seconds}`
  const unit = long && seconds === '' ? ' h' : ''
  return `${days > 0 ? `${days} d ` : ''}${short}${unit}`
}

/** How many decimals of a second the ticks need. */
function decimals(step: number): number {
  if (step >= second) return 0
  return step >= 100 ? 1 : step >= 10 ? 2 : 3
}

function two(count: number): string {
  return String(count).padStart(2, '0')
}

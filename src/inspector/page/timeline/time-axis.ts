const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

/** The distances that ticks may have, in milliseconds: those that people count in. */
const steps = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12].map((count) => count * hour),
]

export interface Tick {
  /** Milliseconds since the run began. */
  readonly at: number
  readonly label: string
}

/** Ticks from `from` to `to`, in milliseconds since the run began: at most `most`, at distances that people count in. */
export function ticksBetween(from: number, to: number, most: number): readonly Tick[] {
  const wanted = (to - from) / Math.max(1, most)
  const step = steps.find((one) => one >= wanted) ?? wholeDays(wanted)
  const ticks: Tick[] = []
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) {
    ticks.push({ at, label: tickLabel(at, step, to) })
  }
  return ticks
}

/** A number of days that is 1, 2 or 5 times a power of ten. */
function wholeDays(wanted: number): number {
  const power = 10 ** Math.floor(Math.log10(wanted / day))
  return day * Math.max(1, [1, 2, 5, 10].find((count) => count * power >= wanted / day)! * power)
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

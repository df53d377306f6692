export const secondMs = 1_000
export const minuteMs = 60 * secondMs
export const hourMs = 60 * minuteMs
export const dayMs = 24 * hourMs

const belowDays: readonly number[] = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * secondMs),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minuteMs),
  ...[1, 2, 3, 6, 12].map((hours) => hours * hourMs),
]

/** The shortest distance that people count in and that is as long as wanted, for the ticks of an axis. In milliseconds. */
export function evenStep(wantedMs: number): number {
  return belowDays.find((one) => one >= wantedMs) ?? wholeDays(wantedMs)
}

/** A number of days that is 1, 2 or 5 times a power of ten. */
function wholeDays(wantedMs: number): number {
  const power = 10 ** Math.floor(Math.log10(wantedMs / dayMs))
  return dayMs * Math.max(1, [1, 2, 5, 10].find((count) => count * power >= wantedMs / dayMs)! * power)
}

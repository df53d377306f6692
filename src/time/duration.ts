/** A length of time: milliseconds, or numbers with units such as `'250ms'`, `'30s'`, `'10m'`, `'1.5h'`, `'1h30m'`. */
export type Duration = number | string

const units = ['d', 'h', 'm(?:in)?', 's', 'ms']
const unitsMs = [86_400_000, 3_600_000, 60_000, 1_000, 1]

/** The texts that are durations, as a regular expression: the units from large to small, each at most once. */
export const durationShape = `^\\s*(?=\\d)${units.map((unit) => `(?:(\\d+(?:\\.\\d+)?)\\s*${unit}\\s*)?`).join('')}$`

const shape = new RegExp(durationShape)

/** What `toMs` takes, for error messages. */
export const durationHint =
  "Give milliseconds as a number of 0 or more, or a string such as '250ms', '30s', '10m', '1h30m'."

/**
 * A duration in milliseconds; undefined for a value that is negative, NaN or no duration at all. `Infinity` is allowed.
 */
export function toMs(duration: unknown): number | undefined {
  if (typeof duration === 'number') return duration >= 0 ? duration : undefined
  if (typeof duration !== 'string') return undefined
  const parts = shape.exec(duration)
  return parts === null
    ? undefined
    : unitsMs.reduce((sum, unit, index) => sum + Number(parts[index + 1] ?? 0) * unit, 0)
}

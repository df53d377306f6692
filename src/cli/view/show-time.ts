const two = (part: number): string => String(part).padStart(2, '0')

/** A time that ticks by the second, short: `7s`, `4m05s`, `2h03m`. */
export function tickingTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`
  return `${Math.floor(seconds / 3_600)}h${two(Math.floor(seconds / 60) % 60)}m`
}

/** The time of a line since the run's start: `00:01.2`, from an hour on `1:00:01.2`. */
export function lineTime(ms: number): string {
  const tenths = Math.max(0, Math.floor(ms / 100))
  const seconds = Math.floor(tenths / 10)
  const hours = Math.floor(seconds / 3_600)
  const clock = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${tenths % 10}`
  return hours === 0 ? clock : `${hours}:${clock}`
}

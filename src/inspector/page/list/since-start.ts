/** An instant of a run to the millisecond, as in a list: `0.012`, `75.300`, `1:02:03.004`. */
export function sinceStart(ms: number): string {
  const whole = Math.max(0, Math.round(ms))
  const seconds = Math.floor(whole / 1_000)
  const rest = String(whole % 1_000).padStart(3, '0')
  if (seconds < 100) return `${seconds}.${rest}`
  const two = (count: number): string => String(count).padStart(2, '0')
  const minutes = Math.floor(seconds / 60)
  const tail = `${two(seconds % 60)}.${rest}`
  return minutes < 60 ? `${minutes}:${tail}` : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${tail}`
}

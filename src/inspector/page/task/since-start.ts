/** An instant as the time since the run began, to the millisecond: `0.250`, `1:05.250`, `2:01:05.250`. */
export function sinceStart(ms: number): string {
  const whole = Math.max(0, Math.round(ms))
  const seconds = (whole % 60_000) / 1_000
  const minutes = Math.floor(whole / 60_000)
  if (minutes === 0) return seconds.toFixed(3)
  const rest = seconds.toFixed(3).padStart(6, '0')
  return minutes < 60
    ? `${minutes}:${rest}`
    : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${rest}`
}

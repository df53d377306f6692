const secondMs = 1_000
const minuteMs = 60 * secondMs
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

const steps: readonly number[] = [
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
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500].map((days) => days * dayMs),
]

/** The columns that a label and the blank behind it need at least. */
const leastColumns = 9

/** Instants at even steps over a stretch of that many columns, each written at its own column. */
export function axisText(makespanMs: number, columns: number): string {
  if (makespanMs <= 0) return '0'
  const most = Math.max(1, Math.floor(columns / leastColumns))
  const step = steps.find((ms) => makespanMs / ms <= most) ?? makespanMs
  let text = ''
  for (let at = 0; at <= makespanMs; at += step) {
    const label = instantText(at)
    const column = Math.floor((at / makespanMs) * columns)
    if (column + label.length > columns) break
    text = text.padEnd(column) + label
  }
  return text
}

/** `0`, `250ms`, `30s`, `1m30s`, `2h`, `3d`: without parts that are 0. */
function instantText(ms: number): string {
  if (ms === 0) return '0'
  if (ms < secondMs) return `${ms}ms`
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(ms / dayMs), 'd'],
    [Math.floor((ms % dayMs) / hourMs), 'h'],
    [Math.floor((ms % hourMs) / minuteMs), 'm'],
    [(ms % minuteMs) / secondMs, 's'],
  ]
  return parts
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${Number(amount.toFixed(1))}${unit}`)
    .join('')
}

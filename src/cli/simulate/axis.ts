import { dayMs, evenStep, hourMs, minuteMs, secondMs } from '../../time/even-step.ts'

/** The columns that a label and the blank behind it need at least. */
const leastColumns = 9

/** Instants at even steps over a stretch of that many columns, each written at its own column. */
export function axisText(makespanMs: number, columns: number): string {
  if (makespanMs <= 0) return '0'
  const most = Math.max(1, Math.floor(columns / leastColumns))
  const step = evenStep(makespanMs / most)
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

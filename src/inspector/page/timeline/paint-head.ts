import { fillBox, type Pen, strokeLine } from '../canvas/pen.ts'
import { shade } from '../canvas/shade.ts'
import { type Chart, xOf } from './chart.ts'
import { paintInstant } from './paint-rows.ts'
import type { StepSeries } from './step-series.ts'
import { ticksBetween } from './time-axis.ts'

/** Heights in CSS pixels. */
export const useHeight = 28
export const axisHeight = 24

/** What is in use over time, above its limit if there is one. */
export interface Use {
  readonly name: string
  readonly series: StepSeries
  readonly limit: number | null
}

export interface HeadPicture {
  readonly uses: readonly Use[]
  /** When the run began: ticks are counted from here. */
  readonly origin: number
  /** Nothing is known after this. */
  readonly now: number
  readonly instant: number | undefined
}

export function paintHead(pen: Pen, chart: Chart, picture: HeadPicture): void {
  const { uses, instant } = picture
  for (const [place, use] of uses.entries()) paintUse(pen, chart, picture, use, place * useHeight)
  if (instant !== undefined) paintInstant(pen, { ...chart, height: uses.length * useHeight }, instant)
  paintAxis(pen, chart, picture)
}

/** A use as an area. Its limit is as high as its strip. */
function paintUse(pen: Pen, chart: Chart, { now }: HeadPicture, use: Use, top: number): void {
  const { window, width } = chart
  const highest = use.series.highest(window.from, window.to, Math.max(1, Math.floor(width)))
  const full = Math.max(1, use.limit ?? use.series.peak, use.series.peak)
  const height = useHeight - 6
  const base = top + useHeight - 2
  const end = Math.min(highest.length, Math.ceil(xOf(chart, now)))
  fillBox(pen, 0, base, width, 1, shade('rule'))
  if (use.limit !== null && use.limit > 0) {
    const limit = Math.round(base - (use.limit / full) * height) - 0.5
    pen.setLineDash([2, 3])
    strokeLine(pen, 0, limit, width, limit, shade('rule'))
    pen.setLineDash([])
  }
  pen.fillStyle = shade('ink-3')
  pen.globalAlpha = 0.55
  // Columns of one height are one rectangle.
  for (let from = 0; from < end; ) {
    let to = from + 1
    while (to < end && highest[to] === highest[from]) to++
    const high = (highest[from]! / full) * height
    if (high > 0) pen.fillRect(from, base - high, to - from, high)
    from = to
  }
  pen.globalAlpha = 1
}

function paintAxis(pen: Pen, chart: Chart, { origin, uses }: HeadPicture): void {
  const { window, width } = chart
  const top = uses.length * useHeight
  pen.font = `11px ${shade('sans')}`
  pen.textBaseline = 'middle'
  pen.textAlign = 'left'
  for (const { at, label } of ticksBetween(window.from - origin, window.to - origin, width / 80)) {
    const x = Math.round(xOf(chart, origin + at)) + 0.5
    strokeLine(pen, x, top + 6, x, top + axisHeight, shade('rule'))
    pen.fillStyle = shade('ink-3')
    // A label that the edge would cut could be read as another one.
    if (x + 4 + pen.measureText(label).width <= width) pen.fillText(label, x + 4, top + axisHeight / 2 + 2)
  }
}

import { type Pen, penOn, strokeLine } from '../canvas/pen.ts'
import { drawAnew } from '../canvas/redraw.ts'
import { shade } from '../canvas/shade.ts'
import { goesOn } from '../state/shown.ts'
import { type Chart, xOf } from './chart.ts'
import { axisHeight, paintHead, useHeight } from './paint-head.ts'
import { paintRows } from './paint-rows.ts'
import {
  bodyHeight,
  chain,
  chartWidth,
  chosenWindow,
  extent,
  isOfAgents,
  knownUntil,
  lookedAt,
  pointed,
  rowHeight,
  rows,
  scrolled,
  selectedId,
  shownWindow,
  timeline,
  usesOf,
} from './timeline-state.ts'
import { followed, type TimeWindow } from './time-window.ts'

/** Keeps both canvases as the run, and what is looked at of it. Returns what stops it. */
export function paintTimeline(head: HTMLCanvasElement, bars: HTMLCanvasElement): () => void {
  let seen: TimeWindow | undefined
  return drawAnew(() => {
    const whole = extent()
    const chosen = chosenWindow.value
    if (chosen !== undefined && seen !== undefined && seen.from === whole.from && seen.to < whole.to) {
      chosenWindow.value = followed(chosen, seen, whole)
    }
    seen = whole
    const model = timeline()
    const width = chartWidth.value
    const chart: Chart = { window: shownWindow(), width, height: bodyHeight.value }
    const now = knownUntil()
    const instant = lookedAt()
    const over = pointed.value
    const uses = usesOf(model)
    const headHeight = uses.length * useHeight + axisHeight
    const headPen = penOn(head, width, headHeight)
    paintHead(headPen, { ...chart, height: headHeight }, { uses, origin: whole.from, now, instant })
    paintPointer(headPen, chart, over?.instant, uses.length * useHeight)
    const pen = penOn(bars, width, chart.height)
    paintRows(pen, chart, {
      rows: rows.value,
      top: scrolled.value,
      rowHeight: rowHeight.value,
      now,
      instant,
      selected: selectedId(),
      isOfAgents: isOfAgents.value,
      chain: chain(),
      runFacts: model.runFacts,
    })
    paintPointer(pen, chart, over?.instant, chart.height)
    if (!goesOn.value) return undefined
    // As often as bars grow by a pixel.
    return Math.max(40, Math.min(1_000, (chart.window.to - chart.window.from) / width))
  })
}

/** A hairline at the instant under the pointer. */
function paintPointer(pen: Pen, chart: Chart, instant: number | undefined, height: number): void {
  if (instant === undefined) return
  const x = Math.round(xOf(chart, instant)) + 0.5
  pen.globalAlpha = 0.6
  strokeLine(pen, x, 0, x, height, shade('ink-3'))
  pen.globalAlpha = 1
}

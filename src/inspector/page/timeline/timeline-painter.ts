import { theme } from '../shell/theme.ts'
import { selectedTask } from '../state/shown.ts'
import { type Chart, drawingOn, xOf } from './chart.ts'
import { axisHeight, paintHead, useHeight } from './paint-head.ts'
import { paintRows } from './paint-rows.ts'
import { hatchOf } from './paint-span.ts'
import { readPalette } from '../dag/palette.ts'
import { drawAnew } from './redraw.ts'
import {
  bodyHeight,
  chain,
  chartWidth,
  chosenWindow,
  extent,
  isGrowing,
  knownUntil,
  lookedAt,
  pointed,
  rowHeight,
  rows,
  scrolled,
  shownWindow,
  timeline,
  usesOf,
} from './timeline-state.ts'
import { followed, type TimeWindow } from './time-window.ts'

/** Keeps both canvases as the run, and what is looked at of it. Returns what stops it. */
export function paintTimeline(head: HTMLCanvasElement, bars: HTMLCanvasElement): () => void {
  let seen: TimeWindow | undefined
  let palette = readPalette()
  let hatch = hatchOf(palette.state.stalled)
  let shown = theme.peek()
  return drawAnew(() => {
    if (shown !== theme.value) {
      shown = theme.value
      palette = readPalette()
      hatch = hatchOf(palette.state.stalled)
    }
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
    const headPen = drawingOn(head, width, headHeight)
    if (headPen !== undefined) {
      paintHead(
        headPen,
        { ...chart, height: headHeight },
        { uses, origin: model.from, now, instant, palette },
      )
      paintPointer(headPen, chart, over?.instant, uses.length * useHeight, palette.ink3)
    }
    const pen = drawingOn(bars, width, chart.height)
    if (pen === undefined) return undefined
    paintRows(pen, chart, {
      rows: rows.value,
      top: scrolled.value,
      rowHeight: rowHeight.value,
      now,
      instant,
      selected: selectedTask.value,
      chain: chain(),
      runFacts: model.runFacts,
      palette,
      hatch,
    })
    paintPointer(pen, chart, over?.instant, chart.height, palette.ink3)
    if (!isGrowing()) return undefined
    // As often as bars grow by a pixel.
    return Math.max(40, Math.min(1_000, (chart.window.to - chart.window.from) / width))
  })
}

/** A hairline at the instant under the pointer. */
function paintPointer(
  pen: CanvasRenderingContext2D,
  chart: Chart,
  instant: number | undefined,
  height: number,
  colour: string,
): void {
  if (instant === undefined) return
  const x = Math.round(xOf(chart, instant)) + 0.5
  pen.strokeStyle = colour
  pen.globalAlpha = 0.6
  pen.lineWidth = 1
  pen.beginPath()
  pen.moveTo(x, 0)
  pen.lineTo(x, height)
  pen.stroke()
  pen.globalAlpha = 1
}

import type { TaskStatus } from '../../../events/task-view.ts'
import { fillBox, type Pen, strokeLine } from '../canvas/pen.ts'
import { shade } from '../canvas/shade.ts'
import { cutMiddle } from '../dag/cut-middle.ts'
import { isOfNoRun } from '../state/shown.ts'
import { computed } from '../state/signals.ts'
import { type Chart, xOf } from './chart.ts'
import { barHeightIn, lowest, type RowsPicture } from './rows-picture.ts'
import type { AttemptBar, Span, SpanKind } from './timeline-row.ts'

/** The status that gives a wait, or a part of an attempt, its colour. */
const statusOf: Readonly<Record<SpanKind, TaskStatus>> = {
  queued: 'ready',
  retry: 'dispatched',
  question: 'dispatched',
  starting: 'starting',
  running: 'running',
  stalled: 'stalled',
  stopping: 'stopping',
}

export function paintSpan(pen: Pen, chart: Chart, picture: RowsPicture, span: Span, y: number): void {
  const { now, rowHeight } = picture
  const barHeight = barHeightIn(rowHeight)
  const barTop = (rowHeight - barHeight) / 2
  const end = Math.min(span.to, now)
  const left = Math.max(-2, xOf(chart, span.from))
  const right = Math.min(chart.width + 2, xOf(chart, end))
  // Of agents, one attempt follows the other.
  const gap = picture.isOfAgents && span.to === span.attempt?.to ? 1 : 0
  const width = Math.max(1, right - left - gap)
  // What came after the instant that is looked at has no state yet.
  const isLater = span.from >= (picture.instant ?? Number.POSITIVE_INFINITY)
  const toned = (status: TaskStatus): string => shade(isLater ? 'ink-3' : `state-${status}`)
  const colour = toned(statusOf[span.kind])
  const middle = y + rowHeight / 2
  switch (span.kind) {
    case 'queued':
      hollow(pen, left, right, middle, colour, rowHeight)
      return
    case 'retry': {
      const due = Math.min(right, xOf(chart, span.dueAt ?? Number.POSITIVE_INFINITY))
      dashed(pen, left, due, middle, colour)
      if (due < right) hollow(pen, due, right, middle, toned('ready'), rowHeight)
      return
    }
    case 'question':
      dashed(pen, left, right, middle, colour)
      return
    case 'stalled':
      fillBox(pen, left, y + barTop, width, barHeight, isLater ? shade('rule') : hatch.value)
      fillBox(pen, left, y + barTop, width, 1, colour)
      pen.fillRect(left, y + barTop + barHeight - 1, width, 1)
      return
    case 'starting':
    case 'running':
    case 'stopping':
      // That of another run is pale.
      if (span.attempt?.runId !== undefined && !isOfNoRun.value) pen.globalAlpha = 0.5
      fillBox(
        pen,
        left,
        y + barTop,
        width,
        barHeight,
        span.kind === 'running' ? toned(endOf(span.attempt, picture)) : colour,
      )
      pen.globalAlpha = 1
  }
}

/** The status of an attempt at the instant that is looked at: running, or how it ended. */
function endOf(
  attempt: AttemptBar | undefined,
  { instant = Number.POSITIVE_INFINITY }: RowsPicture,
): TaskStatus {
  if (attempt?.end === undefined || attempt.to > instant) return 'running'
  return attempt.end === 'deferred' ? 'dispatched' : attempt.end === 'interrupted' ? 'stopping' : attempt.end
}

function hollow(
  pen: Pen,
  left: number,
  right: number,
  middle: number,
  colour: string,
  rowHeight: number,
): void {
  if (right - left < 0.5) return
  // Where lines lie close together they would be an area, and look like more than they are.
  if (rowHeight < 6) {
    pen.fillStyle = colour
    pen.globalAlpha *= 0.25
    pen.fillRect(left, middle - rowHeight / 2, right - left, rowHeight)
    pen.globalAlpha *= 4
    return
  }
  const at = Math.round(middle) + 0.5
  if (right - left < 3 || rowHeight < lowest) strokeLine(pen, left, at, right, at, colour)
  else {
    pen.strokeStyle = colour
    pen.lineWidth = 1
    pen.strokeRect(left + 0.5, at - 2, right - left - 1, 3)
  }
}

function dashed(pen: Pen, left: number, right: number, middle: number, colour: string): void {
  if (right <= left) return
  const at = Math.round(middle) + 0.5
  pen.setLineDash([2, 2])
  strokeLine(pen, left, at, right, at, colour)
  pen.setLineDash([])
}

/** The number of an attempt, or its task, where its bar has room for it. */
export function paintLabel(
  pen: Pen,
  chart: Chart,
  { now, rowHeight, isOfAgents }: RowsPicture,
  bar: AttemptBar,
  y: number,
): void {
  const left = Math.max(0, xOf(chart, bar.from))
  const right = Math.min(chart.width, xOf(chart, Math.min(bar.to, now)))
  if (right - left < (isOfAgents ? 40 : 14)) return
  pen.fillStyle = shade('paper')
  const text = isOfAgents ? cutMiddle(bar.taskId ?? '', (right - left - 8) / 5.5) : String(bar.number)
  pen.fillText(text, left + 4, y + rowHeight / 2 + 0.5)
}

/** Slanted lines in the colour of a stall, on paper. */
const hatch = computed(() => {
  const tile = document.createElement('canvas')
  tile.width = tile.height = 6
  const pen = tile.getContext('2d')!
  fillBox(pen, 0, 0, 6, 6, shade('paper'))
  pen.strokeStyle = shade('state-stalled')
  pen.lineWidth = 2
  for (const shift of [-6, 0, 6]) {
    pen.moveTo(shift, 6)
    pen.lineTo(shift + 6, 0)
  }
  pen.stroke()
  return pen.createPattern(tile, 'repeat')!
})

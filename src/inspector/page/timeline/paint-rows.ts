import { isRunEnd, type RunFact } from '../../../events/facts.ts'
import { type Chart, xOf } from './chart.ts'
import type { TaskStatus } from '../../../events/task-view.ts'
import type { Palette } from '../dag/palette.ts'
import { firstSpanAfter } from './row-order.ts'
import type { AttemptBar, Span, SpanKind, TimelineRow } from './timeline-model.ts'

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

/** Rows that are lower than this have no room for signs. In CSS pixels. */
const lowest = 16

export interface RowsPicture {
  readonly rows: readonly TimelineRow[]
  /** How far the rows are scrolled, and how high each is, in CSS pixels. */
  readonly top: number
  readonly rowHeight: number
  /** What goes on is drawn up to here. */
  readonly now: number
  /** The instant that is looked at, if that is not now. */
  readonly instant: number | undefined
  readonly selected: string | undefined
  /** The chain of tasks that stands out from the others; none: all look alike. */
  readonly chain: readonly string[]
  readonly runFacts: readonly RunFact[]
  readonly palette: Palette
  /** The slanted lines of a stall. */
  readonly hatch: CanvasPattern | string
}

type Pen = CanvasRenderingContext2D

export function paintRows(pen: Pen, chart: Chart, picture: RowsPicture): void {
  const { rows, top, rowHeight, palette, selected, chain } = picture
  const first = Math.max(0, Math.floor(top / rowHeight))
  const last = Math.min(rows.length - 1, Math.floor((top + chart.height) / rowHeight))
  const inChain = new Set(chain)
  pen.font = `10px ${palette.sans}`
  pen.textBaseline = 'middle'
  for (let place = first; place <= last; place++) {
    const row = rows[place]!
    const y = place * rowHeight - top
    if (row.id === selected) {
      pen.fillStyle = palette.select
      pen.fillRect(0, y, chart.width, Math.max(2, rowHeight))
    }
    pen.globalAlpha = chain.length > 0 && !inChain.has(row.id) ? 0.2 : 1
    paintRow(pen, chart, picture, row, y)
    pen.globalAlpha = 1
  }
  paintRunFacts(pen, chart, picture)
  if (chain.length > 1) paintChain(pen, chart, picture)
  if (picture.instant !== undefined) paintInstant(pen, chart, palette, picture.instant)
}

function paintRow(pen: Pen, chart: Chart, picture: RowsPicture, row: TimelineRow, y: number): void {
  const { spans, attempts } = row
  const { from, to } = chart.window
  const { now, rowHeight } = picture
  const first = firstSpanAfter(row, from)
  for (let place = first; place < spans.length; place++) {
    const span = spans[place]!
    if (span.from > to || span.from > now) break
    paintSpan(pen, chart, picture, span, y)
  }
  if (rowHeight < lowest) return
  if (attempts.length > 1) for (const attempt of attempts) paintNumber(pen, chart, picture, attempt, y)
  paintMarks(pen, chart, picture, row, y)
  if (spans.length === 0) return
  // Where all of it lies beyond an edge, a sign says on which side.
  pen.fillStyle = picture.palette.ink3
  if (first === spans.length) pen.fillText('‹', 4, y + rowHeight / 2)
  else if (first === 0 && spans[0]!.from > to) pen.fillText('›', chart.width - 8, y + rowHeight / 2)
}

function paintSpan(pen: Pen, chart: Chart, picture: RowsPicture, span: Span, y: number): void {
  const { palette, now, rowHeight } = picture
  const barHeight = barHeightIn(rowHeight)
  const barTop = (rowHeight - barHeight) / 2
  const end = Math.min(span.to, now)
  const left = Math.max(-2, xOf(chart, span.from))
  const right = Math.min(chart.width + 2, xOf(chart, end))
  const width = Math.max(1, right - left)
  // What came after the instant that is looked at has no state yet.
  const isLater = span.from >= (picture.instant ?? Number.POSITIVE_INFINITY)
  const shade = (status: TaskStatus): string => (isLater ? palette.ink3 : palette.state[status])
  const colour = shade(statusOf[span.kind])
  const middle = y + rowHeight / 2
  switch (span.kind) {
    case 'queued':
      hollow(pen, left, right, middle, colour, rowHeight)
      return
    case 'retry': {
      const due = Math.min(right, xOf(chart, span.dueAt ?? Number.POSITIVE_INFINITY))
      dashed(pen, left, due, middle, colour)
      if (due < right) hollow(pen, due, right, middle, shade('ready'), rowHeight)
      return
    }
    case 'question':
      dashed(pen, left, right, middle, colour)
      return
    case 'stalled':
      pen.fillStyle = palette.paper
      pen.fillRect(left, y + barTop, width, barHeight)
      pen.fillStyle = isLater ? palette.rule : picture.hatch
      pen.fillRect(left, y + barTop, width, barHeight)
      pen.fillStyle = colour
      pen.fillRect(left, y + barTop, width, 1)
      pen.fillRect(left, y + barTop + barHeight - 1, width, 1)
      return
    case 'starting':
    case 'running':
    case 'stopping':
      pen.fillStyle = span.kind === 'running' ? shade(endOf(span.attempt, picture)) : colour
      pen.fillRect(left, y + barTop, width, barHeight)
  }
}

function barHeightIn(rowHeight: number): number {
  return rowHeight < lowest ? Math.max(1, rowHeight - (rowHeight > 3 ? 1 : 0)) : 12
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
  pen.strokeStyle = colour
  pen.lineWidth = 1
  const at = Math.round(middle) + 0.5
  if (right - left < 3 || rowHeight < lowest) {
    pen.beginPath()
    pen.moveTo(left, at)
    pen.lineTo(right, at)
    pen.stroke()
  } else pen.strokeRect(left + 0.5, at - 2, right - left - 1, 3)
}

function dashed(pen: Pen, left: number, right: number, middle: number, colour: string): void {
  if (right <= left) return
  pen.strokeStyle = colour
  pen.lineWidth = 1
  pen.setLineDash([2, 2])
  pen.beginPath()
  pen.moveTo(left, Math.round(middle) + 0.5)
  pen.lineTo(right, Math.round(middle) + 0.5)
  pen.stroke()
  pen.setLineDash([])
}

/** The number of an attempt, where its bar has room for it. */
function paintNumber(
  pen: Pen,
  chart: Chart,
  { palette, now, rowHeight }: RowsPicture,
  bar: AttemptBar,
  y: number,
): void {
  const left = Math.max(0, xOf(chart, bar.from))
  const right = Math.min(chart.width, xOf(chart, Math.min(bar.to, now)))
  if (right - left < 14) return
  pen.fillStyle = palette.paper
  pen.fillText(String(bar.number), left + 4, y + rowHeight / 2 + 0.5)
}

/** What stands at one instant: in ink, since it is no state. */
function paintMarks(pen: Pen, chart: Chart, picture: RowsPicture, row: TimelineRow, y: number): void {
  const { palette, now, rowHeight } = picture
  const { from, to } = chart.window
  let free = Number.NEGATIVE_INFINITY
  /** Beside the badge before it, where they would cover each other. */
  const show = (at: number, sign: string): void => {
    if (at < from || at > to) return
    const own = xOf(chart, at)
    const x = Math.max(own, free)
    // Those of a crowd would stand where nothing has happened.
    if (x > own + 2 * badgeSize) return
    free = x + badgeSize + 1
    badge(pen, x, y, sign, palette)
  }
  for (const { from: asked, to: answered } of row.questions) {
    if (asked > to || answered < from) continue
    const left = xOf(chart, asked)
    pen.fillStyle = palette.ink
    pen.fillRect(left, y + rowHeight - 5, Math.max(1, xOf(chart, Math.min(answered, now)) - left), 1)
  }
  for (const { at, sign } of badgesOf(row)) show(at, sign)
  const last = row.marks.at(-1)
  if (row.attempts.length > 0 || last?.what !== 'settled' || last.at < from || last.at > to) return
  pen.strokeStyle = palette.state.skipped
  pen.lineWidth = 1.5
  pen.setLineDash([1.5, 1.5])
  pen.beginPath()
  pen.arc(xOf(chart, last.at), y + rowHeight / 2, 3.5, 0, Math.PI * 2)
  pen.stroke()
  pen.setLineDash([])
}

const noBadges: readonly { readonly at: number; readonly seq: number; readonly sign: string }[] = []

/** Questions, warnings and redrives, in the order in which they came. */
function badgesOf({ marks, questions }: TimelineRow): typeof noBadges {
  if (questions.length === 0 && marks.length <= 1) return noBadges
  const asked = questions.map(({ from: at, seq }) => ({ at, seq, sign: '?' }))
  const others = marks.flatMap(({ at, seq, what }) =>
    what === 'warned' ? [{ at, seq, sign: '!' }] : what === 'redriven' ? [{ at, seq, sign: '↻' }] : [],
  )
  return [...asked, ...others].sort((a, b) => a.seq - b.seq)
}

const badgeSize = 11

function badge(pen: Pen, x: number, y: number, sign: string, palette: Palette): void {
  pen.fillStyle = palette.ink
  pen.beginPath()
  pen.arc(x, y + 6, badgeSize / 2, 0, Math.PI * 2)
  pen.fill()
  pen.fillStyle = palette.paper
  pen.textAlign = 'center'
  pen.fillText(sign, x, y + 6.5)
  pen.textAlign = 'left'
}

/** Hairlines where something happened to the run as a whole, and a shade while it was paused. */
function paintRunFacts(pen: Pen, chart: Chart, { runFacts, palette, now }: RowsPicture): void {
  for (const [place, fact] of runFacts.entries()) {
    if (fact.type === 'run.created' || fact.type === 'run.started' || isRunEnd(fact)) continue
    const x = Math.round(xOf(chart, fact.at)) + 0.5
    if (fact.type === 'run.paused') {
      pen.globalAlpha = 0.5
      pen.fillStyle = palette.sunk
      pen.fillRect(x, 0, xOf(chart, Math.min(now, runFacts[place + 1]?.at ?? now)) - x, chart.height)
      pen.globalAlpha = 1
    }
    if (x < 0 || x > chart.width) continue
    pen.strokeStyle = palette.ruleStrong
    pen.lineWidth = 1
    line(pen, x, 0, x, chart.height)
  }
}

/** From the end of each task of the chain to where the next one begins. */
function paintChain(
  pen: Pen,
  chart: Chart,
  { rows, top, rowHeight, chain, palette, now }: RowsPicture,
): void {
  const places = new Map(rows.map((row, place) => [row.id, place]))
  pen.strokeStyle = palette.ink
  pen.lineWidth = 1
  for (const [index, id] of chain.entries()) {
    const place = places.get(id)
    const next = places.get(chain[index + 1] ?? '')
    if (place === undefined || next === undefined) continue
    const row = rows[place]!
    const end = xOf(chart, Math.min(now, row.spans.at(-1)?.to ?? now))
    const y = place * rowHeight - top + rowHeight / 2
    const nextY = next * rowHeight - top + rowHeight / 2
    if (Math.max(y, nextY) < 0 || Math.min(y, nextY) > chart.height) continue
    const half = barHeightIn(rowHeight) / 2
    const side = nextY > y ? half : -half
    line(pen, Math.round(end) - 0.5, y + side, Math.round(end) - 0.5, nextY - side)
  }
}

/** What came after the instant that is looked at is pale. */
export function paintInstant(pen: Pen, chart: Chart, palette: Palette, instant: number): void {
  const x = Math.round(xOf(chart, instant)) + 0.5
  if (x < chart.width) {
    pen.globalAlpha = 0.72
    pen.fillStyle = palette.paper
    pen.fillRect(Math.max(0, x), 0, chart.width, chart.height)
    pen.globalAlpha = 1
  }
  pen.strokeStyle = palette.ink
  pen.lineWidth = 1
  line(pen, x, 0, x, chart.height)
}

function line(pen: Pen, x: number, y: number, toX: number, toY: number): void {
  pen.beginPath()
  pen.moveTo(x, y)
  pen.lineTo(toX, toY)
  pen.stroke()
}

/** Slanted lines in the colour of a stall. */
export function hatchOf(colour: string): CanvasPattern | string {
  const tile = document.createElement('canvas')
  tile.width = 6
  tile.height = 6
  const pen = tile.getContext('2d')
  if (pen === null) return colour
  pen.strokeStyle = colour
  pen.lineWidth = 2
  for (const shift of [-6, 0, 6]) line(pen, shift, 6, shift + 6, 0)
  return pen.createPattern(tile, 'repeat') ?? colour
}

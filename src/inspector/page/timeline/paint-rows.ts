import { isRunEnd } from '../../../events/facts.ts'
import { fillBox, type Pen, strokeLine } from '../canvas/pen.ts'
import { shade } from '../canvas/shade.ts'
import { type Chart, xOf } from './chart.ts'
import { paintMarks } from './paint-marks.ts'
import { paintLabel, paintSpan } from './paint-span.ts'
import { firstSpanAfter } from './row-order.ts'
import { barHeightIn, lowest, type RowsPicture } from './rows-picture.ts'
import type { TimelineRow } from './timeline-row.ts'

export function paintRows(pen: Pen, chart: Chart, picture: RowsPicture): void {
  const { rows, top, rowHeight, selected, chain } = picture
  const first = Math.max(0, Math.floor(top / rowHeight))
  const last = Math.min(rows.length - 1, Math.floor((top + chart.height) / rowHeight))
  const inChain = new Set(chain)
  pen.font = `10px ${shade('sans')}`
  pen.textBaseline = 'middle'
  for (let place = first; place <= last; place++) {
    const row = rows[place]!
    const y = place * rowHeight - top
    if (row.id === selected) {
      fillBox(pen, 0, y, chart.width, Math.max(2, rowHeight), shade('select'))
    }
    pen.globalAlpha = chain.length > 0 && !inChain.has(row.id) ? 0.2 : 1
    paintRow(pen, chart, picture, row, y)
    pen.globalAlpha = 1
  }
  paintRunFacts(pen, chart, picture)
  if (chain.length > 1) paintChain(pen, chart, picture)
  if (picture.instant !== undefined) paintInstant(pen, chart, picture.instant)
}

function paintRow(pen: Pen, chart: Chart, picture: RowsPicture, row: TimelineRow, y: number): void {
  const { spans, attempts } = row
  const { from, to } = chart.window
  const { now, rowHeight } = picture
  const first = firstSpanAfter(row, from)
  for (const away of row.away ?? []) {
    const left = xOf(chart, away.from)
    const width = xOf(chart, Math.min(away.to, now)) - left
    fillBox(pen, left, y, width, rowHeight, shade('sunk'))
    fillBox(pen, left, y + rowHeight - 2, width, 2, shade('state-offline'))
  }
  /** The attempts that say what they are: of a task all of several, of an agent those that are to be seen. */
  const named = new Set(!picture.isOfAgents && attempts.length > 1 ? attempts : [])
  for (let place = first; place < spans.length; place++) {
    const span = spans[place]!
    if (span.from > to || span.from > now) break
    paintSpan(pen, chart, picture, span, y)
    if (picture.isOfAgents && span.attempt !== undefined) named.add(span.attempt)
  }
  if (rowHeight < lowest) return
  for (const attempt of named) paintLabel(pen, chart, picture, attempt, y)
  paintMarks(pen, chart, picture, row, y)
  if (spans.length === 0) return
  // Where all of it lies beyond an edge, a sign says on which side.
  pen.fillStyle = shade('ink-3')
  if (first === spans.length) pen.fillText('‹', 4, y + rowHeight / 2)
  else if (first === 0 && spans[0]!.from > to) pen.fillText('›', chart.width - 8, y + rowHeight / 2)
}

/** Hairlines where something happened to the run as a whole, and a shade while it was paused. */
function paintRunFacts(pen: Pen, chart: Chart, { runFacts, now }: RowsPicture): void {
  for (const [place, fact] of runFacts.entries()) {
    if (fact.type === 'run.created' || fact.type === 'run.started' || isRunEnd(fact)) continue
    const x = Math.round(xOf(chart, fact.at)) + 0.5
    if (fact.type === 'run.paused') {
      pen.globalAlpha = 0.5
      fillBox(
        pen,
        x,
        0,
        xOf(chart, Math.min(now, runFacts[place + 1]?.at ?? now)) - x,
        chart.height,
        shade('sunk'),
      )
      pen.globalAlpha = 1
    }
    if (x < 0 || x > chart.width) continue
    strokeLine(pen, x, 0, x, chart.height, shade('rule-strong'))
  }
}

/** From the end of each task of the chain to where the next one begins. */
function paintChain(pen: Pen, chart: Chart, { rows, top, rowHeight, chain, now }: RowsPicture): void {
  const places = new Map(rows.map((row, place) => [row.id, place]))
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
    const x = Math.round(end) - 0.5
    strokeLine(pen, x, y + side, x, nextY - side, shade('ink'))
  }
}

/** What came after the instant that is looked at is pale. */
export function paintInstant(pen: Pen, chart: Chart, instant: number): void {
  const x = Math.round(xOf(chart, instant)) + 0.5
  if (x < chart.width) {
    pen.globalAlpha = 0.72
    fillBox(pen, Math.max(0, x), 0, chart.width, chart.height, shade('paper'))
    pen.globalAlpha = 1
  }
  strokeLine(pen, x, 0, x, chart.height, shade('ink'))
}

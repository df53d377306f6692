import { fillBox, type Pen } from '../canvas/pen.ts'
import { shade } from '../canvas/shade.ts'
import { type Chart, xOf } from './chart.ts'
import type { RowsPicture } from './rows-picture.ts'
import type { TimelineRow } from './timeline-row.ts'

/** What stands at one instant: in ink, since it is no state. */
export function paintMarks(pen: Pen, chart: Chart, picture: RowsPicture, row: TimelineRow, y: number): void {
  const { now, rowHeight } = picture
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
    badge(pen, x, y, sign)
  }
  for (const { from: asked, to: answered } of row.questions) {
    if (asked > to || answered < from) continue
    const left = xOf(chart, asked)
    fillBox(
      pen,
      left,
      y + rowHeight - 5,
      Math.max(1, xOf(chart, Math.min(answered, now)) - left),
      1,
      shade('ink'),
    )
  }
  for (const { at, sign } of badgesOf(row)) show(at, sign)
  const last = row.marks.at(-1)
  if (row.attempts.length > 0 || last?.what !== 'settled' || last.at < from || last.at > to) return
  pen.strokeStyle = shade('state-skipped')
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
  if (questions.length === 0 && marks.every(({ what }) => what === 'settled')) return noBadges
  const asked = questions.map(({ from: at, seq }) => ({ at, seq, sign: '?' }))
  const others = marks.flatMap(({ at, seq, what }) =>
    what === 'warned'
      ? [{ at, seq, sign: '!' }]
      : what === 'spent'
        ? [{ at, seq, sign: '×' }]
        : what === 'redriven'
          ? [{ at, seq, sign: '↻' }]
          : [],
  )
  return [...asked, ...others].sort((a, b) => a.seq - b.seq)
}

const badgeSize = 11

function badge(pen: Pen, x: number, y: number, sign: string): void {
  pen.fillStyle = shade('ink')
  pen.beginPath()
  pen.arc(x, y + 6, badgeSize / 2, 0, Math.PI * 2)
  pen.fill()
  pen.fillStyle = shade('paper')
  pen.textAlign = 'center'
  pen.fillText(sign, x, y + 6.5)
  pen.textAlign = 'left'
}

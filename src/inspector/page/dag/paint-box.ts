import type { TaskStatus } from '../../../events/task-view.ts'
import { wordsOf, wordsOfGroup } from './box-words.ts'
import { fillBox, type Pen, strokeLine } from '../canvas/pen.ts'
import { shade } from '../canvas/shade.ts'
import { cutMiddle } from './cut-middle.ts'
import { isConsequence, isRootCause } from './looks.ts'
import { cornerOf, paintShares, type Picture } from './picture.ts'

/** The width of a sign of the font of ids, as a part of its size: that of the usual fonts of one width. */
const signWidth = 0.602

/** A box with its texts, at any zoom that they can be read at. */
export function paintBox(pen: Pen, box: number, picture: Picture): void {
  const { scene, looks, camera, isDim, selected, hovered } = picture
  const { zoom } = camera
  const [x, y] = cornerOf(box, picture)
  const width = Math.round(scene.layout.widths[box]! * zoom)
  const height = Math.round(scene.layout.boxHeight * zoom)
  const { label, group } = scene.boxes[box]!
  const status = looks.status[box]
  const fault = looks.fault[box]!
  const alpha = isDim?.[box] === 1 ? 0.3 : 1
  if (alpha < 1) {
    // No edge is to shine through.
    fillBox(pen, x, y, width, height, shade('paper'))
  }
  pen.globalAlpha = alpha
  if (group !== undefined) {
    // A second sheet under the first one.
    outline(pen, x + 3, y + 3, width, height, shade('paper'), shade('rule'), 1)
  }
  const isRoot = fault === isRootCause
  const line = isRoot
    ? shade(`state-${status ?? 'failed'}`)
    : picture.critical.box[box] === 1 || box === hovered
      ? shade('edge-strong')
      : shade('rule-strong')
  if (fault === isConsequence) pen.setLineDash([3, 3])
  outline(pen, x, y, width, height, shade('paper'), line, isRoot ? 2 : 1)
  pen.setLineDash([])
  if (isRoot && status !== undefined) {
    pen.globalAlpha = alpha * 0.1
    fillBox(pen, x + 1, y + 1, width - 2, height - 2, shade(`state-${status}`))
    pen.globalAlpha = alpha
  }
  const bar = Math.max(3, Math.round(5 * zoom))
  const thick = Math.max(3, Math.round(4 * zoom))
  if (status === undefined) paintShares(pen, box, picture, [x + 1, y + height - thick - 1, width - 2, thick])
  else paintBar(pen, x, y, bar, height, status)
  const words =
    status === undefined
      ? wordsOfGroup(looks.counts.get(box)!)
      : wordsOf(picture.tasks.get(label), picture.now)
  const size = Math.round(24 * zoom) / 2
  const pad = Math.round(8 * zoom)
  const middle = y + height / 2 - (status === undefined ? Math.round(2 * zoom) : 0)
  pen.textBaseline = 'middle'
  pen.textAlign = 'right'
  pen.font = `${size - 1}px ${shade('sans')}`
  pen.fillStyle = shade('ink-3')
  const wordsWidth = words === '' ? 0 : pen.measureText(words).width + pad
  pen.fillText(words, x + width - pad, middle + 0.5)
  pen.textAlign = 'left'
  pen.font = `${isRoot ? '600 ' : ''}${size}px ${shade('mono')}`
  pen.fillStyle = status === 'pending' || status === 'skipped' ? shade('ink-3') : shade('ink')
  const start = status === undefined ? pad : bar + pad
  const room = width - start - pad - wordsWidth
  pen.fillText(cutMiddle(label, Math.floor(room / (size * signWidth))), x + start, middle + 0.5)
  pen.globalAlpha = 1
  if (box === selected) outline(pen, x - 2, y - 2, width + 4, height + 4, undefined, shade('ink'), 2)
  pen.globalAlpha = 1
}

function outline(
  pen: Pen,
  x: number,
  y: number,
  width: number,
  height: number,
  fill: string | undefined,
  line: string,
  lineWidth: number,
): void {
  const half = lineWidth / 2
  pen.beginPath()
  pen.roundRect(x + half, y + half, width - lineWidth, height - lineWidth, 3)
  if (fill !== undefined) {
    pen.fillStyle = fill
    pen.fill()
  }
  pen.strokeStyle = line
  pen.lineWidth = lineWidth
  pen.stroke()
}

/** The status at the left side: a hollow bar before the start, a dotted one for what never starts, else a full one. */
function paintBar(pen: Pen, x: number, y: number, width: number, height: number, status: TaskStatus): void {
  pen.fillStyle = shade(`state-${status}`)
  if (status === 'pending' || status === 'ready' || status === 'skipped') {
    if (status === 'skipped') pen.setLineDash([2, 2])
    strokeLine(pen, x + width + 0.5, y + 1, x + width + 0.5, y + height - 1, shade(`state-${status}`))
    pen.setLineDash([])
    return
  }
  pen.beginPath()
  pen.roundRect(x, y, width + 1, height, [3, 0, 0, 3])
  pen.fill()
}

import type { TaskStatus } from '../../../events/task-view.ts'
import { wordsOf, wordsOfGroup } from './box-words.ts'
import { cutMiddle } from './cut-middle.ts'
import { isConsequence, isRootCause } from './looks.ts'
import type { Palette } from './palette.ts'
import { cornerOf, paintShares, type Picture } from './picture.ts'

/** The width of a sign of the font of ids, as a part of its size: that of the usual fonts of one width. */
const signWidth = 0.602

/** A box with its texts, at any zoom that they can be read at. */
export function paintBox(
  context: CanvasRenderingContext2D,
  box: number,
  picture: Picture,
  palette: Palette,
): void {
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
    context.fillStyle = palette.paper
    context.fillRect(x, y, width, height)
  }
  context.globalAlpha = alpha
  if (group !== undefined) {
    // A second sheet under the first one.
    outline(context, x + 3, y + 3, width, height, palette.paper, palette.rule, 1)
  }
  const isRoot = fault === isRootCause
  const line = isRoot
    ? palette.state[status ?? 'failed']
    : picture.critical.box[box] === 1 || box === hovered
      ? palette.edgeStrong
      : palette.ruleStrong
  if (fault === isConsequence) context.setLineDash([3, 3])
  outline(context, x, y, width, height, palette.paper, line, isRoot ? 2 : 1)
  context.setLineDash([])
  if (isRoot && status !== undefined) {
    context.globalAlpha = alpha * 0.1
    context.fillStyle = palette.state[status]
    context.fillRect(x + 1, y + 1, width - 2, height - 2)
    context.globalAlpha = alpha
  }
  const bar = Math.max(3, Math.round(5 * zoom))
  const thick = Math.max(3, Math.round(4 * zoom))
  if (status === undefined)
    paintShares(context, box, picture, palette, [x + 1, y + height - thick - 1, width - 2, thick])
  else paintBar(context, x, y, bar, height, status, palette)
  const words =
    status === undefined
      ? wordsOfGroup(looks.counts.get(box)!)
      : wordsOf(picture.tasks.get(label), picture.now)
  const size = Math.round(24 * zoom) / 2
  const pad = Math.round(8 * zoom)
  const middle = y + height / 2 - (status === undefined ? Math.round(2 * zoom) : 0)
  context.textBaseline = 'middle'
  context.textAlign = 'right'
  context.font = `${size - 1}px ${palette.sans}`
  context.fillStyle = palette.ink3
  const wordsWidth = words === '' ? 0 : context.measureText(words).width + pad
  context.fillText(words, x + width - pad, middle + 0.5)
  context.textAlign = 'left'
  context.font = `${isRoot ? '600 ' : ''}${size}px ${palette.mono}`
  context.fillStyle = status === 'pending' || status === 'skipped' ? palette.ink3 : palette.ink
  const start = status === undefined ? pad : bar + pad
  const room = width - start - pad - wordsWidth
  context.fillText(cutMiddle(label, Math.floor(room / (size * signWidth))), x + start, middle + 0.5)
  context.globalAlpha = 1
  if (box === selected) outline(context, x - 2, y - 2, width + 4, height + 4, undefined, palette.ink, 2)
  context.globalAlpha = 1
}

function outline(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  fill: string | undefined,
  line: string,
  lineWidth: number,
): void {
  const half = lineWidth / 2
  context.beginPath()
  context.roundRect(x + half, y + half, width - lineWidth, height - lineWidth, 3)
  if (fill !== undefined) {
    context.fillStyle = fill
    context.fill()
  }
  context.strokeStyle = line
  context.lineWidth = lineWidth
  context.stroke()
}

/** The status at the left side: a hollow bar before the start, a dotted one for what never starts, else a full one. */
function paintBar(
  context: CanvasRenderingContext2D,
  x: number,
  y: number,
  width: number,
  height: number,
  status: TaskStatus,
  palette: Palette,
): void {
  context.fillStyle = palette.state[status]
  if (status === 'pending' || status === 'ready' || status === 'skipped') {
    if (status === 'skipped') context.setLineDash([2, 2])
    context.beginPath()
    context.moveTo(x + width + 0.5, y + 1)
    context.lineTo(x + width + 0.5, y + height - 1)
    context.strokeStyle = palette.state[status]
    context.lineWidth = 1
    context.stroke()
    context.setLineDash([])
    return
  }
  context.beginPath()
  context.roundRect(x, y, width + 1, height, [3, 0, 0, 3])
  context.fill()
}

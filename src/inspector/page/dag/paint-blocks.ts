import type { TaskStatus } from '../../../events/task-view.ts'
import { isRootCause } from './looks.ts'
import type { Palette } from './palette.ts'
import { cornerOf, paintShares, type Picture } from './picture.ts'

/** Boxes too small for texts: their colour alone, those of a kind in one go. What failed never gets too small to see. */
export function paintBlocks(
  context: CanvasRenderingContext2D,
  boxes: readonly number[],
  picture: Picture,
  palette: Palette,
): void {
  const { scene, looks, camera, isDim, selected, hovered } = picture
  const { widths, boxHeight } = scene.layout
  const widthOf = (box: number): number => Math.max(2, widths[box]! * camera.zoom)
  const height = Math.max(1.5, boxHeight * camera.zoom)
  const byKind = new Map<string, { status: TaskStatus; alpha: number; boxes: number[] }>()
  const groups: number[] = []
  for (const box of boxes) {
    const status = looks.status[box]
    if (status === undefined) {
      groups.push(box)
      continue
    }
    const alpha = alphaOf(status, isDim?.[box] === 1)
    const key = `${status} ${alpha}`
    const kind = byKind.get(key)
    if (kind === undefined) byKind.set(key, { status, alpha, boxes: [box] })
    else kind.boxes.push(box)
  }
  const last: (() => void)[] = []
  for (const { status, alpha, boxes } of byKind.values()) {
    const fill = (): void => {
      context.beginPath()
      for (const box of boxes) {
        const [x, y] = cornerOf(box, picture)
        const width = widthOf(box)
        const isRoot = looks.fault[box] === isRootCause
        context.rect(x, y, isRoot ? Math.max(4, width) : width, isRoot ? Math.max(4, height) : height)
      }
      if (alpha < 1) {
        // No edge is to shine through.
        context.fillStyle = palette.paper
        context.fill()
      }
      context.globalAlpha = alpha
      context.fillStyle = palette.state[status]
      context.fill()
      context.globalAlpha = 1
    }
    if (status === 'failed' || status === 'killed') last.push(fill)
    else fill()
  }
  for (const fill of last) fill()
  for (const box of groups) {
    const [x, y] = cornerOf(box, picture)
    const width = widthOf(box)
    context.globalAlpha = 1
    context.fillStyle = palette.paper
    context.fillRect(x, y, width, height)
    context.globalAlpha = isDim?.[box] === 1 ? 0.2 : 1
    paintShares(context, box, picture, palette, [x, y, width, height])
    if (height < 5) continue
    context.strokeStyle = palette.ink3
    context.lineWidth = 1
    context.strokeRect(x - 1.5, y - 1.5, width + 3, height + 3)
  }
  context.globalAlpha = 1
  for (const box of [hovered, selected]) {
    if (box === undefined) continue
    const [x, y] = cornerOf(box, picture)
    context.strokeStyle = palette.ink
    context.lineWidth = box === selected ? 2 : 1
    context.strokeRect(x - 2, y - 2, widthOf(box) + 4, height + 4)
  }
}

/** What has not begun, or never does, stays in the background. */
function alphaOf(status: TaskStatus, isDim: boolean): number {
  if (isDim) return 0.15
  return status === 'pending' || status === 'skipped' ? 0.45 : 1
}

import { fillBox, type Pen } from '../canvas/pen.ts'
import { shade } from '../canvas/shade.ts'
import { isRootCause } from './looks.ts'
import { cornerOf, paintShares, type Picture } from './picture.ts'

/** Boxes too small for texts: their colour alone. What failed never gets too small to see, and nothing covers it. */
export function paintBlocks(pen: Pen, boxes: readonly number[], picture: Picture): void {
  const { looks, selected, hovered } = picture
  const isUrgent = (box: number): boolean => ['failed', 'killed', undefined].includes(looks.status[box])
  for (const box of boxes) if (!isUrgent(box)) paintBlock(pen, box, picture)
  for (const box of boxes) if (isUrgent(box)) paintBlock(pen, box, picture)
  for (const box of [hovered, selected]) {
    if (box !== undefined) outline(pen, box, picture, box === selected ? 2 : 1)
  }
}

function paintBlock(pen: Pen, box: number, picture: Picture): void {
  const { looks, isDim } = picture
  const status = looks.status[box]
  const [x, y, width, height] = placeOf(box, picture)
  // What has not begun, or never does, stays in the background, where no edge is to shine through.
  const isPale = status === 'pending' || status === 'skipped'
  fillBox(pen, x, y, width, height, shade('paper'))
  pen.globalAlpha = isDim?.[box] === 1 ? 0.17 : isPale ? 0.45 : 1
  if (status === undefined) paintShares(pen, box, picture, [x, y, width, height])
  else fillBox(pen, x, y, width, height, shade(`state-${status}`))
  pen.globalAlpha = 1
  if (status === undefined && height >= 5) outline(pen, box, picture, 1)
}

function outline(pen: Pen, box: number, picture: Picture, lineWidth: number): void {
  const [x, y, width, height] = placeOf(box, picture)
  pen.strokeStyle = shade(picture.looks.status[box] === undefined && lineWidth === 1 ? 'ink-3' : 'ink')
  pen.lineWidth = lineWidth
  pen.strokeRect(x - 1.5, y - 1.5, width + 3, height + 3)
}

function placeOf(
  box: number,
  picture: Picture,
): readonly [x: number, y: number, width: number, height: number] {
  const { scene, looks, camera } = picture
  const { widths, boxHeight } = scene.layout
  const least = looks.fault[box] === isRootCause ? 4 : 2
  const width = Math.max(least, widths[box]! * camera.zoom)
  return [...cornerOf(box, picture), width, Math.max(least - 0.5, boxHeight * camera.zoom)]
}

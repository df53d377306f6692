import { fillBox, type Pen } from '../canvas/pen.ts'
import { shade } from '../canvas/shade.ts'
import { paintBlocks } from './paint-blocks.ts'
import { paintBox } from './paint-box.ts'
import { paintEdges } from './paint-edges.ts'
import type { Picture } from './picture.ts'

/** From here on boxes have texts; smaller ones are blocks of colour. */
const leastZoomForText = 0.45

/** Draws what is seen of the picture, and nothing else. The pen takes CSS pixels. */
export function paint(pen: Pen, picture: Picture): void {
  const { scene, camera, screen } = picture
  fillBox(pen, 0, 0, screen.width, screen.height, shade('paper'))
  paintEdges(pen, picture)
  const room = 8 / camera.zoom
  const boxes = scene.grid.within(
    -camera.x / camera.zoom - room,
    -camera.y / camera.zoom - room,
    (screen.width - camera.x) / camera.zoom + room,
    (screen.height - camera.y) / camera.zoom + room,
  )
  if (camera.zoom < leastZoomForText) paintBlocks(pen, boxes, picture)
  else for (const box of boxes) paintBox(pen, box, picture)
}

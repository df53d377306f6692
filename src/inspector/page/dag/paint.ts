import { paintBlocks } from './paint-blocks.ts'
import { paintBox } from './paint-box.ts'
import { paintEdges } from './paint-edges.ts'
import type { Palette } from './palette.ts'
import type { Picture } from './picture.ts'

/** From here on boxes have texts; smaller ones are blocks of colour. */
const leastZoomForText = 0.45

/** Draws what is seen of the picture, and nothing else. The context takes CSS pixels. */
export function paint(context: CanvasRenderingContext2D, picture: Picture, palette: Palette): void {
  const { scene, camera, screen } = picture
  context.fillStyle = palette.paper
  context.fillRect(0, 0, screen.width, screen.height)
  paintEdges(context, picture, palette)
  const room = 8 / camera.zoom
  const boxes = scene.grid.within(
    -camera.x / camera.zoom - room,
    -camera.y / camera.zoom - room,
    (screen.width - camera.x) / camera.zoom + room,
    (screen.height - camera.y) / camera.zoom + room,
  )
  if (camera.zoom < leastZoomForText) paintBlocks(context, boxes, picture, palette)
  else for (const box of boxes) paintBox(context, box, picture, palette)
}

import { penOn } from '../canvas/pen.ts'
import { paint } from './paint.ts'
import type { Picture } from './picture.ts'

/** What is painted beyond each side of the screen while the picture is dragged, in pixels. */
const margin = 240

/**
 * Paints pictures on a canvas. While one is only moved, it is painted once on a sheet that is larger than the screen, and
 * that is shifted: thousands of edges cost no more than one image then.
 */
export function painterOn(canvas: HTMLCanvasElement): (picture: Picture) => void {
  const sheet = document.createElement('canvas')
  let last: Picture | undefined
  /** What the sheet shows, if that is still of use. */
  let onSheet: Picture | undefined
  return (picture) => {
    const { camera, screen } = picture
    const pen = penOn(canvas, screen.width, screen.height)
    const isMove = last !== undefined && isSameButForPlace(last, picture)
    last = picture
    if (!isMove) {
      onSheet = undefined
      paint(pen, picture)
      return
    }
    const shifts = (from: Picture): boolean =>
      Math.max(Math.abs(camera.x - from.camera.x), Math.abs(camera.y - from.camera.y)) <= margin
    if (onSheet === undefined || !shifts(onSheet)) {
      onSheet = picture
      const size = { width: screen.width + 2 * margin, height: screen.height + 2 * margin }
      const shifted = { ...camera, x: camera.x + margin, y: camera.y + margin }
      paint(penOn(sheet, size.width, size.height), { ...picture, camera: shifted, screen: size })
    }
    const [x, y] = [camera.x - onSheet.camera.x - margin, camera.y - onSheet.camera.y - margin]
    // Pixel by pixel.
    pen.resetTransform()
    pen.drawImage(sheet, Math.round(x * devicePixelRatio), Math.round(y * devicePixelRatio))
  }
}

/** The time is none of it: lengths grow with the next repaint. */
function isSameButForPlace(a: Picture, b: Picture): boolean {
  return (
    a.content === b.content &&
    a.screen === b.screen &&
    a.camera.zoom === b.camera.zoom &&
    (a.camera.x !== b.camera.x || a.camera.y !== b.camera.y)
  )
}

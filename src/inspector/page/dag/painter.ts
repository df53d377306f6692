import { paint } from './paint.ts'
import type { Palette } from './palette.ts'
import type { Picture } from './picture.ts'

/** What is painted beyond each side of the screen while the picture is dragged, in pixels. */
const margin = 240

interface Sheet {
  readonly canvas: HTMLCanvasElement
  readonly picture: Picture
}

/**
 * Paints pictures on a canvas. While one is only moved, it is painted once on a sheet that is larger than the screen, and
 * that is shifted: thousands of edges cost no more than one image then.
 */
export function painterOn(canvas: HTMLCanvasElement): (picture: Picture, palette: Palette) => void {
  const context = canvas.getContext('2d', { alpha: false })!
  let last: Picture | undefined
  let sheet: Sheet | undefined
  return (picture, palette) => {
    const { width, height } = picture.screen
    const ratio = devicePixelRatio
    const isNewSize = sizeTo(canvas, width, height, ratio)
    const isMove = !isNewSize && last !== undefined && isSameButForPlace(last, picture)
    last = picture
    if (!isMove) {
      sheet = undefined
      context.setTransform(ratio, 0, 0, ratio, 0, 0)
      paint(context, picture, palette)
      return
    }
    if (sheet === undefined || shiftOf(sheet, picture).some((by) => Math.abs(by) > margin)) {
      sheet = paintedSheet(sheet?.canvas, picture, palette, ratio)
    }
    const [x, y] = shiftOf(sheet, picture)
    context.setTransform(1, 0, 0, 1, 0, 0)
    context.drawImage(sheet.canvas, Math.round((x - margin) * ratio), Math.round((y - margin) * ratio))
  }
}

function paintedSheet(
  used: HTMLCanvasElement | undefined,
  picture: Picture,
  palette: Palette,
  ratio: number,
): Sheet {
  const canvas = used ?? document.createElement('canvas')
  const { camera, screen } = picture
  const size = { width: screen.width + 2 * margin, height: screen.height + 2 * margin }
  sizeTo(canvas, size.width, size.height, ratio)
  const context = canvas.getContext('2d', { alpha: false })!
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  const shifted = { ...camera, x: camera.x + margin, y: camera.y + margin }
  paint(context, { ...picture, camera: shifted, screen: size }, palette)
  return { canvas, picture }
}

function shiftOf({ picture }: Sheet, { camera }: Picture): readonly [x: number, y: number] {
  return [camera.x - picture.camera.x, camera.y - picture.camera.y]
}

/** Whether both show the same at the same size. The time is none of it: lengths grow with the next repaint. */
function isSameButForPlace(a: Picture, b: Picture): boolean {
  return (
    a.camera.zoom === b.camera.zoom &&
    a.scene === b.scene &&
    a.looks === b.looks &&
    a.critical === b.critical &&
    a.screen === b.screen &&
    a.isDim === b.isDim &&
    a.selected === b.selected &&
    a.hovered === b.hovered &&
    (a.camera.x !== b.camera.x || a.camera.y !== b.camera.y)
  )
}

/** Gives the canvas as many pixels as the screen has there. Says whether it had others. */
function sizeTo(canvas: HTMLCanvasElement, width: number, height: number, ratio: number): boolean {
  const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)]
  if (canvas.width === across && canvas.height === down) return false
  canvas.width = across
  canvas.height = down
  canvas.style.width = `${width}px`
  canvas.style.height = `${height}px`
  return true
}

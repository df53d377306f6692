/** What part of a picture is seen: a place in it, times `zoom`, plus `x` and `y`, is a place on the screen. */
export interface Camera {
  readonly x: number
  readonly y: number
  readonly zoom: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Place {
  readonly x: number
  readonly y: number
}

export const leastZoom = 0.01
export const mostZoom = 2.5

/** The room that is left around the picture where it fits, in pixels. */
const margin = 24

/** The camera that sees all of the picture, as large as it may be, in the middle. Never larger than 100 %. */
export function fitted(picture: Size, screen: Size): Camera {
  const across = (screen.width - 2 * margin) / Math.max(1, picture.width)
  const down = (screen.height - 2 * margin) / Math.max(1, picture.height)
  const zoom = Math.max(leastZoom, Math.min(1, across, down))
  const start = (whole: number, shown: number): number => Math.max(margin, (whole - shown * zoom) / 2)
  return { x: start(screen.width, picture.width), y: start(screen.height, picture.height), zoom }
}

/** The camera that a picture is first seen with: all of it, or its beginning where its few boxes could not be read. */
export function opening(picture: Size, screen: Size, boxes: number): Camera {
  const whole = fitted(picture, screen)
  if (boxes > fewBoxes || whole.zoom >= readableZoom) return whole
  const y = Math.max(margin, (screen.height - picture.height * readableZoom) / 2)
  return { x: margin, y, zoom: readableZoom }
}

const fewBoxes = 60
const readableZoom = 0.7

/** Zooms by a factor; what is at that place on the screen stays there. */
export function zoomedAt(camera: Camera, at: Place, factor: number): Camera {
  const zoom = Math.max(leastZoom, Math.min(mostZoom, camera.zoom * factor))
  const by = zoom / camera.zoom
  return { x: at.x - (at.x - camera.x) * by, y: at.y - (at.y - camera.y) * by, zoom }
}

/** Moves so that what was at `before` in the picture and is at `after` now stays where it is on the screen. */
export function anchored(camera: Camera, before: Place, after: Place): Camera {
  const { x, y, zoom } = camera
  return { x: x + (before.x - after.x) * zoom, y: y + (before.y - after.y) * zoom, zoom }
}

/** Moves as little as needed to have the place, with some room around it, on the screen. */
export function revealing(camera: Camera, place: Place & Size, screen: Size): Camera {
  const { x, y, zoom } = camera
  return {
    x: x + shift(place.x * zoom + x, place.width * zoom, screen.width),
    y: y + shift(place.y * zoom + y, place.height * zoom, screen.height),
    zoom,
  }
}

/** Keeps a part of the picture on the screen, wherever it was dragged. */
export function kept(camera: Camera, picture: Size, screen: Size): Camera {
  const keep = (at: number, shown: number, whole: number): number => {
    const least = Math.min(80, whole / 3)
    return Math.max(least - shown * camera.zoom, Math.min(whole - least, at))
  }
  return {
    x: keep(camera.x, picture.width, screen.width),
    y: keep(camera.y, picture.height, screen.height),
    zoom: camera.zoom,
  }
}

/** How far to move so that a stretch is on the screen. */
function shift(from: number, length: number, whole: number): number {
  const room = Math.max(0, Math.min(48, (whole - length) / 2))
  return from < room ? room - from : Math.min(0, whole - room - length - from)
}

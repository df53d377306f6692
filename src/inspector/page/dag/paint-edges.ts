import type { Pen } from '../canvas/pen.ts'
import { shade } from '../canvas/shade.ts'
import type { Picture } from './picture.ts'

/** Below this zoom edges are straight from column to column: nobody sees the curve. */
const leastZoomForCurves = 0.3
/** Below this one they are straight from end to end. */
const leastZoomForColumns = 0.12

export function paintEdges(pen: Pen, picture: Picture): void {
  const { scene, critical: chain, camera, screen, isDim, selected, hovered } = picture
  const { edges, x, widths } = scene.layout
  const { top, bottom } = scene.curves
  const left = -camera.x / camera.zoom
  const high = -camera.y / camera.zoom
  const right = left + screen.width / camera.zoom
  const low = high + screen.height / camera.zoom
  const plain: number[] = []
  const dim: number[] = []
  const critical: number[] = []
  const own: number[] = []
  for (let edge = 0; edge < edges.length; edge++) {
    const { from, to } = edges[edge]!
    if (x[to]! < left || x[from]! + widths[from]! > right || bottom[edge]! < high || top[edge]! > low)
      continue
    if (from === selected || to === selected || from === hovered || to === hovered) own.push(edge)
    else if (isDim !== undefined && (isDim[from] === 1 || isDim[to] === 1)) dim.push(edge)
    else if (chain.edge[edge] === 1) critical.push(edge)
    else plain.push(edge)
  }
  const small = camera.zoom < leastZoomForCurves
  stroke(pen, dim, picture, shade('rule'), small ? 0.5 : 1)
  stroke(pen, plain, picture, small ? shade('rule') : shade('edge'), small ? 0.5 : 1)
  stroke(pen, critical, picture, shade('edge-strong'), small ? 1.5 : 2)
  stroke(pen, own, picture, shade('ink'), 1.5)
}

/** Many short paths are drawn faster than one that crosses itself everywhere. */
const edgesInPath = 200

function stroke(
  pen: Pen,
  edges: readonly number[],
  { scene, camera }: Picture,
  colour: string,
  width: number,
): void {
  const { points, starts } = scene.curves
  const { x, y, zoom } = camera
  const isCurved = zoom >= leastZoomForCurves
  pen.strokeStyle = colour
  pen.lineWidth = width
  for (let first = 0; first < edges.length; first += edgesInPath) {
    pen.beginPath()
    for (let place = first; place < Math.min(edges.length, first + edgesInPath); place++) {
      const edge = edges[place]!
      const end = starts[edge + 1]!
      if (zoom < leastZoomForColumns) {
        pen.moveTo(points[starts[edge]!]! * zoom + x, points[starts[edge]! + 1]! * zoom + y)
        pen.lineTo(points[end - 2]! * zoom + x, points[end - 1]! * zoom + y)
        continue
      }
      for (let at = starts[edge]!; at < end; at += 4) {
        const x0 = points[at]! * zoom + x
        const y0 = points[at + 1]! * zoom + y
        const x1 = points[at + 2]! * zoom + x
        const y1 = points[at + 3]! * zoom + y
        if (at === starts[edge]) pen.moveTo(x0, y0)
        else pen.lineTo(x0, y0)
        const middle = (x0 + x1) / 2
        if (isCurved && y0 !== y1) pen.bezierCurveTo(middle, y0, middle, y1, x1, y1)
        else pen.lineTo(x1, y1)
      }
    }
    pen.stroke()
  }
}

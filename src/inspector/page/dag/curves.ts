import type { Layout } from './layout.ts'

/** The edges of a layout as they are drawn. */
export interface Curves {
  /** The points of all edges, x and y by turns: curves lead from even ones to odd ones, straight lines back. */
  readonly points: Float64Array
  /** Where the points of each edge begin, and where those of the last one end. */
  readonly starts: Int32Array
  /** How high and how low each edge goes; it ends where its points do. */
  readonly top: Float64Array
  readonly bottom: Float64Array
}

export function curvesOf({ x, y, widths, boxHeight, edges }: Layout): Curves {
  const points: number[] = []
  const starts = new Int32Array(edges.length + 1)
  const top = new Float64Array(edges.length)
  const bottom = new Float64Array(edges.length)
  const half = boxHeight / 2
  for (let edge = 0; edge < edges.length; edge++) {
    const { from, to, via } = edges[edge]!
    points.push(x[from]! + widths[from]!, y[from]! + half)
    for (const spot of via) points.push(spot.x, spot.y, spot.x + spot.width, spot.y)
    points.push(x[to]!, y[to]! + half)
    starts[edge + 1] = points.length
    let [high, low] = [y[from]!, y[from]!]
    for (let at = starts[edge]! + 1; at < points.length; at += 2) {
      high = Math.min(high, points[at]!)
      low = Math.max(low, points[at]!)
    }
    top[edge] = high
    bottom[edge] = low
  }
  return { points: Float64Array.from(points), starts, top, bottom }
}

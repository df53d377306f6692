import type { Links } from '../../../graph/cycle.ts'
import { partsOf } from './parts.ts'
import { placePart } from './place-part.ts'
import type { Room, Route } from './room.ts'

/** Where the boxes of a dag stand, in pixels at 100 %: needs to the left, dependents to the right. */
export interface Layout {
  readonly width: number
  readonly height: number
  /** The left upper corner of each box, and how wide it is. */
  readonly x: Float64Array
  readonly y: Float64Array
  readonly widths: Float64Array
  readonly boxHeight: number
  readonly edges: readonly Route[]
}

/** The same for the same dag: nothing in it is left to chance. Takes no stack, however long a chain is. */
export function layoutOf(links: readonly Links[], room: Room): Layout {
  const x = new Float64Array(links.length)
  const y = new Float64Array(links.length)
  const widths = Float64Array.from(links, (_, box) => room.widths[box]!)
  const edges: Route[] = []
  const parts = partsOf(links)
  const single = parts.filter((part) => part.length === 1).map((part) => part[0]!)
  const placed = parts
    .filter((part) => part.length > 1)
    .map((part) => ({ part, ...placePart(part, links, room) }))
  // Parts stand side by side where there is room beside the widest, or where there are so many that they would make a
  // tower.
  let area = 0
  let [width, height] = [0, 0]
  for (const one of placed) {
    area += one.width * (one.height + room.gapY * 3)
    width = Math.max(width, one.width)
  }
  const inShelf = Math.max(width, Math.sqrt(area) * 1.3)
  let [left, top] = [0, 0]
  // A large part has nothing beside it.
  let isFull = false
  for (const one of placed) {
    const isLarge = one.width > inShelf / 2
    if (left > 0 && (isFull || isLarge || left + one.width > inShelf)) [left, top] = [0, height]
    isFull = isLarge
    for (const [index, box] of one.part.entries()) {
      x[box] = one.x[index]! + left
      y[box] = one.y[index]! + top
      widths[box] = one.widths[index]!
    }
    for (const { from, to, via } of one.edges) {
      const moved = via.map((spot) => ({ x: spot.x + left, width: spot.width, y: spot.y + top }))
      edges.push({ from: one.part[from]!, to: one.part[to]!, via: moved })
    }
    left += one.width + room.gapX
    width = Math.max(width, left - room.gapX)
    height = Math.max(height, top + one.height + room.gapY * 3)
  }
  // Boxes that hang together with nothing stand in rows at the bottom, as wide as the rest or as a square.
  let widest = 0
  for (const box of single) widest = Math.max(widest, widths[box]!)
  const [stepX, stepY] = [widest + room.gapX / 2, room.height + room.gapY]
  const square = Math.ceil(Math.sqrt((single.length * stepY) / stepX) * 1.4)
  const inRow = Math.max(1, square, Math.min(Math.floor((width + room.gapX / 2) / stepX), square * 3))
  for (const [index, box] of single.entries()) {
    x[box] = (index % inRow) * stepX
    y[box] = height + Math.floor(index / inRow) * stepY
    widths[box] = widest
    width = Math.max(width, x[box] + widest)
  }
  if (single.length > 0) height = y[single.at(-1)!]! + room.height
  else if (links.length > 0) height -= room.gapY * 3
  return { width, height, x, y, widths, boxHeight: room.height, edges }
}

import type { Links } from '../../../graph/cycle.ts'
import { type Columns, columnsOf } from './columns.ts'
import { orderColumns } from './order-columns.ts'
import { partsOf } from './parts.ts'
import { settleColumn } from './settle-column.ts'

/** Where the boxes of a dag stand, in pixels at 100 %: needs to the left, dependents to the right. */
export interface Layout {
  readonly size: BoxSize
  readonly width: number
  readonly height: number
  /** The left upper corner of each box. */
  readonly x: Float64Array
  readonly y: Float64Array
  readonly edges: readonly Route[]
}

export interface BoxSize {
  readonly width: number
  readonly height: number
  readonly gapX: number
  readonly gapY: number
}

/** An edge from the right side of a box to the left side of another one. */
export interface Route {
  readonly from: number
  readonly to: number
  /** Where it passes through the columns between, from left to right: the left side of the column and the height. */
  readonly via: readonly { readonly x: number; readonly y: number }[]
}

/** Half the room that an edge takes in a column that it passes through. */
const halfOfEdge = 5

/** The same for the same dag: nothing in it is left to chance. Takes no stack, however long a chain is. */
export function layoutOf(links: readonly Links[], size: BoxSize): Layout {
  const x = new Float64Array(links.length)
  const y = new Float64Array(links.length)
  const edges: Route[] = []
  const single: number[] = []
  let [width, height] = [0, 0]
  for (const part of partsOf(links)) {
    if (part.length === 1) {
      single.push(part[0]!)
      continue
    }
    const placed = placePart(part, links, size, height)
    for (const [index, box] of part.entries()) {
      x[box] = placed.x[index]!
      y[box] = placed.y[index]!
    }
    for (const { from, to, via } of placed.edges) edges.push({ from: part[from]!, to: part[to]!, via })
    width = Math.max(width, placed.width)
    height = placed.bottom + size.gapY * 3
  }
  // Boxes that hang together with nothing stand in rows at the bottom, as wide as the rest or as a square.
  const [stepX, stepY] = [size.width + size.gapX / 2, size.height + size.gapY]
  const square = Math.ceil(Math.sqrt((single.length * stepY) / stepX) * 1.4)
  const inRow = Math.max(1, square, Math.min(Math.floor((width + size.gapX / 2) / stepX), square * 3))
  for (const [index, box] of single.entries()) {
    x[box] = (index % inRow) * stepX
    y[box] = height + Math.floor(index / inRow) * stepY
    width = Math.max(width, x[box] + size.width)
  }
  if (single.length > 0) height = y[single.at(-1)!]! + size.height
  else if (links.length > 0) height -= size.gapY * 3
  return { size, width, height, x, y, edges }
}

function placePart(part: readonly number[], links: readonly Links[], size: BoxSize, top: number) {
  const indexOf = new Map(part.map((box, index) => [box, index]))
  const own = part.map((box): Links => {
    const { needs, dependents } = links[box]!
    return {
      needs: needs.map((other) => indexOf.get(other)!),
      dependents: dependents.map((other) => indexOf.get(other)!),
    }
  })
  const columns = columnsOf(own)
  const middle = placeRows(columns, orderColumns(columns), size)
  const half = size.height / 2
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const at of middle) [first, last] = [Math.min(first, at), Math.max(last, at)]
  const shift = top + half - first
  const step = size.width + size.gapX
  const left = (spot: number): number => columns.columnOf[spot]! * step
  return {
    x: Float64Array.from(part, (_, index) => left(index)),
    y: Float64Array.from(part, (_, index) => middle[index]! + shift - half),
    width: columns.columns.length * step - size.gapX,
    bottom: last + shift + half,
    edges: columns.edges.map(({ from, to, via }) => ({
      from,
      to,
      via: via.map((spot) => ({ x: left(spot), y: middle[spot]! + shift })),
    })),
  }
}

/** The height of the middle of each spot: near its neighbours', with room between those of a column. */
function placeRows(
  { boxes, columnOf, before, after }: Columns,
  order: readonly Int32Array[],
  size: BoxSize,
): Float64Array {
  const middle = new Float64Array(columnOf.length)
  const halfOf = (spot: number): number => (spot < boxes ? (size.height + size.gapY) / 2 : halfOfEdge)
  const gaps = order.map((spots) =>
    Float64Array.from(spots, (spot, index) => (index === 0 ? 0 : halfOf(spots[index - 1]!) + halfOf(spot))),
  )
  for (let column = 0; column < order.length; column++) {
    let at = 0
    for (let index = 0; index < order[column]!.length; index++) {
      middle[order[column]![index]!] = at += gaps[column]![index]!
    }
  }
  const settle = (column: number, sides: readonly Columns['before'][]): void => {
    const spots = order[column]!
    const wished = new Float64Array(spots.length)
    const weights = new Float64Array(spots.length)
    for (let index = 0; index < spots.length; index++) {
      const spot = spots[index]!
      let sum = 0
      let weight = 0
      for (const side of sides) {
        for (const other of side[spot]!) {
          // A long edge is to be straight above all.
          const own = spot >= boxes && other >= boxes ? 8 : 1
          sum += own * middle[other]!
          weight += own
        }
      }
      wished[index] = weight === 0 ? middle[spot]! : sum / weight
      weights[index] = weight === 0 ? 0.01 : weight
    }
    const settled = settleColumn(wished, weights, gaps[column]!)
    for (let index = 0; index < spots.length; index++) middle[spots[index]!] = settled[index]!
  }
  const rounds = middle.length > 4_000 ? 2 : 8
  for (let round = 0; round < rounds; round++) {
    for (let column = 1; column < order.length; column++) settle(column, [before])
    for (let column = order.length - 2; column >= 0; column--) settle(column, [after])
  }
  for (let column = 0; column < order.length; column++) settle(column, [before, after])
  for (let column = order.length - 1; column >= 0; column--) settle(column, [before, after])
  // To round keeps distances that are whole pixels.
  return middle.map(Math.round)
}

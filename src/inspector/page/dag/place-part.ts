import type { Links } from '../../../graph/cycle.ts'
import { columnsOf } from './columns.ts'
import { orderColumns } from './order-columns.ts'
import { placeRows } from './place-rows.ts'
import type { Room } from './room.ts'

/** How many rows a column has at least, before it is made several boxes wide. */
const fewestRows = 80

/** Places tasks that hang together. By the index in the part. */
export function placePart(part: readonly number[], links: readonly Links[], room: Room) {
  const indexOf = new Map(part.map((box, index) => [box, index]))
  const own = part.map((box): Links => {
    const { needs, dependents } = links[box]!
    return {
      needs: needs.map((other) => indexOf.get(other)!),
      dependents: dependents.map((other) => indexOf.get(other)!),
    }
  })
  const columns = columnsOf(own)
  const order = orderColumns(columns)
  const widths = order.map((spots) =>
    spots.reduce((widest, spot) => Math.max(widest, spot < part.length ? room.widths[part[spot]!]! : 0), 0),
  )
  const abreast = abreastIn(order, widths, part.length, room)
  const middle = placeRows(columns, order, abreast, room)
  const half = room.height / 2
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const at of middle) [first, last] = [Math.min(first, at), Math.max(last, at)]
  const shift = half - first
  const x = new Float64Array(columns.columnOf.length)
  const across = new Float64Array(columns.columnOf.length)
  let width = 0
  for (const [column, spots] of order.entries()) {
    const step = widths[column]! + room.gapX / 2
    const whole = step * abreast[column]! - room.gapX / 2
    let boxes = 0
    for (const spot of spots) {
      const isBox = spot < part.length
      x[spot] = width + (isBox ? (boxes++ % abreast[column]!) * step : 0)
      across[spot] = isBox ? widths[column]! : whole
    }
    width += whole + room.gapX
  }
  return {
    x,
    y: middle.map((at) => at + shift - half),
    widths: across,
    width: width - room.gapX,
    height: last + shift + half,
    edges: columns.edges.map(({ from, to, via }) => ({
      from,
      to,
      via: via.map((spot) => ({ x: x[spot]!, width: across[spot]!, y: middle[spot]! + shift })),
    })),
  }
}

/** How many boxes stand side by side in each column: more than one where the picture would be much higher than wide. */
function abreastIn(
  order: readonly Int32Array[],
  widths: readonly number[],
  boxes: number,
  { height, gapX, gapY }: Room,
): number[] {
  const rows = order.map((spots) => spots.reduce((count, spot) => count + (spot < boxes ? 1 : 0), 0))
  const withRows = (most: number): number[] => rows.map((own) => Math.ceil(own / most))
  let most = Math.max(fewestRows, ...rows)
  for (; most > fewestRows; most = Math.max(fewestRows, Math.floor(most * 0.85))) {
    const wide = withRows(most).reduce((sum, own, column) => sum + own * (widths[column]! + gapX), 0)
    if (most * (height + gapY) <= wide) break
  }
  return withRows(most).map((own) => Math.max(1, own))
}

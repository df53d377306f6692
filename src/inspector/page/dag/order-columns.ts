import type { Columns } from './columns.ts'

/**
 * The columns with their spots in an order in which few edges cross: each spot goes to the mean place of its
 * neighbours, column by column, there and back; the best order that was seen wins.
 */
export function orderColumns({ columns, columnOf, before, after }: Columns): Int32Array[] {
  const order = columns.map((spots) => spots.slice())
  const place = new Int32Array(columnOf.length)
  const mean = new Float64Array(columnOf.length)
  const settle = (spots: Int32Array): void => {
    for (let index = 0; index < spots.length; index++) place[spots[index]!] = index
  }
  order.forEach(settle)
  const sort = (column: number, sides: Columns['before']): void => {
    const spots = order[column]!
    for (const spot of spots) {
      const others = sides[spot]!
      let sum = 0
      for (const other of others) sum += place[other]!
      mean[spot] = others.length === 0 ? place[spot]! : sum / others.length
    }
    spots.sort((a, b) => mean[a]! - mean[b]! || place[a]! - place[b]!)
    settle(spots)
  }
  const crossings = (): number => {
    let sum = 0
    for (let column = 1; column < order.length; column++)
      sum += crossingsBefore(order[column]!, order[column - 1]!.length, before, place)
    return sum
  }
  let fewest = crossings()
  let best = order.map((spots) => spots.slice())
  const rounds = columnOf.length > 4_000 ? 3 : 12
  for (let round = 0, worse = 0; round < rounds && fewest > 0 && worse < 4; round++) {
    for (let column = 1; column < order.length; column++) sort(column, before)
    for (let column = order.length - 2; column >= 0; column--) sort(column, after)
    const now = crossings()
    worse = now < fewest ? 0 : worse + 1
    if (now >= fewest) continue
    fewest = now
    best = order.map((spots) => spots.slice())
  }
  return best
}

/** How often the edges into a column cross each other: inversions, counted in a Fenwick tree. */
export function crossingsBefore(
  spots: Int32Array,
  placesBefore: number,
  before: Columns['before'],
  place: Int32Array,
): number {
  const counts = new Int32Array(placesBefore + 1)
  let crossings = 0
  let seen = 0
  for (const spot of spots) {
    const others = before[spot]!
    for (const other of others) {
      let notAbove = 0
      for (let at = place[other]! + 1; at > 0; at -= at & -at) notAbove += counts[at]!
      crossings += seen - notAbove
    }
    for (const other of others) {
      for (let at = place[other]! + 1; at <= placesBefore; at += at & -at) counts[at]!++
    }
    seen += others.length
  }
  return crossings
}

import type { Columns } from './columns.ts'
import type { Room } from './room.ts'
import { settleColumn } from './settle-column.ts'

/** The most and the least room that an edge takes in a column that it passes through, and that all of them take. */
const edgeRoom = { most: 10, least: 2, all: 600 }

/** The height of the middle of each spot: near its neighbours', with room between those of a column. */
export function placeRows(
  { boxes, columnOf, before, after }: Columns,
  order: readonly Int32Array[],
  abreast: readonly number[],
  room: Room,
): Float64Array {
  const middle = new Float64Array(columnOf.length)
  const gaps = order.map((spots, column) => {
    let passing = 0
    for (const spot of spots) if (spot >= boxes) passing++
    const edge = Math.max(edgeRoom.least, Math.min(edgeRoom.most, edgeRoom.all / passing))
    // Boxes that stand side by side share the height of one.
    const box = (room.height + room.gapY) / abreast[column]!
    const roomOf = (spot: number): number => (spot < boxes ? box : edge)
    return Float64Array.from(spots, (spot, index) =>
      index === 0 ? 0 : (roomOf(spots[index - 1]!) + roomOf(spot)) / 2,
    )
  })
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

import { addTo } from '../state/grouped.ts'
import type { Layout } from './layout.ts'

/** The boxes of a layout by where they are: a net of cells, so that a part of it costs what is in that part. */
export interface Grid {
  /** The boxes that touch an area of the picture, ascending. */
  within(left: number, top: number, right: number, bottom: number): number[]
  /** The box at a place of the picture. */
  at(x: number, y: number): number | undefined
}

const cell = 512

const cellOf = (at: number): number => Math.floor(at / cell)
const keyOf = (column: number, row: number): number => column * 1_000_003 + row

export function gridOf({ x, y, widths, boxHeight }: Layout): Grid {
  let widest = 0
  for (const width of widths) widest = Math.max(widest, width)
  const cells = new Map<number, number[]>()
  let last = 0
  let lowest = 0
  for (let box = 0; box < x.length; box++) {
    last = Math.max(last, cellOf(x[box]! + widths[box]!))
    lowest = Math.max(lowest, cellOf(y[box]! + boxHeight))
    // A box stands in the cell of its left upper corner; whoever looks, looks one box further.
    addTo(cells, keyOf(cellOf(x[box]!), cellOf(y[box]!)), box)
  }
  const within: Grid['within'] = (left, top, right, bottom) => {
    const found: number[] = []
    const [from, to] = [Math.max(0, cellOf(left - widest)), Math.min(last, cellOf(right))]
    const [high, low] = [Math.max(0, cellOf(top - boxHeight)), Math.min(lowest, cellOf(bottom))]
    for (let column = from; column <= to; column++) {
      for (let row = high; row <= low; row++) {
        for (const box of cells.get(keyOf(column, row)) ?? []) {
          if (x[box]! > right || x[box]! + widths[box]! < left) continue
          if (y[box]! > bottom || y[box]! + boxHeight < top) continue
          found.push(box)
        }
      }
    }
    return found.sort((a, b) => a - b)
  }
  return { within, at: (px, py) => within(px, py, px, py)[0] }
}

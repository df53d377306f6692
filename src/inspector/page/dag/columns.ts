import { type Links, topologicalOrder } from '../../../graph/cycle.ts'
import { depthsOf } from './alike.ts'

/**
 * A dag in columns: each box in one after all of its needs, and a place for each edge in every column that it crosses.
 * Spots are both: those below `boxes` are the boxes themselves.
 */
export interface Columns {
  readonly boxes: number
  /** The spots of each column, from top to bottom. */
  readonly columns: readonly Int32Array[]
  readonly columnOf: Int32Array
  /** The neighbours of each spot in the column before it and in the one after it. */
  readonly before: readonly (readonly number[])[]
  readonly after: readonly (readonly number[])[]
  /** From which box to which one, and the spots between. */
  readonly edges: readonly Edge[]
}

export interface Edge {
  readonly from: number
  readonly to: number
  /** One in each column between, or none if the edge is drawn straight across them. */
  readonly via: readonly number[]
}

/** The most spots for edges: longer edges than that leaves room for are drawn straight. */
const mostPassing = (boxes: number): number => 2_000 + 2 * boxes

export function columnsOf(links: readonly Links[]): Columns {
  const boxes = links.length
  const depths = shortened(depthsOf(links), links)
  const routed = longestWithRoom(links, depths)
  const columnOf: number[] = [...depths]
  const before: number[][] = links.map(() => [])
  const after: number[][] = links.map(() => [])
  const edges: Edge[] = []
  const columns: number[][] = []
  const stand = (spot: number): void => {
    const column = columnOf[spot]!
    while (columns.length <= column) columns.push([])
    columns[column]!.push(spot)
  }
  for (let from = 0; from < boxes; from++) {
    stand(from)
    for (const to of links[from]!.dependents) {
      const via: number[] = []
      edges.push({ from, to, via })
      const length = depths[to]! - depths[from]!
      if (length > routed) continue
      let last = from
      for (let step = 1; step < length; step++) {
        const spot = columnOf.length
        columnOf.push(depths[from]! + step)
        before.push([last])
        after.push([])
        after[last]!.push(spot)
        via.push(spot)
        stand(spot)
        last = spot
      }
      after[last]!.push(to)
      before[to]!.push(last)
    }
  }
  return {
    boxes,
    columns: columns.map((spots) => Int32Array.from(spots)),
    columnOf: Int32Array.from(columnOf),
    before,
    after,
    edges,
  }
}

/**
 * Moves boxes to the right, up to the first of their dependents, where that makes edges shorter: a box that much depends
 * on, and that needs little itself.
 */
function shortened(depths: Int32Array, links: readonly Links[]): Int32Array {
  const moved = depths.slice()
  const order = topologicalOrder(links)
  for (let place = order.length - 1; place >= 0; place--) {
    const box = order[place]!
    const { needs, dependents } = links[box]!
    if (dependents.length <= needs.length) continue
    let first = Number.POSITIVE_INFINITY
    for (const dependent of dependents) first = Math.min(first, moved[dependent]!)
    moved[box] = first - 1
  }
  return moved
}

/** The length of the longest edges that get spots of their own: as many columns as there is room for. */
function longestWithRoom(links: readonly Links[], depths: Int32Array): number {
  const ofLength = new Map<number, number>()
  for (let from = 0; from < links.length; from++) {
    for (const to of links[from]!.dependents) {
      const length = depths[to]! - depths[from]!
      ofLength.set(length, (ofLength.get(length) ?? 0) + 1)
    }
  }
  let room = mostPassing(links.length)
  let longest = 1
  for (const [length, count] of [...ofLength].sort(([a], [b]) => a - b)) {
    room -= (length - 1) * count
    if (room < 0) break
    longest = length
  }
  return longest
}

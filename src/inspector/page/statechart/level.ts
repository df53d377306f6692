import { isStraight, lanesOf, type Trunk } from './lanes.ts'
import { settleColumn } from '../dag/settle-column.ts'

/** Something in a column of a level: a state's box, or the place where a line goes through or ends at the border. */
export interface Item {
  readonly column: number
  readonly height: number
  width: number
  x: number
  y: number
}

/** Lines to one goal that run together: to the right, or to the left. */
export interface Bus {
  readonly goal: Item
  /** Where the goal is entered: from its upper edge. */
  readonly goalPort: number
  readonly isForward: boolean
  /** Where the lines come from. Of a bus to the left these may stand in the goal's own column, too. */
  readonly sources: { readonly item: Item; readonly port: number }[]
}

export interface Level {
  readonly width: number
  readonly height: number
  /** The corners of the line from one of its sources to the goal of a bus. */
  route(bus: Bus, source: Item, port: number): readonly Point[]
}

export interface Point {
  readonly x: number
  readonly y: number
}

const gap = 14
const channelHeight = 6
const laneWidth = 9
/** Between a column and the first lane, and between the last lane and a column: an arrow has room there. */
const beforeLanes = 9
const afterLanes = 13
const emptyGutter = 14
const sweeps = 10
/** How near items may come to each other, and how far they are moved, to straighten a line. */
const leastGap = 8
const furthest = 12

/**
 * Stands boxes in their columns and routes the lines between them. Column −1 is the left border, and `columnCount` the
 * right one. With `keepsOrder` the boxes of a column stay in the order in which they are given.
 */
export function layOut(
  items: readonly Item[],
  buses: readonly Bus[],
  columnCount: number,
  keepsOrder: boolean,
): Level {
  const columns: Item[][] = Array.from({ length: columnCount + 2 }, () => [])
  for (const item of items) columns[item.column + 1]!.push(item)
  const channels = new Map<Bus, Map<number, Item>>()
  for (const bus of buses) {
    const own = new Map<number, Item>()
    channels.set(bus, own)
    const [from, to] = throughColumns(bus)
    for (let column = from; column <= to; column++) {
      const channel = { column, height: channelHeight, width: 0, x: 0, y: 0 }
      own.set(column, channel)
      columns[column + 1]!.push(channel)
    }
  }
  const links = linksOf(buses, channels)
  order(columns, links, keepsOrder)
  const gutters = columns
    .slice(1)
    .map((_, place) => buses.map((bus) => trunkIn(place - 1, bus, channels.get(bus)!)))
  const { width, laneX } = standAcross(columns, gutters)
  const bottom = Math.max(0, ...columns.flat().map(({ y, height }) => y + height))
  return {
    width,
    height: bottom,
    route: (bus, source, port) => {
      const points: Point[] = []
      const own = channels.get(bus)!
      const step = bus.isForward ? 1 : -1
      const isBeside = source.column === bus.goal.column
      const startX = bus.isForward || isBeside ? source.x + source.width : source.x
      let y = source.y + port
      points.push({ x: startX, y })
      let column = source.column
      do {
        const gutter = bus.isForward || isBeside ? column : column - 1
        const next = isBeside ? column : column + step
        const isThere = next === bus.goal.column
        const nextY = isThere ? bus.goal.y + bus.goalPort : own.get(next)!.y + channelHeight / 2
        const x = laneX(gutter, buses.indexOf(bus))
        if (x !== undefined && Math.abs(nextY - y) >= 0.5) points.push({ x, y }, { x, y: nextY })
        y = nextY
        column = next
      } while (column !== bus.goal.column)
      const { goal } = bus
      points.push({ x: bus.isForward ? goal.x : goal.x + goal.width, y })
      return points
    },
  }
}

/** The columns that a bus goes through without stopping. */
function throughColumns({ goal, sources, isForward }: Bus): readonly [from: number, to: number] {
  const columns = sources.map(({ item }) => item.column)
  return isForward ? [Math.min(...columns) + 1, goal.column - 1] : [goal.column + 1, Math.max(...columns) - 1]
}

interface Link {
  readonly left: Item
  readonly leftPort: number
  readonly right: Item
  readonly rightPort: number
}

/** What is joined across a gutter. */
function linksOf(
  buses: readonly Bus[],
  channels: ReadonlyMap<Bus, ReadonlyMap<number, Item>>,
): readonly Link[] {
  const links: Link[] = []
  for (const bus of buses) {
    const own = channels.get(bus)!
    const ends = [
      ...bus.sources,
      ...[...own.values()].map((item) => ({ item, port: channelHeight / 2 })),
    ].filter(({ item }) => item.column !== bus.goal.column)
    for (const { item, port } of ends) {
      const column = item.column + (bus.isForward ? 1 : -1)
      const isGoal = column === bus.goal.column
      const other = isGoal ? bus.goal : own.get(column)!
      const otherPort = isGoal ? bus.goalPort : channelHeight / 2
      links.push(
        bus.isForward
          ? { left: item, leftPort: port, right: other, rightPort: otherPort }
          : { left: other, leftPort: otherPort, right: item, rightPort: port },
      )
    }
  }
  return links
}

/** Orders the columns and stands their items so that lines are short and few of them cross. */
function order(columns: readonly Item[][], links: readonly Link[], keepsOrder: boolean): void {
  for (const column of columns) {
    let y = 0
    for (const item of column) {
      item.y = y
      y += item.height + gap
    }
  }
  let best = Number.POSITIVE_INFINITY
  let bestAt: { readonly order: readonly Item[][]; readonly ys: readonly number[][] } | undefined
  for (let sweep = 0; sweep <= sweeps; sweep++) {
    const turn = sweep % 2 === 0 ? [...columns] : [...columns].toReversed()
    if (sweep > 0) for (const column of turn) reorder(column, links, keepsOrder)
    const cost = costOf(links)
    if (cost >= best) continue
    best = cost
    bestAt = {
      order: columns.map((column) => [...column]),
      ys: columns.map((column) => column.map(({ y }) => y)),
    }
  }
  columns.forEach((column, place) => {
    column.splice(0, column.length, ...bestAt!.order[place]!)
    column.forEach((item, index) => {
      item.y = bestAt!.ys[place]![index]!
    })
  })
  for (const column of [...columns, ...columns.toReversed()]) straighten(column, links)
  const top = Math.min(...columns.flat().map(({ y }) => y))
  for (const item of columns.flat()) item.y -= top
}

/** Moves items so that one of their lines needs no bend, where there is room for that. */
function straighten(column: readonly Item[], links: readonly Link[]): void {
  column.forEach((item, place) => {
    const before = column[place - 1]
    const after = column[place + 1]
    const from = before === undefined ? Number.NEGATIVE_INFINITY : before.y + before.height + leastGap
    const to = after === undefined ? Number.POSITIVE_INFINITY : after.y - item.height - leastGap
    let least = Number.POSITIVE_INFINITY
    for (const { left, leftPort, right, rightPort } of links) {
      if (left !== item && right !== item) continue
      const by =
        left === item ? right.y + rightPort - leftPort - item.y : left.y + leftPort - rightPort - item.y
      if (item.y + by < from || item.y + by > to) continue
      if (Math.abs(by) < Math.abs(least)) least = by
    }
    if (Math.abs(least) <= furthest) item.y += least
  })
}

function reorder(column: Item[], links: readonly Link[], keepsOrder: boolean): void {
  const wanted = new Map<Item, number>()
  for (const item of column) {
    let sum = 0
    let count = 0
    for (const { left, leftPort, right, rightPort } of links) {
      if (left === item) sum += right.y + rightPort - leftPort
      else if (right === item) sum += left.y + leftPort - rightPort
      else continue
      count++
    }
    wanted.set(item, count === 0 ? item.y : sum / count)
  }
  if (!keepsOrder) {
    column.sort((a, b) => wanted.get(a)! + a.height / 2 - (wanted.get(b)! + b.height / 2))
  }
  const settled = settleColumn(
    column.map((item) => wanted.get(item)!),
    column.map(() => 1),
    column.map((_, place) => (column[place - 1]?.height ?? 0) + gap),
  )
  column.forEach((item, place) => {
    item.y = settled[place]!
  })
}

function costOf(links: readonly Link[]): number {
  let cost = 0
  links.forEach((a, place) => {
    const from = a.left.y + a.leftPort
    const to = a.right.y + a.rightPort
    cost += Math.abs(from - to)
    for (const b of links.slice(place + 1)) {
      if (b.left.column !== a.left.column) continue
      if ((from - b.left.y - b.leftPort) * (to - b.right.y - b.rightPort) < 0) cost += 40
    }
  })
  return cost
}

function trunkIn(gutter: number, bus: Bus, channels: ReadonlyMap<number, Item>): Trunk {
  const left: number[] = []
  const right: number[] = []
  const add = (column: number, y: number): void => {
    if (column === gutter) left.push(y)
    if (column === gutter + 1) right.push(y)
  }
  for (const { item, port } of bus.sources) {
    const isBeside = item.column === bus.goal.column
    // A line leaves to one side alone.
    if (isBeside || bus.isForward ? item.column === gutter : item.column === gutter + 1) {
      add(item.column, item.y + port)
    }
  }
  for (const [column, { y }] of channels) add(column, y + channelHeight / 2)
  if (bus.isForward ? bus.goal.column === gutter + 1 : bus.goal.column === gutter) {
    add(bus.goal.column, bus.goal.y + bus.goalPort)
  }
  return { left, right }
}

/** Gives every column its place from left to right, and every line its lane between them. */
function standAcross(
  columns: readonly (readonly Item[])[],
  gutters: readonly (readonly Trunk[])[],
): { readonly width: number; readonly laneX: (gutter: number, bus: number) => number | undefined } {
  const lanes = gutters.map((trunks) => {
    const present = trunks.map(({ left, right }) => left.length + right.length > 1)
    const places = trunks.flatMap((_, place) => (present[place]! ? [place] : []))
    const found = lanesOf(places.map((place) => trunks[place]!))
    return { of: new Map(places.map((place, index) => [place, found.lanes[index]!])), count: found.count }
  })
  const starts: number[] = []
  let x = 0
  columns.forEach((column, place) => {
    const width = Math.max(0, ...column.map((item) => item.width))
    for (const item of column) {
      item.x = x
      item.width = width
    }
    x += width
    starts.push(x)
    const gutter = lanes[place]
    if (gutter === undefined) return
    x += gutter.count === 0 ? emptyGutter : beforeLanes + afterLanes + laneWidth * (gutter.count - 1)
  })
  return {
    width: x,
    laneX: (gutter, bus) => {
      const lane = lanes[gutter + 1]?.of.get(bus)
      const trunk = gutters[gutter + 1]?.[bus]
      if (lane === undefined || trunk === undefined || isStraight(trunk)) return undefined
      return starts[gutter + 1]! + beforeLanes + lane * laneWidth
    },
  }
}

import { type Box, boxOf, entryY, type Measure, type PlacedRow, widened } from './box.ts'
import { type Chart, type ChartExit, type ChartState, chartOf } from './chart.ts'
import { type Edge, edgesOf, lineIn, lineKey, type Side } from './edges.ts'
import { type Columns, columnsOf, pathTo } from './layers.ts'
import { type Bus, type Item, layOut, type Level, type Point } from './level.ts'
import type { StateModel } from '../../protocol.ts'

export interface PlacedState {
  readonly state: ChartState
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly rows: readonly PlacedRow[]
  /** Where edges leave it, with the height of the lines of text that they belong to. */
  readonly ports: readonly {
    readonly x: number
    readonly top: number
    readonly bottom: number
    readonly target: string
  }[]
  /** True for the state in which the one around it begins. */
  readonly isInitial: boolean
}

export interface PlacedEdge {
  readonly source: string
  readonly target: string
  readonly points: readonly Point[]
  /** In words, a line each transition. */
  readonly details: string
}

export interface ChartLayout {
  readonly chart: Chart
  readonly width: number
  readonly height: number
  /** Each before those that are in it. */
  readonly states: readonly PlacedState[]
  readonly edges: readonly PlacedEdge[]
}

export interface ChartLayoutOptions {
  readonly measure: Measure
  /** All states below each other, for narrow pages. */
  readonly isStacked: boolean
}

/** What stands in one compound or parallel state. */
interface Inside {
  readonly level: Level
  readonly items: ReadonlyMap<ChartState, Item>
  readonly buses: ReadonlyMap<string, Bus>
  /** Where lines to a target leave it, or come in, by `lineKey`. */
  readonly borders: ReadonlyMap<string, Item>
}

interface Sized {
  box: Box
  readonly inside: Inside | undefined
}

const borderPort = 3
const margin = 10
/** Room for the mark of the initial state. */
const initialRoom = 18

/**
 * Places all states of a machine, and the edges between them: states stand in columns from the initial one on, each is a
 * box that lists its transitions, and what leads to the same state runs together.
 */
export function layoutOf(model: StateModel, options: ChartLayoutOptions): ChartLayout {
  const chart = chartOf(model)
  const columns = columnsOf(chart, options.isStacked)
  const edges = edgesOf(chart, columns)
  // Once it is known where states stand, each lists first what leads upwards.
  const first = laidOut(chart, columns, edges, options, () => 0)
  const heights = new Map(first.states.map(({ state, y }) => [state.model.id, y]))
  return laidOut(chart, columns, edges, options, ({ target }) => heights.get(target)!)
}

function laidOut(
  chart: Chart,
  columns: Columns,
  edges: readonly Edge[],
  { measure, isStacked }: ChartLayoutOptions,
  rankOf: (exit: ChartExit) => number,
): ChartLayout {
  const sized = new Map<ChartState, Sized>()
  size(chart.root, { edges, columns, measure, isStacked, sized, rankOf })
  const states: PlacedState[] = []
  const placed = new Map<ChartState, PlacedState>()
  const insideAt = new Map<ChartState, Point>()
  const place = (state: ChartState, x: number, y: number): void => {
    const { box, inside } = sized.get(state)!
    const { width, height, rows } = box
    const one: PlacedState = {
      state,
      x,
      y,
      width,
      height,
      rows,
      ports: portsOf(box, x, y, edges, state),
      isInitial: state.parent?.model.initial === state.model.id,
    }
    states.push(one)
    placed.set(state, one)
    if (inside === undefined) return
    const at = { x: x + margin + initialRoom, y: y + box.innerTop + margin }
    insideAt.set(state, at)
    for (const [child, item] of inside.items) place(child, at.x + item.x, at.y + item.y)
  }
  place(chart.root, 0, 0)
  const root = sized.get(chart.root)!.box
  return {
    chart,
    width: root.width,
    height: root.height,
    states,
    edges: edges.map((edge) => ({
      source: edge.source.model.id,
      target: edge.target.model.id,
      points: routed(edge, sized, insideAt, placed),
      details: edge.exit.rows.map(({ details }) => details).join('\n'),
    })),
  }
}

interface Sizing {
  readonly edges: readonly Edge[]
  readonly columns: Columns
  readonly measure: Measure
  readonly isStacked: boolean
  readonly rankOf: (exit: ChartExit) => number
  readonly sized: Map<ChartState, Sized>
}

function size(state: ChartState, sizing: Sizing): void {
  for (const child of state.children) size(child, sizing)
  const { edges, measure, sized, rankOf } = sizing
  const isLeft = (exit: ChartExit): boolean =>
    edges.some((edge) => edge.source === state && edge.exit === exit && edge.leaves === 'left')
  const inside = state.children.length === 0 ? undefined : insideOf(state, sizing)
  const room =
    inside === undefined
      ? undefined
      : {
          width: inside.level.width + 2 * margin + initialRoom,
          height: inside.level.height + 2 * margin,
        }
  const exits = state.exits.toSorted((a, b) => rankOf(a) - rankOf(b))
  sized.set(state, { box: boxOf(state, measure, room, isLeft, exits), inside })
}

function insideOf(parent: ChartState, { edges, columns, isStacked, sized }: Sizing): Inside {
  const items = new Map<ChartState, Item>()
  for (const child of parent.children) {
    const { width, height } = sized.get(child)!.box
    items.set(child, { column: columns.get(child.model.id)!, width, height, x: 0, y: 0 })
  }
  const count = 1 + Math.max(...[...items.values()].map(({ column }) => column))
  const borders = new Map<string, Item>()
  const buses = new Map<string, Bus>()
  const border = (key: string, side: Side): Item => {
    const known = borders.get(key)
    if (known !== undefined) return known
    const made = { column: side === 'left' ? -1 : count, width: 0, height: 2 * borderPort, x: 0, y: 0 }
    borders.set(key, made)
    return made
  }
  for (const edge of edges) {
    const line = lineIn(parent, edge)
    if (line === undefined) continue
    const { goal, from } = line
    const goalItem = goal === undefined ? border(line.goalKey, edge.leaves) : items.get(goal)!
    const source = from === undefined ? border(line.fromKey, edge.enters) : items.get(from)!
    const bus = buses.get(line.goalKey) ?? {
      goal: goalItem,
      goalPort: goal === undefined ? borderPort : entryOf(goal, edge, sized),
      isForward: line.isForward,
      sources: [],
    }
    buses.set(line.goalKey, bus)
    const port = from === undefined ? borderPort : exitOf(from, edge, sized)
    if (!bus.sources.some((known) => known.item === source && known.port === port)) {
      bus.sources.push({ item: source, port })
    }
  }
  const keepsOrder = isStacked || parent.model.type === 'parallel'
  const level = layOut([...items.values(), ...borders.values()], [...buses.values()], count, keepsOrder)
  for (const [child, { width }] of items) {
    const known = sized.get(child)!
    known.box = widened(known.box, width)
  }
  return { level, items, buses, borders }
}

/** Where an edge comes into a child: from its upper edge. */
function entryOf(child: ChartState, { target, enters }: Edge, sized: ReadonlyMap<ChartState, Sized>): number {
  if (child === target) return entryY
  return borderOf(child, lineKey(target, enters, 'in'), sized)
}

function exitOf(
  child: ChartState,
  { source, target, leaves }: Edge,
  sized: ReadonlyMap<ChartState, Sized>,
): number {
  if (child === source) return sized.get(child)!.box.ports.get(target.model.id)!.y
  return borderOf(child, lineKey(target, leaves, 'out'), sized)
}

function borderOf(child: ChartState, key: string, sized: ReadonlyMap<ChartState, Sized>): number {
  const { box, inside } = sized.get(child)!
  return box.innerTop + margin + inside!.borders.get(key)!.y + borderPort
}

function portsOf(
  box: Box,
  x: number,
  y: number,
  edges: readonly Edge[],
  state: ChartState,
): PlacedState['ports'] {
  return edges
    .filter(({ source }) => source === state)
    .map(({ leaves, target }) => {
      const { top, bottom } = box.ports.get(target.model.id)!
      return {
        x: leaves === 'left' ? x : x + box.width,
        top: y + top,
        bottom: y + bottom,
        target: target.model.id,
      }
    })
}

/** The corners of an edge, from the inside out to where both ends are, and in again. */
function routed(
  edge: Edge,
  sized: ReadonlyMap<ChartState, Sized>,
  insideAt: ReadonlyMap<ChartState, Point>,
  placed: ReadonlyMap<ChartState, PlacedState>,
): readonly Point[] {
  const { source, target, from, to, leaves, enters } = edge
  const up = pathTo(source).slice(pathTo(source).indexOf(from), -1).toReversed()
  const down = pathTo(target).slice(pathTo(target).indexOf(to), -1)
  const points: Point[] = []
  for (const parent of [...up, from.parent!, ...down]) {
    const line = lineIn(parent, edge)!
    const { level, items, buses, borders } = sized.get(parent)!.inside!
    const bus = buses.get(line.goalKey)!
    const item = line.from === undefined ? borders.get(line.fromKey)! : items.get(line.from)!
    const port = line.from === undefined ? borderPort : exitOf(line.from, edge, sized)
    const at = insideAt.get(parent)!
    points.push(...level.route(bus, item, port).map(({ x, y }) => ({ x: at.x + x, y: at.y + y })))
    // The border itself is where the box ends, which may be beyond what is inside.
    const box = placed.get(parent)!
    const end = points.at(-1)!
    if (line.goal === undefined) points.push({ x: leaves === 'left' ? box.x : box.x + box.width, y: end.y })
    const next = down[down.indexOf(parent) + 1] ?? (parent === from.parent ? down[0] : undefined)
    if (line.goal !== undefined && next !== undefined) {
      const inner = placed.get(next)!
      points.push({ x: enters === 'left' ? inner.x : inner.x + inner.width, y: end.y })
    }
  }
  return withoutRepeats(points)
}

/** Corners alone: no point that lies on the way between two others. */
function withoutRepeats(points: readonly Point[]): readonly Point[] {
  const kept: Point[] = []
  for (const point of points) {
    const last = kept.at(-1)
    if (last !== undefined && Math.abs(last.x - point.x) < 0.5 && Math.abs(last.y - point.y) < 0.5) continue
    const before = kept.at(-2)
    const isOnWay =
      before !== undefined &&
      last !== undefined &&
      ((Math.abs(before.x - last.x) < 0.5 && Math.abs(last.x - point.x) < 0.5) ||
        (Math.abs(before.y - last.y) < 0.5 && Math.abs(last.y - point.y) < 0.5))
    if (isOnWay) kept.pop()
    kept.push(point)
  }
  return kept
}

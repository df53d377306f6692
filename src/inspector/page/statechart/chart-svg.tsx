import type { ComponentChildren } from 'preact'
import { headerHeight, type PlacedRow, shortened } from './box.ts'
import type { ChartLayout, PlacedEdge, PlacedState } from './layout.ts'
import type { Point } from './level.ts'
import type { Taken } from './shown-actor.ts'

const corner = 4
const arrow = 6

interface ChartSvgProps {
  readonly layout: ChartLayout
  readonly scale: number
  /** The ids of the states that the actor is in. */
  readonly active: ReadonlySet<string>
  readonly taken: readonly Taken[]
  /** True for dagmar's own machines, whose states have colours. */
  readonly isOwn: boolean
  /** The state whose edges stand out. */
  readonly focused: string | undefined
  readonly onFocus: (id: string) => void
}

/** A machine's states as nested boxes, with the edges between them. */
export function ChartSvg(props: ChartSvgProps): ComponentChildren {
  const { layout, scale, taken, focused } = props
  const isTaken = (edge: PlacedEdge): boolean =>
    taken.some(({ source, targets }) => source === edge.source && targets.includes(edge.target))
  const isNear = (edge: PlacedEdge): boolean => edge.source === focused || edge.target === focused
  return (
    <svg
      class="chart"
      role="group"
      aria-label={`The states of ${layout.chart.root.model.key}`}
      width={Math.ceil((layout.width + 2) * scale)}
      height={Math.ceil((layout.height + 2) * scale)}
      viewBox={`-1 -1 ${layout.width + 2} ${layout.height + 2}`}
    >
      {layout.states.map((placed) => (
        <StateBox key={placed.state.model.id} placed={placed} {...props} />
      ))}
      {layout.edges.map((edge) => (
        <Edge key={keyOf(edge)} edge={edge} />
      ))}
      {layout.edges.filter(isNear).map((edge) => (
        <Edge key={`near ${keyOf(edge)}`} edge={edge} is="near" />
      ))}
      {layout.edges.filter(isTaken).map((edge) => (
        <Edge key={`taken ${keyOf(edge)}`} edge={edge} is="taken" />
      ))}
    </svg>
  )
}

const keyOf = ({ source, target }: PlacedEdge): string => `${source} ${target}`

/** One that stands out is drawn a second time, above all others. */
function Edge({
  edge,
  is,
}: {
  readonly edge: PlacedEdge
  readonly is?: 'near' | 'taken'
}): ComponentChildren {
  const { source, target, details, points } = edge
  return (
    <g class={is === undefined ? 'edge' : `edge ${is}`} data-source={source} data-target={target}>
      <title>{details}</title>
      <path class="edge-line" d={lineOf(points)} />
      <path class="edge-end" d={arrowOf(points)} />
    </g>
  )
}

function StateBox({
  placed,
  active,
  taken,
  isOwn,
  onFocus,
}: ChartSvgProps & { readonly placed: PlacedState }): ComponentChildren {
  const { state, x, y, width, height, rows, ports, isInitial } = placed
  const { id, key, type, states } = state.model
  const isActive = active.has(id)
  const left = taken.find(({ source }) => source === id)
  return (
    <g
      class="state"
      data-state={id}
      data-type={type}
      data-active={isActive ? '' : undefined}
      data-taken={taken.some(({ targets }) => targets.includes(id)) ? '' : undefined}
      style={isOwn && states.length === 0 ? { '--state': `var(--state-${key})` } : {}}
      tabIndex={0}
      role="img"
      aria-label={inWords(placed, isActive)}
      onFocus={() => onFocus(id)}
      onClick={(event) => {
        event.stopPropagation()
        onFocus(id)
      }}
    >
      <title>{aboutState(placed)}</title>
      <rect class="state-box" x={x} y={y} width={width} height={height} rx={type === 'history' ? 12 : 4} />
      {type === 'final' && (
        <rect class="state-inner" x={x + 3} y={y + 3} width={width - 6} height={height - 6} rx={2} />
      )}
      {isInitial && <path class="state-start" d={`M${x - 11},${y + 6}h11`} />}
      {isInitial && <circle class="state-dot" cx={x - 12} cy={y + 6} r={3} />}
      <text class="state-name" x={x + (type === 'history' ? 10 : 8)} y={y + headerHeight / 2 + 4}>
        {type === 'history' ? 'H' : shortened(key)}
      </text>
      {type === 'parallel' && (
        <text class="state-kind" x={x + width - 8} y={y + headerHeight / 2 + 4}>
          parallel
        </text>
      )}
      {rows.map((row, place) => (
        <Row key={place} placed={row} x={x} y={y} left={left} />
      ))}
      {ports.map((port) => (
        <line
          key={port.target}
          class="port"
          x1={port.x}
          x2={port.x}
          y1={port.top}
          y2={port.bottom}
          data-taken={left?.targets.includes(port.target) === true ? '' : undefined}
        />
      ))}
    </g>
  )
}

function Row({
  placed: { row, text, x, y, isAtEnd, target },
  x: left,
  y: top,
  left: taken,
}: {
  readonly placed: PlacedRow
  readonly x: number
  readonly y: number
  readonly left: Taken | undefined
}): ComponentChildren {
  const isTaken =
    taken !== undefined &&
    taken.events[0] === row.event &&
    (target === undefined ? taken.targets.length === 0 : taken.targets.includes(target))
  return (
    <text
      class={target === undefined ? 'row row-inner' : 'row'}
      x={left + x}
      y={top + y + 4}
      text-anchor={isAtEnd ? 'end' : 'start'}
      data-event={row.event}
      data-taken={isTaken ? '' : undefined}
    >
      <title>{row.details}</title>
      {text}
    </text>
  )
}

/** The state and what happens in it, for those who do not see the picture. */
function inWords({ state, isInitial }: PlacedState, isActive: boolean): string {
  const { model, exits, inner } = state
  const parts = [model.key]
  if (isActive) parts.push('the current state')
  if (isInitial) parts.push('the initial state')
  if (model.type !== 'atomic' && model.type !== 'compound') parts.push(model.type)
  const rows = [...exits.flatMap(({ rows: list }) => list), ...inner]
  if (rows.length > 0) parts.push(rows.map(({ details }) => details.replaceAll('\n', ', ')).join('; '))
  return parts.join(', ')
}

function aboutState({ state: { model } }: PlacedState): string {
  const lines = [model.id]
  if (model.description !== undefined) lines.push(model.description)
  const lists = { entry: model.entry, exit: model.exit, invokes: model.invoke, tags: model.tags }
  for (const [name, list] of Object.entries(lists)) {
    if (list !== undefined) lines.push(`${name}: ${list.join(', ')}`)
  }
  return lines.join('\n')
}

/** The line of an edge, with round corners. */
function lineOf(points: readonly Point[]): string {
  const [first, ...rest] = points
  let path = `M${at(first!)}`
  rest.forEach((point, place) => {
    const next = rest[place + 1]
    if (next === undefined) {
      path += `L${at(point)}`
      return
    }
    const before = points[place]!
    const radius = Math.min(corner, distance(before, point) / 2, distance(point, next) / 2)
    path += `L${at(towards(point, before, radius))}Q${at(point)} ${at(towards(point, next, radius))}`
  })
  return path
}

/** The arrow at its end, which always comes from the side. */
function arrowOf(points: readonly Point[]): string {
  const end = points.at(-1)!
  const before = points.at(-2) ?? end
  const back = before.x < end.x ? -arrow : arrow
  return `M${at(end)}l${back},${-arrow / 2}v${arrow}z`
}

function at({ x, y }: Point): string {
  return `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`
}

function distance(a: Point, b: Point): number {
  return Math.abs(a.x - b.x) + Math.abs(a.y - b.y)
}

function towards(from: Point, to: Point, by: number): Point {
  return { x: from.x + Math.sign(to.x - from.x) * by, y: from.y + Math.sign(to.y - from.y) * by }
}

import type { ChartExit, ChartRow, ChartState } from './chart.ts'

/** How wide a text is, in pixels, as it is drawn: a title in bold, everything else in the text of rows. */
export type Measure = (text: string, isTitle: boolean) => number

/** A line of text in a box, from its upper left corner. */
export interface PlacedRow {
  readonly row: ChartRow
  /** Where the text begins, or ends if its exit is on the right. `y` is the middle of the line. */
  readonly x: number
  readonly y: number
  readonly isAtEnd: boolean
  readonly text: string
  /** Where it leads to, if it is part of an edge. */
  readonly target?: string
}

/** The size of a state's box and what stands in it, apart from other states. */
export interface Box {
  readonly width: number
  readonly height: number
  readonly rows: readonly PlacedRow[]
  /** Where the edge to each target leaves it. */
  readonly ports: ReadonlyMap<string, { readonly y: number; readonly top: number; readonly bottom: number }>
  /** Where what is inside of it begins. */
  readonly innerTop: number
}

export const headerHeight = 24
/** Where edges enter a box. */
export const entryY = 12
export const rowHeight = 15
const padding = 8
const leastWidth = 76
const gapOfGroups = 4
const longest = 44
export const invokeSign = '⟳ '
export const innerSign = '↺ '

/** A box that has at least room for `inside`. Its `exits` stand in the order in which they are given. */
export function boxOf(
  state: ChartState,
  measure: Measure,
  inside: { readonly width: number; readonly height: number } | undefined,
  isLeft: (exit: ChartExit) => boolean,
  exits: readonly ChartExit[],
): Box {
  const { model, inner } = state
  if (model.type === 'history') {
    return { width: 28, height: 24, rows: [], ports: new Map(), innerTop: 24 }
  }
  const invoked: ChartRow[] = (model.invoke ?? []).map((name) => ({
    text: `${invokeSign}${name}`,
    event: '',
    details: `invokes ${name}`,
  }))
  const still = [...invoked, ...inner.map((row) => ({ ...row, text: `${innerSign}${row.text}` }))]
  const all = [...still, ...exits.flatMap(({ rows }) => rows)]
  // What is inside is often wide: rows stand beside each other there.
  const isFlowing = inside !== undefined
  const rowsWidth = Math.max(0, ...all.map(({ text }) => measure(shortened(text), false)))
  const width = Math.ceil(
    Math.max(
      leastWidth,
      measure(shortened(model.key), true) + 2 * padding + (model.type === 'parallel' ? 50 : 0),
      rowsWidth + 2 * padding,
      inside?.width ?? 0,
    ),
  )
  const rows: PlacedRow[] = []
  const ports = new Map<string, { y: number; top: number; bottom: number }>()
  let y = headerHeight
  let x = padding
  for (const row of still) {
    const text = shortened(row.text)
    const length = measure(text, false)
    if (x > padding && (!isFlowing || x + length > width - padding)) {
      x = padding
      y += rowHeight
    }
    rows.push({ row, x, y: y + rowHeight / 2, isAtEnd: false, text })
    x += length + 14
  }
  if (still.length > 0) y += rowHeight + (exits.length > 0 ? gapOfGroups : 0)
  exits.forEach((exit, place) => {
    const top = y
    const isAtEnd = !isLeft(exit)
    for (const row of exit.rows) {
      rows.push({
        row,
        x: isAtEnd ? width - padding : padding,
        y: y + rowHeight / 2,
        isAtEnd,
        text: shortened(row.text),
        target: exit.target,
      })
      y += rowHeight
    }
    ports.set(exit.target, { y: (top + y) / 2, top: top + 2, bottom: y - 2 })
    if (place < exits.length - 1) y += gapOfGroups
  })
  const innerTop = y + (isFlowing ? 4 : 0)
  const bottom = innerTop + (inside?.height ?? (all.length > 0 ? 5 : 0))
  return { width, height: Math.max(headerHeight, bottom), rows, ports, innerTop }
}

/** The same box, as wide as its column. */
export function widened(box: Box, width: number): Box {
  const by = width - box.width
  if (by <= 0) return box
  return { ...box, width, rows: box.rows.map((row) => (row.isAtEnd ? { ...row, x: row.x + by } : row)) }
}

/** A text as it fits in a box. */
export function shortened(text: string): string {
  return text.length > longest ? `${text.slice(0, longest - 1)}…` : text
}

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { linksOf } from '../../../../src/graph/structure.ts'
import { type Layout, layoutOf } from '../../../../src/inspector/page/dag/layout.ts'
import { gridOf } from '../../../../src/inspector/page/dag/grid.ts'
import { anyTasks, type MadeTask, madeTasks, numbersFrom } from './made-dags.ts'

const widthOf = (index: number): number => 100 + (index % 7) * 20

function laidOut(tasks: readonly MadeTask[]): Layout {
  const widths = tasks.map((_, index) => widthOf(index))
  return layoutOf(linksOf(tasks), { widths, height: 28, gapX: 40, gapY: 8 })
}

/** Pairs of boxes of which one covers a part of the other. */
function overlapping({ x, y, widths, boxHeight }: Layout): string[] {
  const order = Array.from(x.keys()).sort((a, b) => x[a]! - x[b]!)
  const found: string[] = []
  for (const [place, box] of order.entries()) {
    for (let next = place + 1; next < order.length; next++) {
      const other = order[next]!
      if (x[other]! >= x[box]! + widths[box]!) break
      if (Math.abs(y[other]! - y[box]!) < boxHeight) found.push(`${box} and ${other}`)
    }
  }
  return found
}

describe('the layout of a dag', () => {
  it('puts no box over another one, and each to the right of all that it needs, whatever the dag', () => {
    fc.assert(
      fc.property(anyTasks(), (tasks) => {
        const layout = laidOut(tasks)
        expect(overlapping(layout)).toEqual([])
        for (const { from, to, via } of layout.edges) {
          const stops = [layout.x[from]! + layout.widths[from]!]
          for (const spot of via) stops.push(spot.x, spot.x + spot.width)
          stops.push(layout.x[to]!)
          // Each piece of an edge leads to the right: none turns back.
          expect(stops).toEqual(stops.toSorted((a, b) => a - b))
        }
        const edges = tasks.reduce((sum, { needs }) => sum + needs.length, 0)
        expect(layout.edges).toHaveLength(edges)
      }),
    )
  })

  it('keeps all boxes within its size, and gives each the room that it needs', () => {
    fc.assert(
      fc.property(anyTasks(), (tasks) => {
        const { x, y, widths, width, height, boxHeight } = laidOut(tasks)
        for (let box = 0; box < tasks.length; box++) {
          expect(x[box]).toBeGreaterThanOrEqual(0)
          expect(y[box]).toBeGreaterThanOrEqual(0)
          expect(x[box]! + widths[box]!).toBeLessThanOrEqual(width)
          expect(y[box]! + boxHeight).toBeLessThanOrEqual(height)
          expect(widths[box]).toBeGreaterThanOrEqual(widthOf(box))
        }
      }),
    )
  })

  it('is the same each time', () => {
    fc.assert(
      fc.property(anyTasks(), (tasks) => {
        expect(laidOut(tasks)).toEqual(laidOut(tasks))
      }),
      { numRuns: 30 },
    )
  })

  it('leads a lone chain along a straight line', () => {
    const { y, edges } = laidOut(madeTasks(5, (index) => (index === 0 ? [] : [index - 1])))
    expect(new Set(y)).toEqual(new Set([0]))
    expect(edges.every(({ via }) => via.length === 0)).toBe(true)
  })

  it('has no crossing where none is needed', () => {
    // Three chains from one start, told in an order that crosses them.
    const tasks = [
      { id: 'start', needs: [] },
      { id: 'a1', needs: ['start'] },
      { id: 'b1', needs: ['start'] },
      { id: 'c1', needs: ['start'] },
      { id: 'c2', needs: ['c1'] },
      { id: 'a2', needs: ['a1'] },
      { id: 'b2', needs: ['b1'] },
      { id: 'b3', needs: ['b2'] },
      { id: 'c3', needs: ['c2'] },
      { id: 'a3', needs: ['a2'] },
    ]
    const { y } = laidOut(tasks)
    const at = (id: string): number => y[tasks.findIndex((task) => task.id === id)]!
    for (const depth of [1, 2, 3]) {
      expect(at(`a${depth}`)).toBeLessThan(at(`b${depth}`))
      expect(at(`b${depth}`)).toBeLessThan(at(`c${depth}`))
    }
    expect(at('start')).toBe(at('b2'))
  })

  it('keeps parts that do not hang together apart', () => {
    // Two chains whose tasks are told by turns, and a task alone.
    const { y } = laidOut(madeTasks(9, (index) => (index < 2 || index === 8 ? [] : [index - 2])))
    const [even, odd] = [
      [0, 2, 4, 6],
      [1, 3, 5, 7],
    ].map((part) => part.map((task) => y[task]!))
    expect(Math.max(...even!)).toBeLessThan(Math.min(...odd!))
    expect(Math.max(...odd!)).toBeLessThan(y[8]!)
  })

  it('puts what only a late task needs near that task', () => {
    const tasks = [...madeTasks(5, (index) => (index === 0 ? [] : [index - 1])), { id: 'late', needs: [] }]
    const { x, edges } = laidOut([...tasks, { id: 'end', needs: ['t4', 'late'] }])
    expect(x[5]).toBe(x[4])
    expect(edges.find(({ from }) => from === 5)!.via).toEqual([])
  })

  it('is not much higher than wide where many tasks are at one depth', () => {
    const number = numbersFrom(3)
    const tasks = madeTasks(2_000, (index) => (index < 500 ? [] : [index - 1 - number(500)]))
    const layout = laidOut(tasks)
    expect(layout.height / layout.width).toBeLessThan(1.6)
    expect(overlapping(layout)).toEqual([])
  })

  it('takes a chain of ten thousand, all of which need the first', () => {
    const tasks = madeTasks(10_000, (index) => (index < 2 ? (index === 0 ? [] : [0]) : [index - 1, 0]))
    const layout = laidOut(tasks)
    expect(layout.x[9_999]).toBeGreaterThan(layout.x[9_998]!)
    expect(overlapping(layout)).toEqual([])
  })

  it('takes tasks of which each needs all before it', () => {
    const layout = laidOut(madeTasks(80, (index) => Array.from({ length: index }, (_, need) => need)))
    expect(overlapping(layout)).toEqual([])
  })

  it('finds what is within an area, and at a place, as a look at every box does', () => {
    const area = fc.record({ x: fc.nat(4_000), y: fc.nat(1_500), width: fc.nat(900), height: fc.nat(900) })
    fc.assert(
      fc.property(anyTasks(), area, (tasks, { x: left, y: top, width, height }) => {
        const layout = laidOut(tasks)
        const grid = gridOf(layout)
        const { x, y, widths, boxHeight } = layout
        const touches = (box: number, right: number, bottom: number): boolean =>
          x[box]! <= right &&
          x[box]! + widths[box]! >= left &&
          y[box]! <= bottom &&
          y[box]! + boxHeight >= top
        const all = Array.from(x.keys())
        expect(grid.within(left, top, left + width, top + height)).toEqual(
          all.filter((box) => touches(box, left + width, top + height)),
        )
        expect(grid.at(left, top)).toBe(all.find((box) => touches(box, left, top)))
        for (const box of all) {
          expect(grid.at(x[box]! + widths[box]! - 1, y[box]! + boxHeight - 1)).toBe(box)
        }
      }),
    )
  })
})

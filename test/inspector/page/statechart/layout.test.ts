import { describe, expect, it } from 'vitest'
import { dagMachine } from '../../../../machines/dag.ts'
import { runtimeMachine } from '../../../../machines/runtime.ts'
import { taskMachine } from '../../../../machines/task.ts'
import { machineModel } from '../../../../src/inspector/machine-model.ts'
import { withAncestors } from '../../../../src/inspector/page/statechart/chart.ts'
import {
  type ChartLayout,
  layoutOf,
  type PlacedState,
} from '../../../../src/inspector/page/statechart/layout.ts'
import type { StateModel } from '../../../../src/inspector/protocol.ts'
import { law } from '../../../../src/testing/law/law.ts'
import { anyModel } from './any-model.ts'

const measure = (text: string, isTitle: boolean): number => text.length * (isTitle ? 7 : 6)
const laidOut = (model: StateModel, isStacked: boolean): ChartLayout =>
  layoutOf(model, { measure, isStacked })

/** What is wrong with a layout, in words. */
function faultsOf({ states, edges, chart, width, height }: ChartLayout): readonly string[] {
  const faults: string[] = []
  const placed = new Map(states.map((one) => [one.state.model.id, one]))
  for (const one of states) {
    const { id } = one.state.model
    const around = one.state.parent === undefined ? undefined : placed.get(one.state.parent.model.id)!
    if (around !== undefined && !isInside(one, around)) faults.push(`${id} is not inside of its parent`)
    for (const other of states) {
      if (other === one || other.state.parent !== one.state.parent) continue
      if (doOverlap(one, other)) faults.push(`${id} overlaps ${other.state.model.id}`)
    }
    const lines = one.rows.map(({ x, y, isAtEnd, text }) => ({
      x: isAtEnd ? x - measure(text, false) : x,
      y: y - 7,
      width: measure(text, false),
      height: 14,
    }))
    lines.forEach((line, place) => {
      if (line.x < 0 || line.x + line.width > one.width || line.y + line.height > one.height) {
        faults.push(`a line of ${id} stands out of its box`)
      }
      if (lines.slice(place + 1).some((other) => doOverlap(line, other)))
        faults.push(`lines of ${id} overlap`)
    })
  }
  for (const { source, target, points } of edges) {
    const name = `${source} → ${target}`
    const first = points[0]!
    const last = points.at(-1)!
    if (!isOnSide(first, placed.get(source)!)) faults.push(`${name} does not begin at its source`)
    if (!isOnSide(last, placed.get(target)!)) faults.push(`${name} does not end at its target`)
    const ends = new Set([
      ...withAncestors(chart.states.get(source)),
      ...withAncestors(chart.states.get(target)),
    ])
    points.slice(1).forEach((to, place) => {
      const from = points[place]!
      if (from.x !== to.x && Math.abs(from.y - to.y) > 0.5) faults.push(`${name} is aslant`)
      for (const other of states) {
        if (ends.has(other.state.model.id) || !doesCross(from, to, other)) continue
        faults.push(`${name} goes through ${other.state.model.id}`)
      }
    })
    for (const { x, y } of points) {
      if (x < 0 || y < 0 || x > width || y > height) faults.push(`${name} leaves the picture`)
    }
  }
  return faults
}

interface Rect {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

function isInside(inner: Rect, outer: Rect): boolean {
  return (
    inner.x > outer.x &&
    inner.y > outer.y &&
    inner.x + inner.width < outer.x + outer.width &&
    inner.y + inner.height < outer.y + outer.height
  )
}

function doOverlap(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

function isOnSide({ x, y }: { readonly x: number; readonly y: number }, box: PlacedState): boolean {
  const isAtX = Math.abs(x - box.x) < 0.5 || Math.abs(x - box.x - box.width) < 0.5
  return isAtX && y > box.y && y < box.y + box.height
}

function doesCross(
  from: { readonly x: number; readonly y: number },
  to: { readonly x: number; readonly y: number },
  { x, y, width, height }: Rect,
): boolean {
  return (
    Math.max(from.x, to.x) > x + 0.5 &&
    Math.min(from.x, to.x) < x + width - 0.5 &&
    Math.max(from.y, to.y) > y + 0.5 &&
    Math.min(from.y, to.y) < y + height - 0.5
  )
}

describe('the layout of a statechart', () => {
  law('keeps boxes, lines of text and edges apart, whatever the machine', anyModel, (model) => [
    ...faultsOf(laidOut(model, false)),
    ...faultsOf(laidOut(model, true)),
  ])

  it.each([
    ['the task', taskMachine],
    ['the dag', dagMachine],
    ['the runtime', runtimeMachine],
  ] as const)('has an edge for every two states of %s that transitions lead between', (_name, machine) => {
    const layout = laidOut(machineModel(machine), false)
    expect(faultsOf(layout)).toEqual([])
    const edges = layout.edges.map(({ source, target }) => `${source} → ${target}`)
    const led = layout.chart.root.model.states.flatMap(({ id, transitions }) =>
      transitions.flatMap(({ targets }) =>
        targets.filter((target) => target !== id).map((target) => `${id} → ${target}`),
      ),
    )
    expect(new Set(edges)).toEqual(new Set(led))
    expect(edges.length).toBe(new Set(edges).size)
  })

  it('begins with the initial state, and ends with the final ones', () => {
    const { states } = laidOut(machineModel(taskMachine), false)
    const xOf = (key: string): number => states.find(({ state }) => state.model.key === key)!.x
    const others = states.slice(1).map(({ state }) => xOf(state.model.key))
    expect(xOf('dispatched')).toBe(Math.min(...others))
    for (const final of ['completed', 'failed', 'killed']) expect(xOf(final)).toBe(Math.max(...others))
  })

  it('is as wide as one state where they stand below each other', () => {
    const { width, states } = laidOut(machineModel(taskMachine), true)
    const [, first, ...rest] = states
    expect(rest.every(({ x }) => x === first!.x)).toBe(true)
    expect(width).toBeLessThan(420)
  })
})

import type { ContenderName } from '../contenders/registry.ts'
import { figureOf, type Findings, ratioOf } from '../findings.ts'
import { type Shape, shapes } from '../graphs.ts'
import type { From, Setting } from '../sections/times.ts'
import { short, textTable, times } from './text-table.ts'

export interface Goal {
  readonly goal: string
  /** By what it was measured on. Each has to meet the goal. */
  readonly measured: readonly { readonly on: string; readonly value: number; readonly shown: string }[]
  readonly most: number
  /** What is shown and not judged. */
  readonly also?: string
}

const withEdges = ['chain', 'layered', 'diamond'] as const

/** The goals that the design has set, each with what was measured for it. */
export function goalsOf(findings: Findings): readonly Goal[] {
  const ten = 10_000
  const together = (other: ContenderName, on: readonly Shape[] = shapes) => ({
    measured: ratios(findings, 'peers', ten, 'dagmar', other, on),
    ...also(ratios(findings, 'peers', ten, 'dagmar', other, on, 'edges')),
  })
  const slow = (other: ContenderName) => ({
    measured: ratios(findings, 'alone', 1_000, 'dagmar', other, shapes),
  })
  return [
    { goal: 'bare promises, 10,000 tasks', most: 20, ...timesBare(findings, withEdges) },
    { goal: 'bare promises, 10,000 wide', most: 35, ...timesBare(findings, ['wide']) },
    { goal: 'beyond: bare promises, 10,000 tasks', most: 12, ...timesBare(findings, shapes) },
    // Not of the design: what its shape, an actor for each task, leaves to be won.
    { goal: 'XState actors and nothing else, 10,000 tasks', most: 2, ...together('actors') },
    { goal: 'p-graph, 10,000 tasks', most: 1, ...together('p-graph') },
    {
      goal: 'beyond: p-graph, 1,000, processes of their own',
      most: 1,
      measured: ratios(findings, 'alone', 1_000, 'dagmar', 'p-graph', shapes),
      ...also(ratios(findings, 'alone', 1_000, 'dagmar', 'p-graph', shapes, 'edges')),
    },
    { goal: 'effect, 10,000 tasks', most: 0.6, measured: together('effect').measured },
    { goal: 'LangGraph.js, 1,000 tasks', most: 0.02, ...slow('langgraph') },
    { goal: 'Mastra, 1,000 tasks', most: 0.02, ...slow('mastra') },
    { goal: 'a task of 100,000, over one of 10,000', most: 2, measured: linearity(findings) },
    {
      goal: 'one subscriber, 10,000 tasks',
      most: 1.15,
      measured: ratios(findings, 'subscribers', ten, 'dagmar-1-subscriber', 'dagmar', shapes),
    },
    ...plainGoals(findings),
  ]
}

function plainGoals({ latency, heap, growth }: Findings): Goal[] {
  const chain = latency.find(({ contender }) => contender === 'dagmar')
  const own = heap.find(({ contender }) => contender === 'dagmar')
  const one = (value: number | undefined, unit: string) =>
    value === undefined ? [] : [{ on: '', value, shown: `${short(value)} ${unit}` }]
  const grown = growth.map(({ perTask }) => ({
    on: '',
    value: perTask,
    shown: `${perTask.toFixed(2)} B a task`,
  }))
  return [
    { goal: 'hand-over p50, µs', most: 10, measured: one(chain?.p50, 'µs') },
    { goal: 'hand-over p99, µs', most: 50, measured: one(chain?.p99, 'µs') },
    { goal: 'a live task, bytes', most: 3_000, measured: one(own?.live, 'B') },
    { goal: 'a settled task, handle dropped, bytes', most: 100, measured: one(own?.dropped, 'B') },
    // A memory that is never given back would be tens of bytes; below one is what the collector leaves.
    { goal: 'growth over 20 runs, bytes a task and run', most: 1, measured: grown },
  ]
}

/** Those that something was measured for; nothing if there are none. */
export function goalsTable(findings: Findings): string {
  const judged = goalsOf(findings).filter(({ measured }) => measured.length > 0)
  const rows = judged.map(({ goal, most, measured, also: aside }) => [
    goal,
    `≤ ${most.toLocaleString('en')}`,
    `${measured.map(({ on, shown }) => `${on} ${shown}`.trim()).join(' ')}${aside === undefined ? '' : ` (${aside})`}`,
    measured.every(({ value }) => value <= most) ? 'met' : 'missed',
  ])
  return rows.length === 0 ? '' : textTable(['goal', 'limit', 'measured', ''], rows)
}

function timesBare(findings: Findings, on: readonly Shape[]): Pick<Goal, 'measured' | 'also'> {
  const measured = (from: From) =>
    on.flatMap((shape) => {
      const figure = figureOf(findings, { setting: 'peers', shape, size: 10_000 }, 'dagmar', from)
      return figure === undefined ? [] : [ratio(shape, figure.timesBare)]
    })
  return { measured: measured('graph'), ...also(measured('edges')) }
}

function ratios(
  findings: Findings,
  setting: Setting,
  size: number,
  one: ContenderName,
  other: ContenderName,
  on: readonly Shape[],
  from: From = 'graph',
): Goal['measured'] {
  return on.flatMap((shape) => {
    const value = ratioOf(findings, { setting, shape, size }, one, other, from)
    return value === undefined ? [] : [ratio(shape, value)]
  })
}

function linearity(findings: Findings): Goal['measured'] {
  return shapes.flatMap((shape) => {
    const [many, few] = [100_000, 10_000].map(
      (size) => figureOf(findings, { setting: 'alone', shape, size }, 'dagmar')?.cpuUs,
    )
    return many === undefined || few === undefined ? [] : [ratio(shape, many / few)]
  })
}

function ratio(on: Shape, value: number): Goal['measured'][number] {
  return { on, value, shown: times(value) }
}

/** What was measured from the edge list on: shown beside, and not judged. */
function also(measured: Goal['measured']): Pick<Goal, 'also'> {
  if (measured.length === 0) return {}
  const [least, most] = [Math.min, Math.max].map((end) => times(end(...measured.map(({ value }) => value))))
  return { also: `edge list ${least === most ? least : `${least} to ${most}`}` }
}

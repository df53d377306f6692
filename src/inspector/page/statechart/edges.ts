import type { Chart, ChartExit, ChartState } from './chart.ts'
import { apart, type Columns, pathTo } from './layers.ts'

/** One edge, and the two siblings that it leads between. */
export interface Edge {
  readonly source: ChartState
  readonly exit: ChartExit
  readonly target: ChartState
  readonly from: ChartState
  readonly to: ChartState
  readonly leaves: Side
  readonly enters: Side
}

export type Side = 'left' | 'right'

/** What leads from one state to another, in the order of the states. */
export function edgesOf(chart: Chart, columns: Columns): readonly Edge[] {
  const edges: Edge[] = []
  for (const source of chart.states.values()) {
    for (const exit of source.exits) {
      const target = chart.states.get(exit.target)!
      const [from, to] = apart(source, target)
      if (from === undefined || to === undefined) continue
      const way = Math.sign(columns.get(to.model.id)! - columns.get(from.model.id)!)
      edges.push({
        source,
        exit,
        target,
        from,
        to,
        leaves: way < 0 ? 'left' : 'right',
        enters: way > 0 ? 'left' : 'right',
      })
    }
  }
  return edges
}

/** What an edge's line is called in the states that it leaves, or comes into. */
export function lineKey(target: ChartState, side: Side, way: 'in' | 'out'): string {
  return `${way} ${side} ${target.model.id}`
}

/** The part of an edge that lies directly in a state: between two of its children, or a child and its border. */
export function lineIn(
  parent: ChartState,
  { source, target, from, to, leaves, enters }: Edge,
):
  | {
      readonly from: ChartState | undefined
      readonly fromKey: string
      readonly goal: ChartState | undefined
      readonly goalKey: string
      readonly isForward: boolean
    }
  | undefined {
  const fromKey = lineKey(target, enters, 'in')
  if (from.parent === parent) {
    return { from, fromKey, goal: to, goalKey: fromKey, isForward: enters === 'left' }
  }
  const sources = pathTo(source)
  const place = sources.indexOf(parent)
  if (place !== -1 && place < sources.length - 1) {
    return place < sources.indexOf(from)
      ? undefined
      : {
          from: sources[place + 1],
          fromKey,
          goal: undefined,
          goalKey: lineKey(target, leaves, 'out'),
          isForward: leaves === 'right',
        }
  }
  const targets = pathTo(target)
  const within = targets.indexOf(parent)
  if (within === -1 || within === targets.length - 1 || within < targets.indexOf(to)) return undefined
  return {
    from: undefined,
    fromKey,
    goal: targets[within + 1],
    goalKey: fromKey,
    isForward: enters === 'left',
  }
}

import { addTo } from '../state/grouped.ts'
import type { Chart, ChartState } from './chart.ts'

/** In which column each state stands among those beside it; 0 is where their parent begins. */
export type Columns = ReadonlyMap<string, number>

/**
 * Columns by how many transitions it takes to get there from the initial state; final states come last. With
 * `isStacked` all states stand below each other.
 */
export function columnsOf({ states }: Chart, isStacked: boolean): Columns {
  const columns = new Map<string, number>()
  const leadsTo = neighbours(states)
  for (const { model, children } of states.values()) {
    if (isStacked || model.type === 'parallel') {
      for (const child of children) columns.set(child.model.id, 0)
    } else place(model.initial, children, leadsTo, columns)
  }
  return columns
}

/** For each state, which of its siblings transitions from it, or from a state in it, lead to. */
function neighbours(states: Chart['states']): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const state of states.values()) {
    for (const { target } of state.exits) {
      const [from, to] = apart(state, states.get(target)!)
      if (from === undefined || to === undefined) continue
      addTo(found, from.model.id, to.model.id)
    }
  }
  return found
}

/** The two siblings that hold the one and the other state. */
export function apart(
  from: ChartState,
  to: ChartState,
): readonly [from: ChartState | undefined, to: ChartState | undefined] {
  const above = pathTo(from)
  const aboveOther = pathTo(to)
  let depth = 0
  while (depth < above.length && above[depth] === aboveOther[depth]) depth++
  return [above[depth], aboveOther[depth]]
}

/** The state and all around it, from the outside in. */
export function pathTo(state: ChartState): readonly ChartState[] {
  return state.parent === undefined ? [state] : [...pathTo(state.parent), state]
}

function place(
  initial: string | undefined,
  children: readonly ChartState[],
  leadsTo: ReadonlyMap<string, readonly string[]>,
  columns: Map<string, number>,
): void {
  const isHere = new Set(children.map(({ model }) => model.id))
  const isFinal = new Set(children.filter(({ model }) => model.type === 'final').map(({ model }) => model.id))
  let last = 0
  // States that nothing leads to begin a walk of their own.
  const starts = [...(initial === undefined ? [] : [initial]), ...isHere]
  for (const start of starts) {
    if (columns.has(start) || !isHere.has(start) || isFinal.has(start)) continue
    columns.set(start, 0)
    const queue = [start]
    for (const id of queue) {
      const column = columns.get(id)!
      last = Math.max(last, column)
      for (const next of leadsTo.get(id) ?? []) {
        if (columns.has(next) || isFinal.has(next) || !isHere.has(next)) continue
        columns.set(next, column + 1)
        queue.push(next)
      }
    }
  }
  const isAlone = isFinal.size === children.length
  for (const id of isFinal) columns.set(id, isAlone ? 0 : last + 1)
}

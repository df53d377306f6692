import { showMs } from '../../../time/show-ms.ts'
import type { StateModel, TransitionModel } from '../../protocol.ts'
import { addTo } from '../state/grouped.ts'

/** A line of text in a state's box: what happens on an event. */
export interface ChartRow {
  readonly text: string
  /** The type of the event, as machine and snapshots call it. */
  readonly event: string
  /** What the line leaves out: guards and actions of each transition. */
  readonly details: string
}

/** The transitions of a state that lead to another one. They are drawn as one edge. */
export interface ChartExit {
  readonly target: string
  readonly rows: readonly ChartRow[]
}

/** A state as it is drawn. */
export interface ChartState {
  readonly model: StateModel
  readonly parent: ChartState | undefined
  readonly children: readonly ChartState[]
  /** One for each state that it leads to. */
  readonly exits: readonly ChartExit[]
  /** What changes no state, or leads to where no edge can go: to a state around this one, or in it, or to several. */
  readonly inner: readonly ChartRow[]
}

/** A machine as it is drawn. */
export interface Chart {
  readonly root: ChartState
  /** All states by id, each before those that are in it. */
  readonly states: ReadonlyMap<string, ChartState>
}

export function chartOf(root: StateModel): Chart {
  const states = new Map<string, ChartState>()
  const models = new Map<string, StateModel>()
  const collect = (model: StateModel): void => {
    models.set(model.id, model)
    model.states.forEach(collect)
  }
  collect(root)
  const build = (model: StateModel, parent: ChartState | undefined): ChartState => {
    const children: ChartState[] = []
    const state = { model, parent, children, ...rowsOf(model, models) }
    states.set(model.id, state)
    children.push(...model.states.map((child) => build(child, state)))
    return state
  }
  return { root: build(root, undefined), states }
}

/** What an event is called in the chart: `after 5 s`, `always`, and `done.actor.x` without XState's own prefix. */
export function eventWords({ event, after }: Pick<TransitionModel, 'event' | 'after'>): string {
  if (after !== undefined) return `after ${/^\d+$/.test(after) ? showMs(Number(after)) : after}`
  return event === '' ? 'always' : event.replace(/^xstate\./, '')
}

/** The ids of a state and of all states around it, from the inside out. */
export function withAncestors(state: ChartState | undefined): readonly string[] {
  const ids: string[] = []
  for (let one = state; one !== undefined; one = one.parent) ids.push(one.model.id)
  return ids
}

function rowsOf(
  model: StateModel,
  models: ReadonlyMap<string, StateModel>,
): { readonly exits: readonly ChartExit[]; readonly inner: readonly ChartRow[] } {
  const exits = new Map<string, TransitionModel[]>()
  const inner = new Map<string, TransitionModel[]>()
  for (const one of model.transitions) {
    const [target, ...others] = one.targets
    const isEdge =
      target !== undefined &&
      others.length === 0 &&
      target !== model.id &&
      models.has(target) &&
      !isWithin(target, model) &&
      !isWithin(model.id, models.get(target)!)
    const list = isEdge ? exits : inner
    const key = isEdge ? target : one.targets.join(' ')
    addTo(list, key, one)
  }
  const keyOf = (id: string): string => models.get(id)?.key ?? id
  return {
    exits: [...exits].map(([target, list]) => ({ target, rows: merged(list, keyOf) })),
    inner: [...inner].flatMap(([targets, list]) =>
      merged(list, keyOf).map((row) => ({
        ...row,
        text: `${row.text}${leads(model, list, targets, keyOf)}`,
      })),
    ),
  }
}

function isWithin(id: string, { states }: StateModel): boolean {
  return states.some((state) => state.id === id || isWithin(id, state))
}

/** Where transitions lead that are drawn without an edge. */
function leads(
  model: StateModel,
  list: readonly TransitionModel[],
  targets: string,
  keyOf: (id: string) => string,
): string {
  if (targets === '') return ''
  const { targets: ids } = list[0]!
  return ` → ${ids.map((id) => (id === model.id ? 'itself' : keyOf(id))).join(' + ')}`
}

/** The transitions on the same event make one line. */
function merged(list: readonly TransitionModel[], keyOf: (id: string) => string): readonly ChartRow[] {
  const byEvent = new Map<string, TransitionModel[]>()
  for (const one of list) {
    const key = `${one.event} ${one.after ?? ''}`
    addTo(byEvent, key, one)
  }
  return [...byEvent.values()].map((same) => {
    const words = eventWords(same[0]!)
    const guards = same.flatMap(({ guard }) => (guard === undefined ? [] : [`[${guard}]`]))
    return {
      text: [words, ...guards].join(' '),
      event: same[0]!.event,
      details: same.map((one) => detailsOf(one, keyOf)).join('\n'),
    }
  })
}

function detailsOf(one: TransitionModel, keyOf: (id: string) => string): string {
  const { guard, actions = [], targets, reenter } = one
  const parts = [eventWords(one)]
  if (guard !== undefined) parts.push(`[${guard}]`)
  if (targets.length > 0) parts.push(`→ ${targets.map(keyOf).join(' + ')}`)
  if (reenter === true) parts.push('(enters it anew)')
  if (actions.length > 0) parts.push(`/ ${actions.join(', ')}`)
  return parts.join(' ')
}

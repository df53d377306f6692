import { computed, effect, signal } from '../state/signals.ts'
import { longestChain } from '../state/longest-chain.ts'
import type { History } from '../state/history.ts'
import { hourMs } from '../../../time/even-step.ts'
import { addressOf, agentIds, laneRows } from '../agents/lanes.ts'
import {
  agents,
  history,
  isFollowing,
  isNamed,
  isOfNoRun,
  isShown,
  listedAt,
  moment,
  now,
  runId,
  select,
  selectAgent,
  selectedAgent,
  selectedTask,
  told,
  view,
} from '../state/shown.ts'
import type { Use } from './paint-head.ts'
import { orderedRows, type RowOrder } from './row-order.ts'
import { TimelineModel } from './timeline-model.ts'
import type { Span, TimelineRow } from './timeline-row.ts'
import { fitted, panned, revealing, type TimeWindow, zoomed } from './time-window.ts'

export const order = signal<RowOrder>('start')
export const showsChain = signal(false)
/** The stretch that somebody has chosen; undefined: all of the run, as it grows. */
export const chosenWindow = signal<TimeWindow | undefined>(undefined)

// What was chosen in one run is no time of another one.
effect(() => {
  void runId.value
  chosenWindow.value = undefined
})

interface Kept {
  readonly model: TimelineModel
  /** How many facts are in it. */
  count: number
}

const models = new WeakMap<History, Kept>()

/** The timeline of the run that is looked at, with all that has been told. The object changes with each fact. */
export function timeline(): TimelineModel {
  void told.value
  const known = history.value
  let kept = models.get(known)
  if (kept === undefined) {
    kept = { model: new TimelineModel(), count: 0 }
    models.set(known, kept)
  }
  while (kept.count < known.facts.length) kept.model.apply(known.facts[kept.count++]!)
  return kept.model
}

/** Whether the rows are what agents did, and not what became of tasks. */
export const isOfAgents = computed(() => view.value === 'agents')

/** The rows that search and filter leave, from top to bottom. */
export const rows = computed((): readonly TimelineRow[] => {
  const model = timeline()
  if (isOfAgents.value) {
    const ids = agentIds(model, agents()).filter(isNamed)
    return laneRows(model, agents(), runId.value, ids)
  }
  const { tasks } = moment.value
  // Before or after another plan there may be no such task.
  return orderedRows(model, order.value).filter(
    ({ id }) => tasks.has(id) && isShown(id, tasks.get(id)!.status),
  )
})

/** The chain of tasks that took longest, if it is to be seen. */
export function chain(): readonly string[] {
  return showsChain.value && !isOfAgents.value ? longestChain.value.ids : []
}

/** The time up to which something is known. */
export function knownUntil(): number {
  const model = timeline()
  if (isOfNoRun.value) return listedAt.value
  return model.isSettled ? model.to : Math.max(model.to, now())
}

/** From the start of the run to what is known last. */
export function extent(): TimeWindow {
  const from = timeline().from || agents().from
  return { from, to: Math.max(from + 1, knownUntil()) }
}

export function shownWindow(): TimeWindow {
  const { from, to } = extent()
  // Agents may have worked for days.
  return chosenWindow.value ?? fitted({ from: isOfNoRun.value ? Math.max(from, to - hourMs) : from, to })
}

/** The instant that is looked at, if that is not now. */
export function lookedAt(): number | undefined {
  return isFollowing.value ? undefined : moment.value.at
}

/** What is in use over time: slots first, then each pool. */
export function usesOf(model: TimelineModel): readonly Use[] {
  if (isOfAgents.value) return []
  const slots: Use = { name: 'slots', series: model.slots, limit: model.limits?.concurrency ?? null }
  const pools = Array.from(model.pools, ([name, series]): Use => {
    return { name, series, limit: model.limits?.pools[name] ?? null }
  })
  return [slots, ...pools]
}

/** How far the rows are scrolled, and how large their window and the chart in it are: CSS pixels. */
export const scrolled = signal(0)
export const bodyHeight = signal(0)
export const chartWidth = signal(0)

/** Whether all rows are as low as it takes to see them at once. */
export const showsAll = signal(false)

const readable = 24
const lowest = 0.5

/** The height of a row, in CSS pixels. */
export const rowHeight = computed((): number => {
  if (!showsAll.value || isOfAgents.value) return readable
  return Math.max(lowest, Math.min(readable, bodyHeight.value / Math.max(1, rows.value.length)))
})

/** Moves the window so that something of a task is to be seen in it. */
export function revealInTime(taskId: string): void {
  const spans = timeline().row(taskId)?.spans ?? []
  const window = chosenWindow.value
  const [first, last] = [spans[0], spans.at(-1)]
  if (window === undefined || first === undefined || last === undefined) return
  if (first.from <= window.to && last.to >= window.from) return
  chosenWindow.value = revealing(window, first.from > window.to ? first.from : last.from, extent())
}

/** What the pointer is over. */
export interface Pointed {
  /** In the chart, from its top left corner. */
  readonly x: number
  readonly y: number
  readonly instant: number
  /** Undefined over the axis, and below the last row. */
  readonly row: TimelineRow | undefined
}

export const pointed = signal<Pointed | undefined>(undefined)

export function zoomBy(factor: number, around?: number): void {
  const window = shownWindow()
  const middle = around ?? (window.from + window.to) / 2
  chosenWindow.value = unlessWhole(zoomed(window, factor, middle, extent()))
}

/** Moves the window by a part of its length. */
export function panBy(part: number): void {
  const window = shownWindow()
  chosenWindow.value = unlessWhole(panned(window, part * (window.to - window.from), extent()))
}

/** A window that shows all goes on to show all. */
function unlessWhole(window: TimeWindow): TimeWindow | undefined {
  const whole = fitted(extent())
  return window.from <= whole.from && window.to >= whole.to ? undefined : window
}

/** The id of the rows that stand out. */
export function selectedId(): string | undefined {
  return isOfAgents.value ? selectedAgent.value : selectedTask.value
}

/** Selects what is under the pointer: a task, or of a row of an agent the task at that instant, else the agent. */
export function choose({ row, instant }: Pick<Pointed, 'row' | 'instant'>): void {
  if (!isOfAgents.value || row === undefined) {
    select(row?.id)
    return
  }
  const { attempt } = spanAt(row, instant) ?? {}
  if (attempt?.taskId === undefined) selectAgent(row.id)
  else if (attempt.runId === undefined) select(attempt.taskId)
  else location.hash = addressOf(attempt.runId, attempt.taskId)
}

/** What a row shows at an instant. */
export function spanAt({ spans }: TimelineRow, instant: number): Span | undefined {
  return spans.find(({ from, to }) => from <= instant && instant <= to)
}

import { computed, effect, signal } from './signals.ts'
import type { ActorName, LogId } from '../../protocol.ts'
import type { AgentsHistory } from './agents-history.ts'
import { LogModel } from './log-model.ts'

/** How the page gets what it shows. */
export type Link =
  /** Nothing has been read yet. */
  | { readonly state: 'loading' }
  /** There is a server, and all that it tells is shown at once. */
  | { readonly state: 'live' }
  /** The server is gone. What is known stays; `since` is when it was lost, by the clock of this machine. */
  | { readonly state: 'reconnecting'; readonly since: number }
  /** There is a server again, but another one: what is shown is from the one before. */
  | { readonly state: 'restarted' }
  /** The page was saved, or shows a run that was. */
  | { readonly state: 'saved' }
  /** There is nothing to show, and why. */
  | { readonly state: 'refused'; readonly message: string; readonly hint: string }

/** `agents` is there where there are some. */
export const views = ['dag', 'timeline', 'statechart', 'events', 'facts', 'agents'] as const
/** `runs` is the list of all runs. */
export type View = (typeof views)[number] | 'runs'

export const link = signal<Link>({ state: 'loading' })
/** True where the server takes commands. */
export const control = signal(false)

/** What each log has told. The objects change; `told` says that they did. */
export const logs = new Map<LogId, LogModel>()
/** Counts the times at which something new was shown. Whatever reads a log reads this first. */
export const told = signal(0)

/** The run that is looked at; `''` for the agents alone, whatever run they work for. */
export const runId = signal<LogId | undefined>(undefined)
export const view = signal<View>('dag')
export const selectedTask = signal<string | undefined>(undefined)
export const selectedAgent = signal<string | undefined>(undefined)
/** The actor whose statechart is shown; without one that of the selected task, else of the run. */
export const selectedActor = signal<ActorName | undefined>(undefined)
/** The instant that is looked at, as the `seq` of the last fact before it. Undefined: now, as it goes on. */
export const pinnedSeq = signal<number | undefined>(undefined)
export const search = signal('')
/** The statuses that are shown; empty: all. */
export const statusFilter = signal<ReadonlySet<string>>(new Set())
/** The runtime's clock less this machine's, in milliseconds. */
export const clockOffset = signal(0)

const none = new LogModel()

/** The log of the run that is looked at. Changes with every batch. */
export const log = computed((): LogModel => {
  void told.value
  const id = runId.value
  return (id === undefined ? undefined : logs.get(id)) ?? none
})

/** What is known of the run. */
export const history = computed(() => {
  void told.value
  return log.value.history
})

/** What is known of the agents. The object changes with each batch. */
export function agents(): AgentsHistory {
  void told.value
  return (logs.get('.agents') ?? none).agents
}

/** The runs that there are, the latest first. */
export const runs = computed(() => {
  void told.value
  return [...(logs.get('')?.runs.values() ?? [])].toReversed()
})

/** True while agents are shown, and no run. */
export const isOfNoRun = computed(() => runId.value === '')

/** True while the list of all runs is shown, and none of them. */
export const isListing = computed(() => view.value === 'runs' && runs.value.length > 0)

/** The run at the instant that is looked at. All views show this. */
export const moment = computed(() => {
  void told.value
  const pinned = pinnedSeq.value
  return pinned === undefined ? history.value.latest() : history.value.at(pinned)
})

/** True while the latest is shown as it comes. */
export const isFollowing = computed(() => pinnedSeq.value === undefined)

/** True where commands may be given: there is a server that takes them, and now is looked at. */
export const mayAct = computed(() => control.value && link.value.state === 'live' && isFollowing.value)

/** True once the run has settled, at the instant that is looked at. */
export const isSettled = computed(() => moment.value.settledAt !== undefined)

/** Whether the task is among those that search and filter leave. */
export function isShown(taskId: string, status: string): boolean {
  const filter = statusFilter.value
  if (filter.size > 0 && !filter.has(status)) return false
  return isNamed(taskId)
}

/** Whether the search leaves what is called so. */
export function isNamed(id: string): boolean {
  return id.toLowerCase().includes(search.value.trim().toLowerCase())
}

/** True while what is shown goes on by itself: the latest of a live run that has begun and is not settled. */
export const goesOn = computed(
  () => isFollowing.value && link.value.state === 'live' && moment.value.seq > 0 && !isSettled.value,
)

/** Counts while it goes on. */
const ticks = signal(0)

effect(() => {
  if (!goesOn.value && !isListing.value && view.value !== 'agents') return undefined
  const timer = setInterval(() => ticks.value++, 500)
  return () => clearInterval(timer)
})

/**
 * The instant that is looked at, by the runtime's clock, in epoch milliseconds. While the run goes on it is the same
 * for all that shows it, and comes twice a second.
 */
export const instant = computed((): number => {
  void ticks.value
  return goesOn.value ? now() : moment.value.at
})

/** Now, by the server's clock, twice a second. */
export const listedAt = computed((): number => {
  void ticks.value
  return Date.now() + clockOffset.value
})

/** The time by the runtime's clock, as it is right now; where nothing goes on, the instant that is looked at. */
export function now(): number {
  return goesOn.value ? Math.max(Date.now() + clockOffset.value, moment.value.at) : moment.value.at
}

/** Selects a task, or nothing. */
export function select(taskId: string | undefined): void {
  selectedTask.value = taskId
  selectedActor.value = undefined
}

/** Shows an agent, or all of them, among its like. */
export function selectAgent(agentId: string | undefined): void {
  select(undefined)
  selectedAgent.value = agentId
  view.value = 'agents'
}

/** Looks at the instant after a fact; undefined goes back to now. */
export function pin(seq: number | undefined): void {
  const { lastSeq } = history.value
  pinnedSeq.value = seq === undefined ? undefined : Math.max(1, Math.min(seq, lastSeq))
}

let isAsked = false
/** When the latest was last shown, and how long that took, in milliseconds. */
let shownAt = 0
let tookMs = 0

/**
 * Says that logs have changed: once before a next frame, however often it is called. Where much comes, most of the time
 * is left for reading it.
 */
export function tell(): void {
  if (isAsked) return
  isAsked = true
  const show = (): void => {
    if (!isAsked) return
    isAsked = false
    shownAt = performance.now()
    told.value++
    // What is drawn in the frame counts, too.
    setTimeout(() => {
      tookMs = performance.now() - shownAt
    })
  }
  setTimeout(
    () => {
      requestAnimationFrame(show)
      // A page in the background gets no frames.
      setTimeout(show, 100)
    },
    shownAt + Math.min(4 * tookMs, 1_000) - performance.now(),
  )
}

/** Opens the first run that there is, until somebody chooses another one. Of jobs it is the list. */
effect(() => {
  if (runId.value === '' && view.value !== 'agents') runId.value = undefined
  if (runId.value !== undefined || view.value === 'runs') return
  const [first, second] = runs.value
  if (second?.job !== undefined && view.value !== 'agents') view.value = 'runs'
  else if (first !== undefined) runId.value = first.runId
})

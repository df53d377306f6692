import { effect, signal } from '../state/signals.ts'
import { look } from '../state/connection.ts'
import { history, link, log, runId, selectedAgent, selectedTask, view } from '../state/shown.ts'
import type { LogModel } from '../state/log-model.ts'
import { shownActor } from './shown-actor.ts'

/** A stretch of a run in which the events between its actors were watched, by the `seq`s of facts. */
export interface Watched {
  readonly log: LogModel
  readonly from: number
  /** Absent as long as it goes on. */
  readonly to?: number
}

/** When events were watched. What happened in between is known from facts alone. */
export const watched = signal<readonly Watched[]>([])

let last = ''
let lookedIn: string | undefined

/** From now on asks the program for what this page shows of its actors, and for nothing while it shows none of it. */
export function lookAlong(): void {
  effect(askForWhatIsShown)
}

function askForWhatIsShown(): void {
  const agent = view.value === 'agents' && selectedTask.value === undefined ? selectedAgent.value : undefined
  const id = agent === undefined ? runId.value : '.agents'
  const isLive = link.value.state === 'live'
  const events = view.value === 'events' && isLive
  const own = agent === undefined ? undefined : `agent/${agent}`
  const actor = isLive ? (view.value === 'statechart' ? shownActor.value : own) : undefined
  const isNothing = !events && actor === undefined
  const next = id === undefined ? '' : JSON.stringify([id, events, actor])
  if (next === last || (last === '' && isNothing)) return
  last = next
  if (lookedIn !== undefined && lookedIn !== id) look(lookedIn, false)
  lookedIn = id
  note(events)
  if (id !== undefined) look(id, events, actor)
}

function note(isWatching: boolean): void {
  const known = watched.peek()
  const open = known.find(({ to }) => to === undefined)
  const { lastSeq } = history.peek()
  if (open !== undefined) {
    watched.value = [...known.filter((one) => one !== open), { ...open, to: open.log.history.lastSeq }]
  }
  if (isWatching) watched.value = [...watched.peek(), { log: log.peek(), from: lastSeq }]
}

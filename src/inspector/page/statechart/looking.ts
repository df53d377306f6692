import { effect, signal } from '../state/signals.ts'
import { look } from '../state/connection.ts'
import { history, link, log, runId, view } from '../state/shown.ts'
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

/** From now on asks the program for what this page shows of its actors, and for nothing while it shows none of it. */
export function lookAlong(): void {
  effect(askForWhatIsShown)
}

function askForWhatIsShown(): void {
  const id = runId.value
  const isLive = link.value.state === 'live'
  const events = view.value === 'events' && isLive
  const actor = view.value === 'statechart' && isLive ? shownActor.value : undefined
  const isNothing = !events && actor === undefined
  const next = id === undefined ? '' : JSON.stringify([id, events, actor])
  if (next === last || (last === '' && isNothing)) return
  last = next
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

import type { ActorName, StateModel } from '../../protocol.ts'
import type { History } from '../state/history.ts'
import type { EventEntry, LogModel } from '../state/log-model.ts'
import type { Step, StepReader } from '../statechart/from-facts.ts'

/** An event that an actor got. */
export interface EventRow {
  readonly at: number
  /** The fact after which it came, or that tells of it. */
  readonly seq: number
  readonly source: ActorName
  readonly target: ActorName
  readonly type: string
  /** What was sent, where the program told it; else it was read from facts. */
  readonly entry?: EventEntry
}

/** A stretch in which the program told its events, by the `seq`s of facts. */
export interface Covered {
  readonly from: number
  readonly to: number
}

/**
 * The stretches in which events were told. `asked` says when somebody asked for them; the program began with the first
 * event that it told from then on. Without any, all that were told are of one stretch, as in a saved page.
 */
export function coveredBy(
  events: readonly EventEntry[],
  asked: readonly { readonly from: number; readonly to?: number }[],
): readonly Covered[] {
  const [first] = events
  if (first === undefined) return []
  if (asked.length === 0) return [{ from: first.afterSeq, to: events.at(-1)!.afterSeq }]
  return asked.flatMap(({ from, to = Number.POSITIVE_INFINITY }) => {
    const begun = events.find(({ afterSeq }) => afterSeq >= from)
    return begun === undefined || begun.afterSeq > to ? [] : [{ from: begun.afterSeq, to }]
  })
}

/** All events in order: those that the program told, and between them those that facts tell of. */
export function eventRows(
  steps: readonly Step[],
  events: readonly EventEntry[],
  covered: readonly Covered[],
): readonly EventRow[] {
  const rows: EventRow[] = []
  let place = 0
  const addUntil = (seq: number): void => {
    for (; place < events.length && events[place]!.afterSeq < seq; place++) {
      const entry = events[place]!
      const { at, afterSeq, source, target, event } = entry
      rows.push({ at, seq: afterSeq, source, target, type: event.type, entry })
    }
  }
  for (const { at, seq, source, actor, events: types } of steps) {
    addUntil(seq)
    if (covered.some(({ from, to }) => seq > from && seq <= to)) continue
    rows.push({ at, seq, source, target: actor, type: types[0] })
  }
  addUntil(Number.POSITIVE_INFINITY)
  return rows
}

/**
 * Whether the event changed nothing: the state that its actor was in has no transition for it, or it is about an attempt
 * that is over. Known of the actors of tasks alone.
 */
export function isIgnored(
  { target, type, seq, entry }: EventRow,
  log: Pick<LogModel, 'machines'> & { readonly history: History },
  steps: StepReader,
): boolean {
  if (entry === undefined || type.startsWith('xstate.') || !target.startsWith('task/')) return false
  const taskId = target.slice('task/'.length)
  const { attempt, at } = entry.event
  // A fact of the same instant says that it had an effect, even if it was told later.
  if (hasFactAt(log.history, taskId, seq, at)) return false
  const latest = log.history.taskAt(taskId, seq).attempt
  if (typeof attempt === 'number' && attempt < latest) return true
  const states = log.machines.get('task')?.root.states ?? []
  const state = steps.last(target, seq)?.to ?? states[0]?.key
  const model = states.find(({ key }) => key === state)
  return model !== undefined && !hasTransition(model, type)
}

function hasFactAt(history: History, taskId: string, after: number, at: unknown): boolean {
  if (typeof at !== 'number') return false
  const seqs = history.seqsOf(taskId)
  for (let place = seqs.length - 1; place >= 0 && seqs[place]! > after; place--) {
    if (history.facts[seqs[place]! - 1]!.at === at) return true
  }
  return false
}

function hasTransition({ transitions }: StateModel, type: string): boolean {
  return transitions.some(({ event }) => event === type)
}

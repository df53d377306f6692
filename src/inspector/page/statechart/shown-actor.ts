import { computed } from '../state/signals.ts'
import type { ActorName, MachineModel } from '../../protocol.ts'
import type { LogModel, SnapshotEntry } from '../state/log-model.ts'
import { history, link, log, moment, pinnedSeq, selectedActor, selectedTask, told } from '../state/shown.ts'
import { type Step, StepReader } from './from-facts.ts'

/** The actor whose statechart is shown. */
export const shownActor = computed((): ActorName => {
  const task = selectedTask.value
  return selectedActor.value ?? (task === undefined ? 'dag' : `task/${task}`)
})

/** A transition that was taken. */
export interface Taken {
  /** The ids of states. */
  readonly source: string
  readonly targets: readonly string[]
  /** The types of events that may have led to it, the likeliest first. */
  readonly events: readonly string[]
}

/** An actor as it was at the instant that is looked at. */
export interface ActorLook {
  readonly actor: ActorName
  readonly machine: MachineModel | undefined
  /** The ids of the states that it is in. */
  readonly active: readonly string[]
  readonly taken: readonly Taken[]
  /** The event that led here, and whether it changed nothing. */
  readonly event: string | undefined
  readonly isIgnored: boolean
  /** What it knows, with what it knew before. */
  readonly context:
    | { readonly name: string; readonly value: unknown; readonly before?: { readonly value: unknown } }
    | undefined
  readonly accepts: readonly string[]
  /** Whether the program said so itself, or facts did. */
  readonly isFromFacts: boolean
  /** Why there is nothing to see, or less than usual. */
  readonly note: string | undefined
}

const readers = new WeakMap<LogModel, StepReader>()

/** What dagmar's own actors did, by the facts that are known. */
export const steps = computed((): StepReader => {
  void told.value
  const known = readers.get(log.value) ?? new StepReader()
  readers.set(log.value, known)
  known.readOn(history.value.facts)
  return known
})

/** The `seq` of the fact that is looked at. */
export const shownSeq = computed(() => {
  void told.value
  return pinnedSeq.value ?? history.value.lastSeq
})

export const actorLook = computed((): ActorLook => {
  void told.value
  const actor = shownActor.value
  const own = ownMachine(actor)
  const snapshots = log.value.snapshots.get(actor) ?? []
  const place = placeOf(snapshots, pinnedSeq.value)
  const snapshot = snapshots[place]
  if (own === undefined)
    return lookAt(actor, log.value.actors.get(actor)?.machine, snapshot, snapshots[place - 1])
  const fromFacts = lookInFacts(actor, own)
  // What was recorded at another time says nothing about this instant.
  const isFitting =
    snapshot !== undefined && (isSameState(snapshot, fromFacts) || isAhead(snapshot, actor, pinnedSeq.value))
  return isFitting ? lookAt(actor, own, snapshot, snapshots[place - 1]) : fromFacts
})

/** The name of the machine of one of dagmar's own actors. */
function ownMachine(actor: ActorName): 'runtime' | 'dag' | 'task' | undefined {
  if (actor === 'runtime' || actor === 'dag') return actor
  return actor.startsWith('task/') ? 'task' : undefined
}

/** The last snapshot that was there at that fact. */
function placeOf(snapshots: readonly SnapshotEntry[], seq: number | undefined): number {
  return seq === undefined ? snapshots.length - 1 : snapshots.findLastIndex(({ afterSeq }) => afterSeq <= seq)
}

function isSameState({ active }: SnapshotEntry, { active: other }: ActorLook): boolean {
  return other.every((id) => active.includes(id))
}

/** Whether the actor told of itself after the last fact about it: those of a store that is slow come later. */
function isAhead({ afterSeq }: SnapshotEntry, actor: ActorName, pinned: number | undefined): boolean {
  if (pinned !== undefined || link.value.state !== 'live') return false
  return afterSeq >= (steps.value.last(actor, shownSeq.value)?.seq ?? 0)
}

function lookAt(
  actor: ActorName,
  machine: string | undefined,
  snapshot: SnapshotEntry | undefined,
  before: SnapshotEntry | undefined,
): ActorLook {
  const known = machine === undefined ? undefined : log.value.machines.get(machine)
  if (snapshot === undefined) {
    return { ...nothing(actor, known), note: noteOn(actor) }
  }
  const { active, taken = [], event, status, accepts = [] } = snapshot
  const parts = valueOf(snapshot)
  return {
    actor,
    machine: known,
    active,
    taken: taken.map((one) => ({ source: one.source, targets: one.targets, events: [one.event] })),
    event,
    isIgnored: event !== undefined && taken.length === 0 && active.length > 0 && !event.startsWith('xstate.'),
    context:
      parts === undefined
        ? undefined
        : { ...parts, ...(before === undefined ? {} : { before: { value: valueOf(before)?.value } }) },
    accepts,
    isFromFacts: false,
    note:
      status === 'active'
        ? undefined
        : `This actor is ${status === 'done' ? 'done' : status === 'error' ? 'in error' : 'stopped'}.`,
  }
}

function valueOf({
  context,
  output,
  error,
}: Pick<SnapshotEntry, 'context' | 'output' | 'error'>):
  | { readonly name: string; readonly value: unknown }
  | undefined {
  if (context !== undefined)
    return { name: 'context', value: error === undefined ? context : { context, error } }
  if (error !== undefined) return { name: 'error', value: error }
  return output === undefined ? undefined : { name: 'output', value: output }
}

function nothing(actor: ActorName, machine: MachineModel | undefined): ActorLook {
  return {
    actor,
    machine,
    active: [],
    taken: [],
    event: undefined,
    isIgnored: false,
    context: undefined,
    accepts: [],
    isFromFacts: false,
    note: undefined,
  }
}

function noteOn(actor: ActorName): string {
  if (pinnedSeq.value !== undefined) return 'Nobody looked at this actor at that instant.'
  return log.value.actors.has(actor)
    ? 'The program has not told yet what this actor is in.'
    : 'There is no such actor, or not any more.'
}

function lookInFacts(actor: ActorName, name: 'runtime' | 'dag' | 'task'): ActorLook {
  const machine = log.value.machines.get(name)
  const seq = shownSeq.value
  const look = nothing(actor, machine)
  const step = steps.value.last(actor, seq)
  const known = { ...look, isFromFacts: true, ...(step === undefined ? {} : taken(step, name)) }
  if (name === 'runtime') {
    return { ...known, taken: [], note: 'The facts of a run do not say what state the runtime is in.' }
  }
  if (name === 'dag') {
    const { tasks: _tasks, structure: _structure, statuses: _statuses, ...run } = moment.value
    return {
      ...known,
      active: [`dag.${run.status}`],
      context: { name: 'the run, by its facts', value: run },
    }
  }
  const taskId = actor.slice('task/'.length)
  const task = moment.value.tasks.get(taskId)
  if (task === undefined) return { ...known, note: `There is no task ${taskId} in this run.` }
  const before = history.value.taskBefore(taskId, seq)
  const { status } = task
  const hasActor = status !== 'pending' && status !== 'ready' && status !== 'skipped'
  return {
    ...known,
    ...(hasActor ? { active: [`task.${status}`] } : { taken: [], event: undefined }),
    context: {
      name: 'the task, by its facts',
      value: task,
      ...(before === undefined ? {} : { before: { value: before } }),
    },
    note: hasActor
      ? undefined
      : status === 'skipped'
        ? 'The task was skipped: it never had an actor.'
        : `The task is ${status}: it gets an actor when it is taken up.`,
  }
}

function taken({ from, to, events }: Step, machine: string): Pick<ActorLook, 'taken' | 'event'> {
  const source = from === undefined ? undefined : `${machine}.${from}`
  return {
    event: events[0],
    taken: source === undefined ? [] : [{ source, targets: from === to ? [] : [`${machine}.${to}`], events }],
  }
}

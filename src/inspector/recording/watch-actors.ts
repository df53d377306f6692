import type { AnyActorRef, AnyStateNode, EventObject, InspectionEvent, Snapshot } from 'xstate'
import { hostOf } from '../../runtime/actor/actor-host.ts'
import type { Runtime } from '../../runtime/create-runtime.ts'
import type { RunHandle } from '../../runtime/handle/run-handle.ts'

/** An actor has been sent an event. */
export interface SentEvent {
  readonly actor: AnyActorRef
  /** Whom it comes from, if that is an actor. */
  readonly source: AnyActorRef | undefined
  readonly event: EventObject
}

/** An actor has taken an event, or started. */
export interface TakenEvent {
  readonly actor: AnyActorRef
  readonly event: EventObject
  readonly snapshot: Snapshot<unknown>
  /** What a machine did: the transitions of its microsteps, in order. None for an event that it ignored. */
  readonly transitions: readonly TakenTransition[]
}

export interface TakenTransition {
  readonly source: AnyStateNode
  readonly eventType: string
  readonly target: readonly AnyStateNode[] | undefined
}

export interface ActorObserver {
  sent?(told: SentEvent): void
  taken?(told: TakenEvent): void
}

export interface ActorWatch {
  /** The actors that are there now: those of the runtime, of its runs and their live tasks, and what these have made. */
  actors(): readonly AnyActorRef[]
  stop(): void
}

/**
 * Tells of the actors of a runtime, or of the runtime that a run belongs to, from now on. It may be called late. Until it
 * is stopped, every actor takes its events by XState's own code, which is slower. An observer that throws is isolated.
 */
export function watchActors(target: Runtime | RunHandle, observer: ActorObserver): ActorWatch {
  return { actors: () => actorsOf(target), stop: watchActor(rootOf(target), observer) }
}

/** Tells of a root actor and of all actors of its system, until what it returns is called. */
export function watchActor(root: AnyActorRef, observer: ActorObserver): () => void {
  const microsteps = new WeakMap<object, TakenTransition[]>()
  const see = (told: InspectionEvent): void => {
    const actor = told.actorRef as AnyActorRef
    if (told.type === '@xstate.event') {
      observer.sent?.({ actor, source: told.sourceRef as AnyActorRef | undefined, event: told.event })
    } else if (observer.taken === undefined) return
    else if (told.type === '@xstate.microstep') {
      const steps = told._transitions as unknown as readonly TakenTransition[]
      microsteps.set(actor, [...(microsteps.get(actor) ?? []), ...steps])
    } else if (told.type === '@xstate.snapshot') {
      const transitions = microsteps.get(actor) ?? []
      microsteps.delete(actor)
      observer.taken({ actor, event: told.event, snapshot: told.snapshot as Snapshot<unknown>, transitions })
    }
  }
  const inspection = root.system.inspect(see)
  return () => inspection.unsubscribe()
}

/** The root of the system that a runtime or a run is in. */
export function rootOf(target: Runtime | RunHandle): AnyActorRef {
  let actor: AnyActorRef = target.actor
  while (actor._parent !== undefined) actor = actor._parent
  return actor
}

function actorsOf(target: Runtime | RunHandle): AnyActorRef[] {
  const found = new Set<AnyActorRef>()
  addWithChildren(rootOf(target), found)
  for (const run of 'runs' in target ? target.runs() : [target])
    for (const actor of actorsIn(run)) found.add(actor)
  return [...found]
}

/** The actors of a run that are live: its dag actor, those of its tasks, and what they have made. */
export function actorsIn(run: RunHandle): readonly AnyActorRef[] {
  const found = new Set<AnyActorRef>()
  addWithChildren(run.actor, found)
  for (const { id } of run.plan.tasks) {
    for (const actor of [run.actorOf(id), run.actorOf(id, 'work')])
      if (actor !== undefined) addWithChildren(actor, found)
  }
  return [...found]
}

function addWithChildren(actor: AnyActorRef, found: Set<AnyActorRef>): void {
  if (found.has(actor)) return
  found.add(actor)
  // Dag and task actors are in nobody's snapshot, and have none of their own there.
  if (hostOf(actor) !== undefined && actor._parent !== undefined) return
  const { children } = (actor.getSnapshot() ?? {}) as {
    readonly children?: Readonly<Record<string, AnyActorRef | undefined>>
  }
  for (const child of Object.values(children ?? {})) if (child !== undefined) addWithChildren(child, found)
}

/** Where an actor belongs. */
export interface ActorPlace {
  /** The run that it is part of; absent for the runtime's own, and for those of others. */
  readonly runId?: string
  /** The task that it is the actor of, or works for. */
  readonly taskId?: string
  readonly is: 'runtime' | 'dag' | 'task' | 'other'
}

/** What a person would call an actor by: what it is of dagmar's, or which task it works for. */
export function placeOf(actor: AnyActorRef): ActorPlace {
  const known = places.get(actor)
  if (known !== undefined) return known
  const place = findPlace(actor)
  // One of dagmar's gets its host a little later than it is there.
  if (place.is !== 'other') places.set(actor, place)
  return place
}

const places = new WeakMap<AnyActorRef, ActorPlace>()

function findPlace(actor: AnyActorRef): ActorPlace {
  const host = hostOf(actor)
  const parent = actor._parent
  if (host === undefined || parent === undefined) {
    if (parent === undefined) return { is: host === undefined ? 'other' : 'runtime' }
    const { is, ...rest } = placeOf(parent)
    return is === 'runtime' ? { is: 'other' } : { ...rest, is: 'other' }
  }
  if (parent._parent === undefined) return { runId: actor.id, is: 'dag' }
  return { runId: parent.id, taskId: actor.id, is: 'task' }
}

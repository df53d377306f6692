import {
  type Actor,
  type ActorOptions,
  type ActorRefFromLogic,
  type AnyActorRef,
  type AnyStateMachine,
  createActor,
  type InputFrom,
  type Snapshot,
} from 'xstate'
import { driveOf } from '../compile/drive.ts'
import type { ActorHost } from './actor-host.ts'
import { giveHost } from './deliver.ts'
import type { Kin, SlimKin } from './kin.ts'
import { isKnownXState } from './known-xstate.ts'
import { NamedActor } from './named-actor.ts'
import { SlimActor } from './slim-actor.ts'
import { watchOf } from './watch.ts'
import { insideOf } from './xstate-insides.ts'

/** To be made once for all actors of a machine below a parent; `kind` is what the parent calls them. */
export function kinOf<Logic extends AnyStateMachine>(
  logic: Logic,
  parent: AnyActorRef,
  kind: string,
): Kin<Logic> {
  const inner = insideOf(parent)
  const { system } = inner
  const drive = driveOf(logic)
  return {
    logic,
    kind,
    doneType: `xstate.done.actor.${kind}`,
    parent: inner,
    system,
    watch: watchOf(system),
    // One that is done before it has begun is left to XState.
    drive: drive?.first.isFinal === true || !isKnownXState() ? undefined : drive,
  }
}

/**
 * Makes an actor that is a child of its parent in every way, except that it is not in `snapshot.children`, which XState
 * copies whenever a child comes or goes. The caller has to start it. With `state` it goes on in that state, with the
 * input as its context. Without, it begins as the machine does.
 *
 * The actor is a slim one, unless it goes on from somewhere, somebody inspects the system, the machine is not compiled,
 * or XState's actors are not those that slim ones stand in for.
 */
export function spawnActor<Logic extends AnyStateMachine>(
  kin: Kin<Logic>,
  input: InputFrom<Logic>,
  ofHost: ActorHost,
  state?: string,
): ActorRefFromLogic<Logic> {
  if (kin.drive !== undefined && kin.watch.inspectors === 0 && state === undefined) {
    const actor = new SlimActor(kin as unknown as SlimKin, input, ofHost)
    ofHost.contextMoved(actor.context)
    return actor as unknown as ActorRefFromLogic<Logic>
  }
  const logic: AnyStateMachine = kin.logic
  // Where XState is not the one that is known here, an actor has the id that its done event needs.
  const id = isKnownXState() ? ofHost.actorName : kin.kind
  const options = { parent: kin.parent as never, id, input: input as never }
  const whole = state === undefined ? options : { ...options, snapshot: snapshotAt(logic, state, input) }
  const actor = isKnownXState() ? new NamedActor(logic, whole, kin.doneType) : createActor(logic, whole)
  giveHost(actor, ofHost)
  // Not the input itself: XState copies the first context once, and keeps that copy from then on.
  ofHost.contextMoved(actor.getSnapshot().context as object)
  return actor as unknown as ActorRefFromLogic<Logic>
}

/** The root of an actor system. The caller has to start it. */
export function rootActor<Logic extends AnyStateMachine>(
  logic: Logic,
  options: ActorOptions<Logic>,
  ofHost: ActorHost,
): Actor<Logic> {
  const root = isKnownXState()
    ? new NamedActor(logic, options as never, '')
    : createActor(logic, options as never)
  giveHost(root, ofHost)
  return root as unknown as Actor<Logic>
}

function snapshotAt(logic: AnyStateMachine, state: string, context: unknown): Snapshot<unknown> {
  return logic.resolveState({ value: state, context, output: context })
}

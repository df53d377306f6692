import {
  type ActorRefFromLogic,
  type AnyActorRef,
  type AnyStateMachine,
  Actor,
  type EventObject,
  type InputFrom,
  type Snapshot,
} from 'xstate'
import { type ActorHost, setHost } from './actor-host.ts'

export interface Spawned<Logic extends AnyStateMachine> {
  readonly logic: Logic
  readonly parent: AnyActorRef
  /** The id that inspectors and the actor's own `id` show. */
  readonly name: string
  /** The id that its parent sees: its done event is `xstate.done.actor.<kind>`. */
  readonly kind: string
  readonly input: InputFrom<Logic>
  /** The state in which it goes on, with the input as its context. Without it, it begins as the machine does. */
  readonly state?: string | undefined
  readonly host: ActorHost
}

/**
 * Makes an actor that is a child of its parent in every way, except that it is not in `snapshot.children`, which XState
 * copies whenever a child comes or goes. The caller has to start it.
 */
export function spawnActor<Logic extends AnyStateMachine>({
  logic,
  parent,
  name,
  kind,
  input,
  state,
  host,
}: Spawned<Logic>): ActorRefFromLogic<Logic> {
  const options = { parent, id: name, input: input as never }
  const actor = new NamedActor(
    logic,
    state === undefined ? options : { ...options, snapshot: restored(logic, state, input) },
  )
  actor.kind = kind
  setHost(actor, host)
  return actor as unknown as ActorRefFromLogic<Logic>
}

function restored(logic: AnyStateMachine, state: string, context: unknown): Snapshot<unknown> {
  return logic.resolveState({ value: state, context, output: context })
}

const done: unique symbol = Symbol('dagmar.done')

/** An actor of XState with one id for those who look at it, and another one for its parent. */
class NamedActor extends Actor<AnyStateMachine> {
  kind = '';
  [done]: EventObject | undefined
}

// XState names a done event after its actor, and remembers each event type for ever, which would cost a few hundred
// bytes a task.
Object.defineProperty(NamedActor.prototype, '_doneEvent', {
  get(this: NamedActor) {
    return this[done]
  },
  set(this: NamedActor, event: EventObject | undefined) {
    this[done] = event === undefined ? undefined : { ...event, type: `xstate.done.actor.${this.kind}` }
  },
})

import type { AnyActorRef, EventFromLogic, ActorRefFromLogic, AnyStateMachine, EventObject } from 'xstate'

interface Relay {
  _relay(source: AnyActorRef, target: AnyActorRef, event: EventObject): void
}

/** `target.send(event)` on behalf of another actor, so that inspectors see where the event comes from. */
export function deliver<Logic extends AnyStateMachine>(
  source: AnyActorRef,
  target: ActorRefFromLogic<Logic>,
  event: EventFromLogic<Logic>,
): void {
  ;(target.system as unknown as Relay)._relay(source, target, event)
}

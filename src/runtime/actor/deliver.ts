import type { ActorRefFromLogic, AnyActorRef, AnyStateMachine, EventFromLogic } from 'xstate'
import { isKnownXState } from './known-xstate.ts'
import { SlimActor } from './slim-actor.ts'
import { insideOf } from './xstate-insides.ts'

/** `target.send(event)` on behalf of another actor, so that inspectors see where the event comes from. */
export function deliver<Logic extends AnyStateMachine>(
  source: AnyActorRef,
  target: ActorRefFromLogic<Logic>,
  event: EventFromLogic<Logic>,
): void {
  if ((target as unknown) instanceof SlimActor) (target as unknown as SlimActor).take(source, event)
  else if (isKnownXState()) insideOf(target).system._relay(source, target, event)
  else target.send(event)
}

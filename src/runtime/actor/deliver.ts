import type { ActorRefFromLogic, AnyActorRef, AnyStateMachine, EventFromLogic, EventObject } from 'xstate'
import { type ActorHost, host } from './actor-host.ts'
import { NamedActor } from './named-actor.ts'
import { SlimActor } from './slim-actor.ts'

/** How those actors of XState take an event whose `send` is for others. */
const takes = new WeakMap<object, (event: EventObject) => void>()

/** `target.send(event)` on behalf of another actor, so that inspectors see where the event comes from. */
export function deliver<Logic extends AnyStateMachine>(
  source: AnyActorRef,
  target: ActorRefFromLogic<Logic>,
  event: EventFromLogic<Logic>,
): void {
  const actor: unknown = target
  if (actor instanceof SlimActor || actor instanceof NamedActor) actor.take(source, event)
  else (takes.get(target) ?? target.send)(event)
}

/** Gives the actor its host, which hears what others send to it. */
export function giveHost(actor: AnyActorRef, ofHost: ActorHost): void {
  Object.assign(actor, { [host]: ofHost })
  if (actor instanceof NamedActor) return
  const take = actor.send
  takes.set(actor, take)
  if (ofHost.sentByOthers !== undefined) actor.send = (event) => ofHost.sentByOthers?.(event, take)
  if (ofHost.toldToStop === undefined) return
  const stop = (): void => ofHost.toldToStop?.()
  Object.assign(actor, { stop })
}

import type { EventObject } from 'xstate'

/** What the runtime knows of an actor. */
export interface ActorHost {
  /** The id that inspectors and the actor's own `id` show. */
  readonly actorName: string
  /**
   * The actor's context is that object from now on. Called once there is an actor, and whenever the actor goes on with a
   * copy, so that earlier snapshots keep what they said.
   */
  contextMoved(context: object): void
  /**
   * An event has come that dagmar did not send: whoever holds a ref may send anything. `take` has the actor take an
   * event. Where this is missing, the actor takes whatever comes.
   */
  sentByOthers?(event: EventObject, take: (event: EventObject) => void): void
  /** Somebody has told the actor to stop. Where this is missing, it stops. */
  toldToStop?(): void
  /** An inspector threw as it was shown the actor. False where there is nobody yet who could be told. */
  inspectorFailed?(thrown: unknown): boolean
}

/**
 * The property in which an actor keeps its host. That is not in its context, because a context is copied, persisted,
 * handed on as output and sent to inspectors, and these objects are neither plain nor free of cycles.
 */
export const host: unique symbol = Symbol('dagmar.host')

/** Undefined for actors that are not the runtime's. */
export function hostOf(actor: object): ActorHost | undefined {
  return (actor as { readonly [host]?: ActorHost })[host]
}

/** What the runtime knows of an actor. */
export interface ActorHost {
  /** The actor's context is another object from now on, so that earlier snapshots keep what they said. */
  contextMoved(context: object): void
}

/**
 * The property in which an actor keeps its host. That is not in its context, because a context is copied, persisted,
 * handed on as output and sent to inspectors, and these objects are neither plain nor free of cycles.
 */
const host: unique symbol = Symbol('dagmar.host')

interface Hosted {
  [host]?: ActorHost
}

/** Call it before the actor starts. */
export function setHost(actor: object, of: ActorHost): void {
  ;(actor as Hosted)[host] = of
}

/** Undefined for actors that are not the runtime's. */
export function hostOf(actor: object): ActorHost | undefined {
  return (actor as Hosted)[host]
}

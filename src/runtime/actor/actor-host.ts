/** What the runtime knows of an actor. */
export interface ActorHost {
  /** The id that inspectors and the actor's own `id` show. */
  readonly actorName: string
  /**
   * The actor's context is that object from now on. Called once there is an actor, and whenever the actor goes on with a
   * copy, so that earlier snapshots keep what they said.
   */
  contextMoved(context: object): void
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

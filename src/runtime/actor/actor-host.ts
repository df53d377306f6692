/** What the runtime keeps beside an actor. */
export interface ActorHost {
  /** What the actor knows has moved on to another object, so that snapshots taken before keep what they said. */
  contextMoved(context: object): void
}

/**
 * Where an actor has its host. Not in its context: that is copied, persisted, handed on as output and sent by inspectors,
 * and what hangs below is neither theirs nor free of cycles.
 */
const host: unique symbol = Symbol('dagmar.host')

interface Hosted {
  [host]?: ActorHost
}

/** To be called before the actor starts. */
export function setHost(actor: object, of: ActorHost): void {
  ;(actor as Hosted)[host] = of
}

/** Undefined for actors that are not the runtime's. */
export function hostOf(actor: object): ActorHost | undefined {
  return (actor as Hosted)[host]
}

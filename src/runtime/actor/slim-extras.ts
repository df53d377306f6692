import { createActor, type EventObject, fromTransition } from 'xstate'
import { actorScope } from './actor-scope.ts'
import { type InnerActor, running } from './xstate-insides.ts'

/** What most actors are never asked for. Each part is made when it is asked for, and kept. */
export class SlimExtras {
  /** Events that wait until the actor has started, or is through with the one before. */
  waiting: EventObject[] | undefined
  /** True once it was stopped before its first start. */
  isStoppedUnbegun = false
  readonly #actor: InnerActor
  #sessionId: string | undefined
  #observers: Set<unknown> | undefined
  #eventListeners: InnerActor['eventListeners'] | undefined
  #deferred: (() => void)[] | undefined
  #scope: object | undefined
  #send: ((event: EventObject) => void) | undefined
  #options: object | undefined

  constructor(actor: InnerActor) {
    this.#actor = actor
  }

  /** True while somebody could see how an event is taken, or something is left to be done with the next update. */
  get isLookedAt(): boolean {
    return (this.#observers?.size ?? 0) > 0 || (this.#deferred?.length ?? 0) > 0
  }

  /** True where the system may know the actor, or timers of it. */
  get isKnownToSystem(): boolean {
    return this.#scope !== undefined || this.#sessionId !== undefined
  }

  get sessionId(): string {
    if (this.#sessionId === undefined) {
      const { system, _processingStatus } = this.#actor
      this.#sessionId = system._bookId()
      if (_processingStatus === running) system._register(this.#sessionId, this.#actor)
    }
    return this.#sessionId
  }

  get observers(): Set<unknown> {
    this.#observers ??= new Set()
    return this.#observers
  }

  set observers(observers: Set<unknown>) {
    this.#observers = observers
  }

  get eventListeners(): InnerActor['eventListeners'] {
    this.#eventListeners ??= new Map()
    return this.#eventListeners
  }

  get deferred(): (() => void)[] {
    this.#deferred ??= []
    return this.#deferred
  }

  get scope(): object {
    this.#scope ??= actorScope(this.#actor)
    return this.#scope
  }

  get send(): (event: EventObject) => void {
    const actor = this.#actor
    this.#send ??= (event) => actor.system._relay(undefined, actor, event)
    return this.#send
  }

  /** What `createActor` would have been given, with what it fills in. */
  optionsWith(input: unknown): object {
    const { _parent: parent, id } = this.#actor
    this.#options ??= { ...defaultOptions(), parent, id, input }
    return this.#options
  }
}

function defaultOptions(): object {
  return createActor(fromTransition(() => 0, 0)).options
}

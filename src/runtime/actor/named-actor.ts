import { Actor, type ActorOptions, type AnyStateMachine, type EventObject } from 'xstate'

const done: unique symbol = Symbol('dagmar.done')

/** An actor of XState with one id for those who look at it, and another one for its parent. */
export class NamedActor extends Actor<AnyStateMachine> {
  readonly #doneType: string;
  [done]: EventObject | undefined

  constructor(logic: AnyStateMachine, options: ActorOptions<AnyStateMachine>, doneType: string) {
    super(logic, options)
    this.#doneType = doneType
  }

  // XState names a done event after its actor, and remembers each event type for ever, which would cost a few hundred
  // bytes a task.
  static {
    Object.defineProperty(this.prototype, '_doneEvent', {
      get(this: NamedActor) {
        return this[done]
      },
      set(this: NamedActor, event: EventObject | undefined) {
        // Undefined comes from XState's constructor, before there are fields of this class.
        this[done] = event === undefined ? undefined : { ...event, type: this.#doneType }
      },
    })
  }
}

import { Actor, type ActorOptions, type AnyStateMachine, type EventObject } from 'xstate'
import { hostOf } from './actor-host.ts'
import { type InnerActor, showEvent } from './xstate-insides.ts'

const done: unique symbol = Symbol('dagmar.done')

const inherited = Actor.prototype as unknown as Pick<InnerActor, '_send' | '_stop'>

/** An actor of XState with one id for those who look at it, and another one for its parent. */
export class NamedActor extends Actor<AnyStateMachine> {
  readonly #doneType: string;
  [done]: EventObject | undefined

  constructor(logic: AnyStateMachine, options: ActorOptions<AnyStateMachine>, doneType: string) {
    super(logic, options)
    this.#doneType = doneType
  }

  /** Takes an event of dagmar's own, as from another actor. */
  take(source: unknown, event: EventObject): void {
    showEvent((this as unknown as InnerActor).system, source, this, event)
    inherited._send.call(this, event)
  }

  // XState names a done event after its actor, and remembers each event type for ever, which would cost a few hundred
  // bytes a task. The other two are hidden by XState's types.
  static {
    Object.defineProperties(this.prototype, {
      _doneEvent: {
        get(this: NamedActor) {
          return this[done]
        },
        set(this: NamedActor, event: EventObject | undefined) {
          // Undefined comes from XState's constructor, before there are fields of this class.
          this[done] = event === undefined ? undefined : { ...event, type: this.#doneType }
        },
      },
      _send: {
        value(this: NamedActor, event: EventObject) {
          const take = (taken: EventObject): void => inherited._send.call(this, taken)
          const host = hostOf(this)
          if (host?.sentByOthers === undefined) take(event)
          else host.sentByOthers(event, take)
        },
      },
      _stop: {
        value(this: NamedActor) {
          const host = hostOf(this)
          if (host?.toldToStop === undefined) inherited._stop.call(this)
          else host.toldToStop()
          return this
        },
      },
    })
  }
}

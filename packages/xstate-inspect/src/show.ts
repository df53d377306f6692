import type { Sanitise } from '../../../src/inspector/sanitise.ts'
import type { ActorWatch, SentEvent, TakenEvent } from '../../../src/inspector/recording/watch-actors.ts'
import type { LiveActor, LiveSnapshot } from './live-actor.ts'
import { registerOf, stateOf, type Told } from './told.ts'
import { eventOf } from './v4-event.ts'
import { type V4Service, v4Service } from './v4-service.ts'
import { v4State } from './v4-state.ts'
import type { Viewer } from './viewer.ts'

/** Begins to watch actors. */
export type Watch = (observer: {
  readonly sent: (told: SentEvent) => void
  readonly taken: (told: TakenEvent) => void
}) => ActorWatch

export interface ShowOptions {
  readonly watch: Watch
  /** Whether an actor is one of those that are shown. */
  readonly isShown: (actor: LiveActor) => boolean
  readonly sanitise: Sanitise
}

/**
 * The actors of XState 5 that are alive, as services of XState 4. They are watched while somebody looks, and only then.
 * An actor is registered with the first event that it has been started with: before, it has no snapshot.
 */
export class Show {
  readonly services = new Map<string, V4Service>()
  readonly #viewers = new Set<Viewer>()
  readonly #watch: Watch
  readonly #isShown: (actor: LiveActor) => boolean
  readonly #sanitise: Sanitise
  #watching: ActorWatch | undefined

  constructor({ watch, isShown, sanitise }: ShowOptions) {
    this.#watch = watch
    this.#isShown = isShown
    this.#sanitise = sanitise
  }

  add(viewer: Viewer): void {
    this.#viewers.add(viewer)
    if (this.#watching !== undefined) return
    this.#watching = this.#watch({
      sent: ({ actor, source, event }) =>
        this.#sent(actor as LiveActor, source as LiveActor | undefined, event),
      taken: ({ actor, snapshot, event }) => this.#taken(actor as LiveActor, snapshot as LiveSnapshot, event),
    })
    for (const actor of this.#watching.actors()) this.#register(actor as LiveActor)
  }

  remove(viewer: Viewer): void {
    this.#viewers.delete(viewer)
    if (this.#viewers.size > 0) return
    this.#watching?.stop()
    this.#watching = undefined
    this.services.clear()
  }

  #sent(actor: LiveActor, source: LiveActor | undefined, event: { readonly type: string }): void {
    if (!this.#isShown(actor)) return
    const isNew = !this.services.has(actor.sessionId)
    if (isNew && !this.#register(actor)) return
    const told = eventOf(event, actor, source, this.#sanitise)
    this.#tell({ type: 'service.event', event: JSON.stringify(told), sessionId: actor.sessionId })
  }

  #taken(actor: LiveActor, taken: LiveSnapshot, event: { readonly type: string }): void {
    const { sessionId } = actor
    const service = this.services.get(sessionId)
    if (service === undefined) return
    // A function of transitions takes its own end for an event like any other.
    const isStopped = event.type === 'xstate.stop' && taken.status === 'active'
    const snapshot: LiveSnapshot = isStopped ? { ...taken, status: 'stopped' } : taken
    const told = eventOf(event, actor, undefined, this.#sanitise)
    service.state = v4State(actor, snapshot, told, this.#sanitise)
    this.#tell(stateOf(service))
    if (snapshot.status === 'active') return
    this.services.delete(sessionId)
    this.#tell({ type: 'service.stop', sessionId })
  }

  /** False where the actor is not to be shown, or not any more. */
  #register(actor: LiveActor): boolean {
    const snapshot = actor.getSnapshot()
    if (snapshot?.status !== 'active' || !this.#isShown(actor)) return false
    if (this.services.has(actor.sessionId)) return true
    // Who made it comes first.
    const { _parent: maker } = actor
    const parent = maker !== undefined && this.#register(maker) ? maker.sessionId : undefined
    const begun = eventOf({ type: 'xstate.init' }, actor, undefined, this.#sanitise)
    const service = v4Service(actor, parent, v4State(actor, snapshot, begun, this.#sanitise))
    this.services.set(service.sessionId, service)
    this.#tell(registerOf(service))
    return true
  }

  #tell(told: Told): void {
    for (const viewer of this.#viewers) viewer.tell(told)
  }
}

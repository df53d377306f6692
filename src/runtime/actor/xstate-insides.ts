import type { AnyActorRef, EventObject } from 'xstate'

/** What XState's actors have and their types do not show. */
export interface InnerActor {
  readonly id: string
  readonly sessionId: string
  readonly logger: unknown
  readonly system: InnerSystem
  readonly eventListeners: Map<string, Set<(event: EventObject) => void>>
  readonly _parent: InnerActor | undefined
  readonly _processingStatus: number
  readonly _deferred: (() => void)[]
  _send(event: EventObject): void
  _stop(): void
}

/** What XState's actor systems have and their types do not show. */
export interface InnerSystem {
  readonly _clock: unknown
  readonly _logger: unknown
  inspect: AnyActorRef['system']['inspect']
  _bookId(): string
  _register(sessionId: string, actor: unknown): string
  _sendInspectionEvent(event: object): void
  _relay(source: unknown, target: unknown, event: EventObject): void
}

/** What XState's system tells its inspectors of an event that it relays. */
export function showEvent(system: InnerSystem, source: unknown, target: unknown, event: EventObject): void {
  system._sendInspectionEvent({ type: '@xstate.event', sourceRef: source, actorRef: target, event })
}

export function insideOf(actor: AnyActorRef): InnerActor {
  return actor as unknown as InnerActor
}

/** The values of an actor's `_processingStatus`. */
export const notStarted = 0
export const running = 1
export const stopped = 2

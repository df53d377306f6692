import type { EventObject } from 'xstate'
import { type InnerActor, running } from './xstate-insides.ts'

interface ScheduledAction {
  readonly type: string
  readonly params: unknown
  readonly info: unknown
  readonly exec?: (info: unknown, params: unknown) => void
}

/** What XState's own code for machines is handed with each event, as its actors make it for themselves. */
export function actorScope(actor: InnerActor): object {
  const { id, sessionId, logger, system } = actor
  return {
    self: actor,
    id,
    sessionId,
    logger,
    defer: (effect: () => void) => {
      actor._deferred.push(effect)
    },
    system,
    stopChild: (child: InnerActor) => {
      if (child._parent !== actor) {
        throw new Error(`Cannot stop child actor ${child.id} of ${id} because it is not a child`)
      }
      child._stop()
    },
    emit: (event: EventObject) => {
      const { eventListeners } = actor
      const listeners = [...(eventListeners.get(event.type) ?? []), ...(eventListeners.get('*') ?? [])]
      for (const listen of listeners) {
        try {
          listen(event)
        } catch (error) {
          throwLater(error)
        }
      }
    },
    actionExecutor: (action: ScheduledAction) => {
      const carryOut = (): void => {
        const { type, params } = action
        system._sendInspectionEvent({ type: '@xstate.action', actorRef: actor, action: { type, params } })
        action.exec?.(action.info, params)
      }
      if (actor._processingStatus === running) carryOut()
      else actor._deferred.push(carryOut)
    },
  }
}

/** As XState does it with the errors of listeners. */
function throwLater(error: unknown): void {
  setTimeout(() => {
    throw error
  })
}

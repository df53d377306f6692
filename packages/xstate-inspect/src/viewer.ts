import { createInspectMachine } from '@xstate/inspect/lib/inspectMachine.js'
import { type AnyInterpreter, interpret, type XStateDevInterface } from 'xstate'
import { registerOf, type Told } from './told.ts'
import type { V4Service } from './v4-service.ts'

/** One viewer, served by the machine with which `@xstate/inspect` serves its own. */
export interface Viewer {
  /** It wants to know what there is, and what happens from now on. */
  begin(): void
  tell(told: Told): void
  /** It sends an event to a service. */
  sendTo(service: V4Service, event: { readonly type: string }): void
  close(): void
}

export function viewer(services: ReadonlyMap<string, V4Service>, send: (told: Told) => void): Viewer {
  let introduce: ((service: V4Service) => void) | undefined
  const devTools = {
    get services() {
      return new Set(services.values())
    },
    // The machine keeps each service that it is told of here, for the events that viewers send.
    onRegister: (listener: (service: V4Service) => void) => {
      introduce = listener
      return { unsubscribe: () => {} }
    },
  }
  const client = {
    // The machine leaves out who registers where a viewer comes late.
    send: (told: Told) => {
      const service = told.type === 'service.register' ? services.get(told.sessionId) : undefined
      send(service === undefined ? told : registerOf(service))
    },
  }
  const machine = createInspectMachine(devTools as unknown as XStateDevInterface)
  const inspecting = interpret(machine as AnyInterpreter['machine']).start()
  const take = (event: { readonly type: string }): void => {
    inspecting.send(event)
  }
  return {
    begin: () => take({ type: 'xstate.inspecting', client } as { readonly type: string }),
    tell: take,
    sendTo: (service, event) => {
      introduce?.(service)
      const scxml = {
        name: event.type,
        data: event,
        $$type: 'scxml',
        type: 'external',
        origin: service.sessionId,
      }
      take({ type: 'xstate.event', event: JSON.stringify(scxml), service: service.sessionId } as {
        type: string
      })
    },
    close: () => {
      take({ type: 'unload' })
      inspecting.stop()
    },
  }
}

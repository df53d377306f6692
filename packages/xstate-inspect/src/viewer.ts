import { createInspectMachine } from '@xstate/inspect/lib/inspectMachine.js'
import { type AnyInterpreter, interpret, type XStateDevInterface } from 'xstate'
import type { V4Service } from './v4-service.ts'

/** What a viewer is told, in the words of `@xstate/inspect`. */
export type Told =
  | {
      readonly type: 'service.register'
      readonly machine: string
      readonly state: string
      readonly sessionId: string
      readonly id: string
      readonly parent?: string
    }
  | { readonly type: 'service.event'; readonly event: string; readonly sessionId: string }
  | { readonly type: 'service.state'; readonly state: string; readonly sessionId: string }
  | { readonly type: 'service.stop'; readonly sessionId: string }

/** One viewer, served by the machine with which `@xstate/inspect` serves its own. */
export interface Viewer {
  /** It wants to know what there is, and what happens from now on. */
  begin(): void
  tell(told: Told): void
  /** It sends an event to a service. */
  sendTo(service: V4Service, event: { readonly type: string }): void
  close(): void
}

export function viewer(services: ReadonlyMap<string, V4Service>, send: (message: object) => void): Viewer {
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
      send(service === undefined ? told : { ...told, ...named(service) })
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

/** What a service is called, and which one made it. */
export function named({ id, parent }: V4Service): { readonly id: string; readonly parent?: string } {
  return parent === undefined ? { id } : { id, parent }
}

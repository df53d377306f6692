import { createWebSocketReceiver, type ParsedReceiverEvent } from '@xstate/inspect'
import { expect, onTestFinished, vi } from 'vitest'
import { WebSocket } from 'ws'
import type { AnyState, AnyStateMachine, EventObject } from 'xstate'
import type { Bridge } from '../src/index.ts'

/** What a receiver of `@xstate/inspect` hands to whoever subscribes to it. */
export type Received = ParsedReceiverEvent
type Registered = Extract<Received, { readonly type: 'service.register' }>

export interface Receiving {
  readonly told: readonly Received[]
  /** Resolves when the bridge is there. */
  readonly connected: Promise<void>
  /** Sends an event to a service, as a viewer does. */
  send(sessionId: string, event: EventObject): void
  /** Resolves with the first thing told that is as asked, be it told already. */
  until(isIt: (told: Received) => boolean): Promise<Received>
  /** Reads nothing, until `resume`. */
  pause(): void
  resume(): void
  /** Resolves when a service has stopped. */
  gone(sessionId: string): Promise<Received>
  /** The session id of the service that was registered under an id. */
  sessionOf(id: string): Promise<string>
  registered(): readonly Registered[]
  machineOf(id: string): AnyStateMachine
  /** The values that a service was registered with and came to. */
  statesOf(id: string): readonly unknown[]
  contextsOf(id: string): readonly unknown[]
  /** The types of the events that a service has taken. */
  eventsOf(id: string): readonly string[]
}

/** The published receiver, connected to a bridge. It fails the test if a state is not one of its machine. */
export function receiving({ server }: Pick<Bridge, 'server'>): Receiving {
  const told: Received[] = []
  const machines = new Map<string, AnyStateMachine>()
  const waiting = new Set<() => void>()
  const sockets: WebSocket[] = []
  // Node 20 has none of its own; the receiver hands its own to nobody.
  class Socket extends WebSocket {
    constructor(url: string) {
      super(url)
      sockets.push(this)
    }
  }
  vi.stubGlobal('WebSocket', Socket)
  const resolved: object[] = []
  const shown: object[] = []
  onTestFinished(() => expect(resolved).toEqual(shown))
  const receiver = createWebSocketReceiver({ server, serialize: undefined })
  const socket = sockets[0]!
  const connected = new Promise<void>((resolve) => {
    socket.once('open', () => socket.once('pong', () => resolve()).ping())
  })
  receiver.subscribe((one) => {
    told.push(one)
    if (one.type === 'service.register') machines.set(one.sessionId, one.machine)
    if (one.type === 'service.register' || one.type === 'service.state') {
      shown.push({ value: one.state.value, done: one.state.done })
      const { value, done } = machines.get(one.sessionId)!.resolveState(one.state)
      resolved.push({ value, done })
    }
    for (const look of waiting) look()
  })
  const registered = (): readonly Registered[] => told.filter((one) => one.type === 'service.register')
  const serviceOf = (id: string): Registered | undefined => registered().find((one) => one.id === id)
  const shownOf = (id: string): readonly AnyState[] => {
    const sessionId = serviceOf(id)?.sessionId
    return told.flatMap((one) => ('state' in one && one.sessionId === sessionId ? [one.state] : []))
  }
  const until: Receiving['until'] = (isIt) =>
    new Promise((resolve) => {
      const look = (): void => {
        const found = told.find(isIt)
        if (found === undefined) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
    })
  return {
    told,
    connected,
    send: (origin, event) => {
      const scxml = { name: event.type, data: event, $$type: 'scxml', type: 'external', origin }
      receiver.send({ type: 'xstate.event', service: origin, event: JSON.stringify(scxml) })
    },
    until,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    gone: (sessionId) => until((one) => one.type === 'service.stop' && one.sessionId === sessionId),
    sessionOf: async (id) => {
      await until(() => serviceOf(id) !== undefined)
      return serviceOf(id)!.sessionId
    },
    registered,
    machineOf: (id) => serviceOf(id)!.machine,
    statesOf: (id) => shownOf(id).map(({ value }) => value as unknown),
    contextsOf: (id) => shownOf(id).map(({ context }) => context as unknown),
    eventsOf: (id) => {
      const sessionId = serviceOf(id)?.sessionId
      return told.flatMap((one) =>
        one.type === 'service.event' && one.sessionId === sessionId ? [one.event.name] : [],
      )
    },
  }
}

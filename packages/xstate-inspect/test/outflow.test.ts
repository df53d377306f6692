import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { WebSocket } from 'ws'
import { Outflow } from '../src/outflow.ts'
import { registerOf, stateOf, type Told } from '../src/told.ts'
import type { V4Service } from '../src/v4-service.ts'

const megabytes = 2 ** 20

/** A connection whose other end reads when the test says so. Every message counts for as much as is said. */
function slowSocket() {
  const unread: { readonly told: Told; readonly size: number; readonly read: () => void }[] = []
  const known = new Map<string, unknown>()
  let size = 1
  const socket = {
    OPEN: 1,
    readyState: 1,
    bufferedAmount: 0,
    send: (text: string, read: () => void) => {
      unread.push({ told: JSON.parse(text) as Told, size, read })
      socket.bufferedAmount += size
    },
  }
  const readOne = (): boolean => {
    const next = unread.shift()
    if (next === undefined) return false
    socket.bufferedAmount -= next.size
    const { told } = next
    if (told.type === 'service.stop') known.delete(told.sessionId)
    else if (told.type !== 'service.event') known.set(told.sessionId, told.state)
    next.read()
    return true
  }
  return {
    socket: socket as unknown as WebSocket,
    /** What whoever reads knows of each service. */
    known,
    weigh: (each: number) => {
      size = each
    },
    readOne,
    readAll: () => {
      while (readOne());
    },
  }
}

function service(sessionId: string, at: number): V4Service {
  return {
    id: sessionId,
    sessionId,
    parent: undefined,
    machine: { definition: {} as never },
    state: { at } as never,
    send: () => {},
  }
}

const step = fc.record({
  what: fc.constantFrom('change', 'stop', 'event', 'read', 'read'),
  who: fc.constantFrom('a', 'b', 'c', 'd'),
  size: fc.constantFrom(1, 9 * megabytes, 33 * megabytes),
})

describe('a viewer that has read all that it was sent', () => {
  it('knows which actors are alive, and their latest state, whatever it has missed', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const services = new Map<string, V4Service>()
        const { socket, known, weigh, readOne, readAll } = slowSocket()
        const outflow = new Outflow(socket, services)
        const change = (who: string, at: number): void => {
          const isNew = !services.has(who)
          const now = service(who, at)
          services.set(who, now)
          outflow.send(isNew ? registerOf(now) : stateOf(now))
        }
        for (const [at, { what, who, size }] of steps.entries()) {
          weigh(size)
          if (what === 'read') readOne()
          else if (what === 'change') change(who, at)
          else if (what === 'event') outflow.send({ type: 'service.event', event: '{}', sessionId: who })
          else if (services.delete(who)) outflow.send({ type: 'service.stop', sessionId: who })
        }
        const latest = () => new Map([...services].map(([id, { state }]) => [id, JSON.stringify(state)]))
        weigh(1)
        readAll()
        expect(known).toEqual(latest())
        // It is not behind any more.
        change('a', -1)
        readAll()
        expect(known).toEqual(latest())
      }),
    )
  })
})

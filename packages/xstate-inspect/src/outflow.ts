import type { WebSocket } from 'ws'
import { registerOf, stateOf, type Told } from './told.ts'
import type { V4Service } from './v4-service.ts'

/** What a viewer may leave unread, in bytes. */
const mostUnread = 32 * 2 ** 20

/**
 * What goes out to one viewer. One that does not keep up misses events and states; when it has read what it was sent, it
 * is told of how things stand by then.
 */
export class Outflow {
  readonly #socket: WebSocket
  readonly #services: ReadonlyMap<string, V4Service>
  /** The services that the viewer knows, and whether it knows their latest state. */
  readonly #known = new Map<string, boolean>()
  #isBehind = false

  constructor(socket: WebSocket, services: ReadonlyMap<string, V4Service>) {
    this.#socket = socket
    this.#services = services
  }

  send(told: Told): void {
    if (!this.#isBehind) this.#write(told)
    else if (this.#known.has(told.sessionId)) this.#known.set(told.sessionId, false)
  }

  #write(told: Told): void {
    const { sessionId } = told
    if (told.type === 'service.stop') this.#known.delete(sessionId)
    else if (told.type !== 'service.event') this.#known.set(sessionId, true)
    this.#socket.send(JSON.stringify(told), () => this.#written())
    this.#isBehind = this.#socket.bufferedAmount > mostUnread
  }

  #written(): void {
    const { readyState, OPEN, bufferedAmount } = this.#socket
    if (!this.#isBehind || readyState !== OPEN || bufferedAmount > mostUnread / 2) return
    this.#isBehind = false
    for (const sessionId of this.#known.keys()) {
      if (!this.#services.has(sessionId)) this.#write({ type: 'service.stop', sessionId })
    }
    for (const [sessionId, service] of this.#services) {
      const isLatest = this.#known.get(sessionId)
      if (isLatest === true) continue
      this.#write(isLatest === undefined ? registerOf(service) : stateOf(service))
      if (this.#isBehind) return
    }
  }
}

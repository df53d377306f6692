import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { endViewers } from './end-viewers.ts'
import { longestFrame } from './frame.ts'
import { type Gate, type Refused, refusalOf } from './gate.ts'

export interface OwnServer {
  readonly port: number
  close(): Promise<void>
}

/** More than anybody has open, and few enough for a process that has other work. */
const mostViewers = 16
const mostSockets = 64

/** Listens on 127.0.0.1 and hands over the viewers that may connect. */
export async function ownServer(
  { port, keepAlive }: { readonly port: number; readonly keepAlive: boolean },
  gate: Gate,
  connected: (socket: WebSocket) => void,
): Promise<OwnServer> {
  const viewers = new WebSocketServer({ noServer: true, maxPayload: longestFrame })
  const http = createServer((_, response) => {
    response.writeHead(426, { 'content-type': 'text/plain' }).end('Viewers connect by WebSocket.\n')
  })
  http.maxConnections = mostSockets
  http.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    const full: Refused = { status: 503, why: 'there are enough viewers' }
    const refused = refusalOf(request, gate) ?? (viewers.clients.size >= mostViewers ? full : undefined)
    if (refused !== undefined) {
      socket.once('finish', () => socket.destroy())
      socket.end(`HTTP/1.1 ${refused.status} Refused\r\nConnection: close\r\n\r\n${refused.why}\n`)
      return
    }
    viewers.handleUpgrade(request, socket, head, (viewer) => {
      if (!keepAlive) request.socket.unref()
      connected(viewer)
    })
  })
  await listening(http, port)
  http.on('error', () => {})
  if (!keepAlive) http.unref()
  return {
    port: (http.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise<void>((resolve) => {
        http.close(() => resolve())
      })
      await endViewers(viewers.clients)
      http.closeAllConnections()
      await closed
    },
  }
}

function listening(http: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject)
    http.listen(port, '127.0.0.1', () => {
      http.off('error', reject)
      resolve()
    })
  })
}

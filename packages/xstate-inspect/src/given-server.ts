import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { WebSocket, WebSocketServer } from 'ws'
import { endViewers } from './end-viewers.ts'
import { type Gate, isOwnAddress, refusalOf } from './gate.ts'
import type { ViewerServer } from './options.ts'
import type { OwnServer } from './own-server.ts'

/** The close code of a connection that breaks a rule of who may connect. */
const policyViolated = 1008

/** Takes viewers from a server of somebody else's, which goes on when the bridge ends. */
export async function givenServer(
  given: ViewerServer,
  gate: Gate,
  connected: (socket: WebSocket) => void,
): Promise<OwnServer> {
  const server = given as unknown as WebSocketServer
  const { address, port } = await addressOf(server)
  if (!isOwnAddress(address)) {
    throw new TypeError(
      `bridge: the server listens on ${address}, where other machines can reach it. Give it host: '127.0.0.1'.`,
    )
  }
  const viewers = new Set<WebSocket>()
  const connection = (socket: WebSocket, request: IncomingMessage): void => {
    const refused = refusalOf(request, gate)
    if (refused !== undefined) {
      socket.on('error', () => {})
      socket.close(policyViolated, refused.why)
      return
    }
    viewers.add(socket)
    socket.once('close', () => viewers.delete(socket))
    connected(socket)
  }
  server.on('connection', connection)
  return {
    port,
    close: async () => {
      server.off('connection', connection)
      await endViewers(viewers)
    },
  }
}

async function addressOf(server: WebSocketServer): Promise<AddressInfo> {
  if (server.address() === null) {
    await new Promise<void>((resolve, reject) => {
      server.once('listening', resolve)
      server.once('error', reject)
    })
  }
  const address = server.address()
  if (typeof address === 'object' && address !== null) return address
  throw new TypeError('bridge: the server has to listen on a port.')
}

import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { thrownText } from '../../errors/foreign-value.ts'
import type { Source } from '../recording/source.ts'
import { hasToken, newToken, subprotocol, whyRefused } from './access.ts'
import { Client } from './client.ts'
import { policyFor, withPolicy } from './page.ts'

export interface ServeOptions {
  readonly source: Source
  /** The text of the page. */
  readonly page: string
  readonly port: number
  readonly control: boolean
  /** Whether the process stays alive for it. */
  readonly keepAlive: boolean
  /** @default 4 MiB */
  readonly mostWaiting?: number
  /** @default 10 s */
  readonly patienceMs?: number
}

export interface Served {
  /** With the token in its fragment, which a browser sends to nobody. */
  readonly url: string
  /** Ends all connections and all recording. */
  close(): Promise<void>
}

/** What clients say is short. */
const longestFrame = 64 * 1024
const mostClients = 100
const mostSockets = 512
/** New entries are sent together after so many milliseconds. */
const batchMs = 40
/** What does not fit a socket is tried again after so many. */
const behindMs = 10
/** How long a request may take to be said, in milliseconds. */
const requestMs = 5_000

/** Serves the page and the logs of a source on this machine alone. Rejects with `INSPECTOR_FAILED` for a port that is taken. */
export async function serve(options: ServeOptions): Promise<Served> {
  const { source, page, port, control, keepAlive, mostWaiting = 4 * 2 ** 20, patienceMs = 10_000 } = options
  const token = newToken()
  const epoch = randomUUID()
  const clients = new Set<Client>()
  let [shown, policy] = [page, '']
  let ownPort = port
  let timer: ReturnType<typeof setTimeout> | undefined

  const feed = (): void => {
    clearTimeout(timer)
    timer = undefined
    let isBehind = false
    for (const client of clients) if (!client.feed()) isBehind = true
    if (isBehind) feedSoon(behindMs)
  }
  const feedSoon = (ms = batchMs): void => {
    if (timer !== undefined || clients.size === 0) return
    timer = setTimeout(feed, ms)
    timer.unref()
  }
  source.onGrowth((isUrgent) => {
    if (isUrgent) feed()
    else feedSoon()
  })

  const server = createServer(
    {
      headersTimeout: requestMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: 1_000,
      keepAliveTimeout: 1_000,
    },
    (request, response) =>
      answer(request, response, { page: shown, policy, refused: whyRefused(request, ownPort) }),
  )
  server.maxConnections = mostSockets
  const connections = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
    if (!keepAlive) socket.unref()
  })
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: longestFrame,
    perMessageDeflate: false,
    handleProtocols: () => subprotocol,
  })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    const refused = whyRefused(request, ownPort)
    if (refused !== undefined) return refuse(socket, 403, refused)
    if (!hasToken(request, token)) return refuse(socket, 401, 'The token is missing, or another one.')
    if (clients.size >= mostClients) return refuse(socket, 503, 'Too many clients are connected.')
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const client = new Client(webSocket, {
        source,
        epoch,
        control,
        mostWaiting,
        patienceMs,
        behind: () => feedSoon(behindMs),
      })
      clients.add(client)
      webSocket.on('close', () => {
        clients.delete(client)
        client.close()
      })
    })
  })
  server.on('clientError', (_, socket) => socket.destroy())

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(cannotListen(port, error)))
    server.listen(port, '127.0.0.1', resolve)
  })
  server.on('error', () => undefined)
  if (!keepAlive) server.unref()
  ownPort = (server.address() as AddressInfo).port
  const own = policyFor(page, `'self' ws://127.0.0.1:${ownPort} ws://localhost:${ownPort}`)
  shown = withPolicy(page, own)
  policy = `${own}; frame-ancestors 'none'`

  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    clearTimeout(timer)
    source.close()
    for (const socket of connections) socket.destroy()
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
    })
  }
  return {
    url: `http://127.0.0.1:${ownPort}/#${token}`,
    close: () => {
      closing ??= close()
      return closing
    },
  }
}

interface Answer {
  readonly page: string
  readonly policy: string
  readonly refused: string | undefined
}

function answer(
  { url, method }: IncomingMessage,
  response: ServerResponse,
  { page, policy, refused }: Answer,
): void {
  const headers = {
    'cache-control': 'no-store',
    'content-security-policy': policy,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
  }
  const say = (status: number, type: string, text: string): void => {
    response.writeHead(status, { ...headers, 'content-type': `${type}; charset=utf-8` })
    response.end(method === 'HEAD' ? undefined : text)
  }
  if (refused !== undefined) say(403, 'text/plain', refused)
  else if (method !== 'GET' && method !== 'HEAD') say(405, 'text/plain', 'Only GET and HEAD are answered.')
  else if ((url ?? '').split('?')[0] !== '/') say(404, 'text/plain', 'There is nothing here.')
  else say(200, 'text/html', page)
}

function refuse(socket: Duplex, status: number, why: string): void {
  const names: Readonly<Record<number, string>> = {
    401: 'Unauthorized',
    403: 'Forbidden',
    503: 'Service Unavailable',
  }
  // Whoever is refused may keep its side open.
  socket.once('finish', () => socket.destroy())
  socket.end(
    `HTTP/1.1 ${status} ${names[status]}\r\nconnection: close\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(why)}\r\n\r\n${why}`,
  )
}

function cannotListen(port: number, error: unknown): DagmarError {
  return new DagmarError('INSPECTOR_FAILED', {
    message: `The inspector cannot listen on 127.0.0.1:${port}: ${thrownText(error)}.`,
    hint: 'Give another port, or 0 for any that is free.',
    facts: { port },
    cause: error,
  })
}

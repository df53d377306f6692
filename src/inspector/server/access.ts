import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** 192 bits that nobody can guess, in letters that an address and a WebSocket's subprotocol may have. */
export function newToken(): string {
  return randomBytes(24).toString('base64url')
}

/** The subprotocol that the server speaks. */
export const subprotocol = 'dagmar'
const tokenPrefix = 'token.'

/**
 * Why a request is refused; undefined for one that is not. A page of another site is told apart by its `Origin`, and one
 * that has its own name lead to this machine (DNS rebinding) by the `Host`.
 */
export function whyRefused({ headers }: IncomingMessage, port: number): string | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  if (!hosts.includes(headers.host ?? '')) return 'This server is asked by another name than its own.'
  const { origin } = headers
  if (origin !== undefined && !hosts.some((host) => origin === `http://${host}`)) {
    return 'Pages of other sites get nothing from this server.'
  }
  return undefined
}

/** Whether the subprotocols that are offered have the token among them: `dagmar, token.…`. */
export function hasToken({ headers }: IncomingMessage, token: string): boolean {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim())
  const given = offered
    .filter((one) => one.startsWith(tokenPrefix))
    .map((one) => one.slice(tokenPrefix.length))
  return offered.includes(subprotocol) && given.some((one) => isSame(one, token))
}

function isSame(given: string, token: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(token)]
  return one.length === other.length && timingSafeEqual(one, other)
}

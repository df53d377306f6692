import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Why somebody may not connect, with the HTTP status that says so. */
export interface Refused {
  readonly status: 401 | 403 | 503
  readonly why: string
}

export interface Gate {
  readonly token: string
  readonly origins: readonly string[]
}

/** Undefined for a connection from this machine, by this machine's name, from a page that may, with the token. */
export function refusalOf(request: IncomingMessage, { token, origins }: Gate): Refused | undefined {
  const { origin, host } = request.headers
  if (!isOwnAddress(request.socket.remoteAddress)) return { status: 403, why: 'not from this machine' }
  // A name of somebody else's that leads here would let their page in.
  if (!isOwnName(hostnameOf(`http://${host ?? ''}`)))
    return { status: 403, why: 'not the name of this machine' }
  if (origin !== undefined && !origins.includes(origin) && !isOwnName(hostnameOf(origin)))
    return { status: 403, why: 'not from a page that may' }
  if (!isSame(pathOf(request.url), `/${token}`)) return { status: 401, why: 'not with the token' }
  return undefined
}

/** Of the loopback interface, as Node spells it. */
export function isOwnAddress(address: string | undefined): boolean {
  return address !== undefined && /^(?:127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/.test(address)
}

function isOwnName(name: string | undefined): boolean {
  return name === 'localhost' || name === '127.0.0.1' || name === '[::1]'
}

function hostnameOf(url: string): string | undefined {
  return URL.parse(url)?.hostname
}

/** What a viewer appends for itself does not count. */
function pathOf(url: string | undefined): string {
  return (url ?? '').replace(/[?#].*$/, '')
}

/** Takes as long for a wrong token whatever is wrong with it. */
function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}

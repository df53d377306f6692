import { WebSocket } from 'ws'
import type { ClientMessage, Entry, ServerMessage } from 'dagmar/inspector'
import { until } from './until.ts'

export interface ConnectOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** What is offered in place of `dagmar` and the token. */
  readonly protocols?: readonly string[]
}

/** A client of the protocol, with all that it was sent. */
export class ProtocolClient {
  readonly socket: WebSocket
  readonly messages: ServerMessage[] = []
  closed: number | undefined

  constructor(url: string, { headers = {}, protocols }: ConnectOptions = {}) {
    const { host, hash } = new URL(url)
    this.socket = new WebSocket(`ws://${host}/`, [...(protocols ?? ['dagmar', `token.${hash.slice(1)}`])], {
      headers,
    })
    this.socket.on('message', (data: Buffer) => this.messages.push(JSON.parse(String(data)) as ServerMessage))
    this.socket.on('close', (code) => {
      this.closed = code
    })
    this.socket.on('error', () => undefined)
  }

  /** Resolves when the server has greeted. */
  async ready(): Promise<this> {
    await until(() => this.messages.length > 0 || this.closed !== undefined)
    if (this.closed !== undefined) throw new Error(`closed with ${this.closed}`)
    return this
  }

  say(message: ClientMessage): void {
    this.socket.send(JSON.stringify(message))
  }

  batches(log: string): readonly Extract<ServerMessage, { type: 'batch' }>[] {
    return this.messages.filter((one) => one.type === 'batch').filter((one) => one.log === log)
  }

  /** The entries of a log so far, each with its number. */
  numbered(log: string): readonly (readonly [number, Entry])[] {
    return this.batches(log).flatMap(({ first, entries }) =>
      entries.map((entry, index) => [first + index, entry] as const),
    )
  }

  entries<Kind extends Entry['kind']>(log: string, kind: Kind): readonly Extract<Entry, { kind: Kind }>[] {
    return this.numbered(log)
      .map(([, entry]) => entry)
      .filter((entry) => entry.kind === kind) as never
  }

  /** The answer to a question or a command. */
  async ask(message: Extract<ClientMessage, { id: number }>): Promise<ServerMessage> {
    this.say(message)
    const isAnswer = (one: ServerMessage): boolean => 'id' in one && one.id === message.id
    await until(() => this.messages.some(isAnswer))
    return this.messages.find(isAnswer)!
  }

  async close(): Promise<void> {
    this.socket.close()
    await until(() => this.closed !== undefined)
  }
}

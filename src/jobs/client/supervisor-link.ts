import type { Socket } from 'node:net'
import { BehaviorSubject, distinctUntilChanged, type Observable } from 'rxjs'
import { DagmarError, type ErrorCode } from '../../errors/dagmar-error.ts'
import type { Home } from '../home.ts'
import { LineReader } from '../protocol/line-reader.ts'
import {
  type ClientMessage,
  type Hello,
  protocolVersion,
  type Request,
  type ServerMessage,
  type WireError,
} from '../protocol/messages.ts'
import { reachSupervisor } from './reach-supervisor.ts'

type Told = Extract<ServerMessage, { readonly watch: number }>

interface Asked {
  readonly resolve: (value: unknown) => void
  readonly reject: (reason: unknown) => void
}

/** What is told for a watch. */
export interface Watcher {
  readonly take: (message: Told) => void
  /** It cannot be watched. */
  readonly failed: (reason: unknown) => void
  /** The connection is gone: whoever wants to go on asks again. */
  readonly lost: () => void
}

/** One connection to a supervisor. */
class Connection {
  readonly hello: Hello
  readonly #socket: Socket
  readonly #asked = new Map<number, Asked>()
  readonly #watchers = new Map<number, Watcher>()
  #last = 0
  isOpen = true
  readonly #gone: Promise<void>
  /** Environments that the supervisor has from this connection. */
  readonly sent = new Set<string>()

  constructor(socket: Socket, hello: Hello, closed: () => void) {
    this.#socket = socket
    this.hello = hello
    this.#gone = new Promise((resolve) => socket.once('close', () => resolve()))
    socket.on('close', () => {
      this.isOpen = false
      closed()
      const watchers = [...this.#watchers.values()]
      this.#watchers.clear()
      const asked = [...this.#asked.values()]
      this.#asked.clear()
      for (const { reject } of asked) reject(lost())
      for (const watcher of watchers) watcher.lost()
    })
  }

  take(message: ServerMessage): void {
    if ('watch' in message) {
      const watcher = this.#watchers.get(message.watch)
      if ('end' in message) this.#watchers.delete(message.watch)
      watcher?.take(message)
      return
    }
    const asked = this.#asked.get(message.n)
    this.#asked.delete(message.n)
    if ('error' in message) asked?.reject(errorFrom(message.error))
    else asked?.resolve(message.value)
    if (this.#asked.size === 0 && this.#watchers.size === 0) this.#socket.unref()
  }

  ask(request: Request): Promise<unknown> {
    const n = ++this.#last
    return new Promise((resolve, reject) => {
      if (!this.isOpen) {
        reject(lost())
        return
      }
      this.#asked.set(n, { resolve, reject })
      this.#send({ ...request, n })
    })
  }

  /** Returns a function that stops. */
  watch(request: Request, watcher: Watcher): () => void {
    const n = ++this.#last
    this.#watchers.set(n, watcher)
    const reject = (reason: unknown): void => {
      if (this.#watchers.delete(n)) watcher.failed(reason)
    }
    this.#asked.set(n, { resolve: () => undefined, reject })
    this.#send({ ...request, n })
    return () => {
      if (this.#watchers.delete(n) && this.isOpen)
        void this.ask({ verb: 'unwatch', watch: n }).catch(() => undefined)
    }
  }

  /** Resolves when it is closed, for which the process stays. */
  gone(): Promise<void> {
    this.#socket.ref()
    return this.#gone
  }

  close(): void {
    this.#socket.destroy()
  }

  #send(message: ClientMessage): void {
    this.#socket.ref()
    this.#socket.write(`${JSON.stringify(message)}\n`)
  }
}

/** Verbs that may be asked again when nobody knows whether they were heard. */
const repeatable: ReadonlySet<Request['verb']> = new Set([
  'look',
  'list',
  'resolve',
  'details',
  'facts',
  'why',
  'kill',
  'pause',
  'resume',
  'drain',
  'settled',
  'dead-letters',
  'status',
])

export interface LinkOptions {
  readonly home: Home
  readonly version: string
  readonly start: boolean
}

/** The way to the supervisor, over lost connections and new supervisors. */
export class SupervisorLink {
  readonly #options: LinkOptions
  readonly #isConnected = new BehaviorSubject(true)
  #connection: Promise<Connection> | undefined
  #isClosed = false

  constructor(options: LinkOptions) {
    this.#options = options
  }

  /** False from when a connection is lost until there is one again. */
  get connected$(): Observable<boolean> {
    return this.#isConnected.pipe(distinctUntilChanged())
  }

  /** Who is at the other end. */
  async hello(): Promise<Hello> {
    return (await this.#connected()).hello
  }

  async ask<Value>(request: Request): Promise<Value> {
    for (let tries = 0; ; tries++) {
      const connection = await this.#connected()
      if (request.verb !== 'status' && request.verb !== 'stop')
        refuseOther(connection.hello, this.#options.version)
      try {
        return (await connection.ask(request)) as Value
      } catch (thrown) {
        const isLost = thrown instanceof DagmarError && thrown.code === 'SUPERVISOR_LOST'
        if (!isLost || this.#isClosed || tries >= 3 || !repeatable.has(request.verb)) throw thrown
      }
    }
  }

  /** Sends with a request what the supervisor may not have yet: `request` is told which environments it has. */
  async askWith<Value>(request: (sent: Set<string>) => Request): Promise<Value> {
    const connection = await this.#connected()
    refuseOther(connection.hello, this.#options.version)
    return (await connection.ask(request(connection.sent))) as Value
  }

  /** Watches until it is stopped; `lost` is called when the connection is. Rejects where there is no supervisor. */
  async watch(request: Request, watcher: Watcher): Promise<() => void> {
    const connection = await this.#connected()
    refuseOther(connection.hello, this.#options.version)
    if (!connection.isOpen) throw lost()
    return connection.watch(request, watcher)
  }

  /** Resolves when the other end is gone. */
  async gone(): Promise<void> {
    const connection = await this.#connection?.catch(() => undefined)
    if (connection?.isOpen === true) await connection.gone()
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const connection = await this.#connection?.catch(() => undefined)
    connection?.close()
  }

  #connected(): Promise<Connection> {
    if (this.#isClosed) return Promise.reject(lost('This connection was closed.'))
    const made = (this.#connection ??= this.#connect().catch((thrown: unknown) => {
      this.#connection = undefined
      throw thrown
    }))
    return made
  }

  async #connect(): Promise<Connection> {
    const { home, version, start } = this.#options
    for (let tries = 0; ; tries++) {
      const socket = await reachSupervisor(home, start)
      const connection = await greeted(socket, version, () => {
        this.#connection = undefined
        if (!this.#isClosed) this.#isConnected.next(false)
      })
      if (connection !== undefined) {
        this.#isConnected.next(true)
        return connection
      }
      // It was about to leave.
      if (tries >= 20) throw lost()
    }
  }
}

/** The connection once the supervisor has said who it is; undefined where it closes before. */
function greeted(socket: Socket, version: string, closed: () => void): Promise<Connection | undefined> {
  return new Promise((resolve) => {
    let connection: Connection | undefined
    const reader = new LineReader((line) => {
      const message = JSON.parse(line) as unknown
      if (connection !== undefined) connection.take(message as ServerMessage)
      else {
        connection = new Connection(socket, message as Hello, closed)
        resolve(connection)
      }
    })
    socket.on('data', (chunk: Buffer) => {
      if (!reader.push(chunk)) socket.destroy()
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => resolve(undefined))
    socket.write(`${JSON.stringify({ dagmar: version, protocol: protocolVersion, pid: process.pid })}\n`)
  })
}

function refuseOther({ dagmar, protocol, pid }: Hello, version: string): void {
  if (protocol === protocolVersion) return
  throw new DagmarError('SUPERVISOR_VERSION', {
    message: `The supervisor (process ${pid}) is dagmar ${dagmar}, which speaks version ${protocol}, and this one (${version}) speaks ${protocolVersion}.`,
    hint: 'Stop it, and jobs go on with a supervisor of this version: dagmar supervisor stop',
    facts: { pid, supervisor: dagmar, client: version },
  })
}

function errorFrom({ code, message, hint, facts }: WireError): Error {
  return new DagmarError(code as ErrorCode, {
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(facts === undefined ? {} : { facts }),
  })
}

function lost(message = 'The connection to the supervisor is gone.'): DagmarError {
  return new DagmarError('SUPERVISOR_LOST', { message })
}

import { setTimeout as later } from 'node:timers/promises'
import { BehaviorSubject, distinctUntilChanged, type Observable } from 'rxjs'
import { DagmarError } from '../../errors/dagmar-error.ts'
import type { Home } from '../home.ts'
import { type Hello, protocolVersion, type Request } from '../protocol/messages.ts'
import { type Connection, greeted, lost, SupervisorLeaving, type Watcher } from './connection.ts'
import { reachSupervisor } from './reach-supervisor.ts'

export type { Watcher } from './connection.ts'

/** Verbs that may be asked again when nobody knows whether they were heard. */
const repeatable: ReadonlySet<Request['verb']> = new Set([
  'look',
  'dispatch',
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
  'agents',
  'usage',
  'status',
])
/** How often a supervisor may be lost over one question. */
const mostLosses = 3
/** One that leaves may take a while. */
const mostLeavings = 100
const leavingMs = 25

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
  #latest: Connection | undefined
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

  ask<Value>(request: Request): Promise<Value> {
    return this.askWith(request.verb, () => request)
  }

  /**
   * Sends with a request what the supervisor may not have yet: `request` is told which environments it has, and is asked
   * again for each supervisor.
   */
  async askWith<Value>(verb: Request['verb'], request: (sent: Set<string>) => Request): Promise<Value> {
    let losses = 0
    for (let leavings = 0; ; ) {
      const connection = await this.#connected()
      if (verb !== 'status' && verb !== 'stop') refuseOther(connection.hello, this.#options.version)
      try {
        return (await connection.ask(request(connection.sent))) as Value
      } catch (thrown) {
        if (this.#isClosed) throw thrown
        if (thrown instanceof SupervisorLeaving && leavings++ < mostLeavings) {
          connection.retire()
          await later(leavingMs)
        } else if (!isLoss(thrown) || !repeatable.has(verb) || losses++ >= mostLosses) throw thrown
      }
    }
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
    await connection?.gone()
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const connection = await this.#connection?.catch(() => undefined)
    connection?.close()
  }

  async #connected(): Promise<Connection> {
    for (;;) {
      if (this.#isClosed) throw lost('This connection was closed.')
      const made = (this.#connection ??= this.#connect())
      try {
        const connection = await made
        if (connection.isOpen) return connection
        if (this.#connection === made) this.#connection = undefined
      } catch (thrown) {
        if (this.#connection === made) this.#connection = undefined
        throw thrown
      }
    }
  }

  async #tellLoss(connection: Connection): Promise<void> {
    await connection.closed
    if (this.#latest === connection && !this.#isClosed) this.#isConnected.next(false)
  }

  async #connect(): Promise<Connection> {
    const { home, version, start } = this.#options
    for (let tries = 0; ; tries++) {
      const socket = await reachSupervisor(home, start)
      const connection = await greeted(socket, version, home)
      if (connection !== undefined) {
        this.#latest = connection
        this.#isConnected.next(true)
        void this.#tellLoss(connection)
        return connection
      }
      // It was about to leave.
      if (tries >= mostLeavings) throw lost()
      await later(leavingMs)
    }
  }
}

/** A loss after which another supervisor may answer. One that is there and silent keeps others from being started. */
function isLoss(thrown: unknown): boolean {
  return (
    thrown instanceof DagmarError && thrown.code === 'SUPERVISOR_LOST' && thrown.facts['isSilent'] !== true
  )
}

function refuseOther({ dagmar, protocol, pid }: Hello, version: string): void {
  if (protocol === protocolVersion) return
  throw new DagmarError('SUPERVISOR_VERSION', {
    message: `The supervisor (process ${pid}) is dagmar ${dagmar}, which speaks version ${protocol}, and this one (${version}) speaks ${protocolVersion}.`,
    hint: 'Stop it, and jobs go on with a supervisor of this version: dagmar supervisor stop',
    facts: { pid, supervisor: dagmar, client: version },
  })
}

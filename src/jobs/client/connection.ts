import type { Socket } from 'node:net'
import { DagmarError, type ErrorCode } from '../../errors/dagmar-error.ts'
import { thrownText } from '../../errors/foreign-value.ts'
import { stateOf } from '../../system/running-process.ts'
import type { Home } from '../home.ts'
import { LineReader, longestAnswer, longestLine } from '../protocol/line-reader.ts'
import {
  type ClientMessage,
  type Hello,
  leavingCode,
  protocolVersion,
  type Request,
  type ServerMessage,
  type WireError,
} from '../protocol/messages.ts'
import { lockHolder } from './lock-holder.ts'

/** How long the other end may take to say who it is. */
const helloMs = 10_000
/** While something is asked and nothing comes for so long, the other end is asked whether it is awake. */
const quietMs = 5_000
/** After so long without a word it counts as gone. */
const silentMs = 15_000

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

/** The supervisor is about to leave, and has not done what it was asked for. */
export class SupervisorLeaving extends Error {}

/** One connection to a supervisor. */
export class Connection {
  readonly hello: Hello
  readonly #socket: Socket
  readonly #asked = new Map<number, Asked>()
  readonly #watchers = new Map<number, Watcher>()
  #last = 0
  #heardAt = performance.now()
  #isPinged = false
  #timer: ReturnType<typeof setInterval> | undefined
  #silence: DagmarError | undefined
  #isRetired = false
  #isClosed = false
  readonly closed: Promise<void>
  /** Environments that the supervisor has from this connection. */
  readonly sent = new Set<string>()

  constructor(socket: Socket, hello: Hello) {
    this.#socket = socket
    this.hello = hello
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()))
    socket.on('close', () => {
      this.#isClosed = true
      clearInterval(this.#timer)
      const watchers = [...this.#watchers.values()]
      this.#watchers.clear()
      const asked = [...this.#asked.values()]
      this.#asked.clear()
      for (const { reject } of asked) reject(this.#silence ?? lost())
      for (const watcher of watchers) watcher.lost()
    })
  }

  /** Something came. */
  heard(): void {
    this.#heardAt = performance.now()
    this.#isPinged = false
  }

  take(message: ServerMessage): void {
    if ('watch' in message) {
      const watcher = this.#watchers.get(message.watch)
      if ('end' in message || 'failed' in message) this.#watchers.delete(message.watch)
      if ('failed' in message) watcher?.failed(errorFrom(message.failed))
      else watcher?.take(message)
    } else {
      const asked = this.#asked.get(message.n)
      this.#asked.delete(message.n)
      if ('error' in message) asked?.reject(errorFrom(message.error))
      else asked?.resolve(message.value)
    }
    this.#rest()
  }

  ask(request: Request): Promise<unknown> {
    const n = ++this.#last
    return new Promise((resolve, reject) => {
      if (this.#isClosed) {
        reject(this.#silence ?? lost())
        return
      }
      const line = lineOf({ ...request, n })
      this.#asked.set(n, { resolve, reject })
      this.#send(line)
    })
  }

  /** Returns a function that stops. */
  watch(request: Request, watcher: Watcher): () => void {
    const n = ++this.#last
    this.#watchers.set(n, watcher)
    const reject = (reason: unknown): void => {
      if (!this.#watchers.delete(n)) return
      if (reason instanceof SupervisorLeaving) {
        this.retire()
        watcher.lost()
      } else watcher.failed(reason)
    }
    this.#asked.set(n, { resolve: () => undefined, reject })
    this.#send(lineOf({ ...request, n }))
    return () => {
      if (this.#watchers.delete(n) && !this.#isClosed)
        void this.ask({ verb: 'unwatch', watch: n }).catch(() => undefined)
    }
  }

  /** True where it may be asked something. */
  get isOpen(): boolean {
    return !this.#isClosed && !this.#isRetired
  }

  /** Resolves when the other end is gone; the process stays for it. */
  async gone(): Promise<void> {
    this.#socket.ref()
    await this.closed
  }

  /** It is asked nothing more, and closes when it has answered what it was asked. */
  retire(): void {
    this.#isRetired = true
    this.#rest()
  }

  close(): void {
    this.#isClosed = true
    this.#socket.destroy()
  }

  #send(line: string): void {
    this.#socket.ref()
    if (this.#timer === undefined) {
      this.heard()
      this.#timer = setInterval(() => this.#listen(), quietMs)
      this.#timer.unref()
    }
    this.#socket.write(line)
  }

  /** Nobody waits for anything: the process may end. */
  #rest(): void {
    if (this.#asked.size > 0 || this.#watchers.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#socket.unref()
    if (this.#isRetired) this.close()
  }

  #listen(): void {
    const silence = performance.now() - this.#heardAt
    if (silence > silentMs) {
      this.#silence = silent(this.hello.pid, silentMs)
      this.#socket.destroy()
    } else if (silence > quietMs - 100 && !this.#isPinged) {
      this.#isPinged = true
      void this.ask({ verb: 'ping' }).catch(() => undefined)
    }
  }
}

/**
 * The connection once the supervisor has said who it is; undefined where it closes before. Rejects with
 * `SUPERVISOR_LOST` where it says nothing.
 */
export function greeted(
  socket: Socket,
  version: string,
  { lock }: Pick<Home, 'lock'>,
): Promise<Connection | undefined> {
  return new Promise((resolve, reject) => {
    let connection: Connection | undefined
    const timer = setTimeout(() => {
      reject(silent(lockHolder(lock), helloMs))
      socket.destroy()
    }, helloMs)
    const reader = new LineReader(
      (line) => {
        try {
          const message = JSON.parse(line) as unknown
          if (connection !== undefined) connection.take(message as ServerMessage)
          else {
            connection = new Connection(socket, message as Hello)
            clearTimeout(timer)
            resolve(connection)
          }
        } catch (thrown) {
          reject(lost(`What the supervisor says cannot be read: ${thrownText(thrown)}.`))
          socket.destroy()
        }
      },
      () => longestAnswer,
    )
    socket.on('data', (chunk: Buffer) => {
      connection?.heard()
      if (!reader.push(chunk)) socket.destroy()
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(undefined)
    })
    socket.write(`${JSON.stringify({ dagmar: version, protocol: protocolVersion, pid: process.pid })}\n`)
  })
}

function lineOf(message: ClientMessage): string {
  const line = `${JSON.stringify(message)}\n`
  const bytes = Buffer.byteLength(line)
  if (bytes <= longestLine) return line
  throw new DagmarError('CONFIG_INVALID', {
    message: `This is too much for the supervisor: ${Math.ceil(bytes / 1_048_576)} MB, and it takes ${longestLine / 1_048_576} MB at once.`,
    facts: { bytes },
  })
}

function errorFrom({ code, message, hint, facts }: WireError): Error {
  if (code === leavingCode) return new SupervisorLeaving(message)
  return new DagmarError(code as ErrorCode, {
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(facts === undefined ? {} : { facts }),
  })
}

export function lost(message = 'The connection to the supervisor is gone.'): DagmarError {
  return new DagmarError('SUPERVISOR_LOST', { message })
}

/** It is there, and says nothing. Its process is not known where the system does not say who holds the lock. */
function silent(pid: number | undefined, forMs: number): DagmarError {
  const who = pid === undefined ? 'The supervisor' : `The supervisor (process ${pid})`
  const isStopped = pid !== undefined && stateOf(pid) === 'T'
  return new DagmarError('SUPERVISOR_LOST', {
    message: `${who} has said nothing for ${forMs / 1_000} s${isStopped ? ': its process is stopped' : ''}.`,
    hint:
      pid === undefined
        ? 'Its process may be stopped, or its machine busy: see what ps says of dagmar supervisor run.'
        : isStopped
          ? `Let it go on: kill -CONT ${pid}`
          : `Should it stay like that, end it, and the next command starts another one: kill -9 ${pid}`,
    facts: { isSilent: true, ...(pid === undefined ? {} : { pid }) },
  })
}

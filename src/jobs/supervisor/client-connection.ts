import type { Socket } from 'node:net'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { asError } from '../../errors/foreign-value.ts'
import { type Fact, isRunFact } from '../../events/facts.ts'
import { LineReader, longestLine } from '../protocol/line-reader.ts'
import {
  type ClientMessage,
  type Hello,
  leavingCode,
  type ServerMessage,
  type WireError,
} from '../protocol/messages.ts'

/** What a client that has not said who it is may send, in bytes. */
const longestHello = 4 * 1024
/** What may wait for a client that reads slowly, in bytes. Beyond, output and progress are left out. */
const mostWaiting = 1024 * 1024
/** A client that lets more than this wait and asks for more still is let go. */
const mostWaitingEver = 16 * 1024 * 1024

/** How the supervisor answers requests. What a handler throws or rejects with is sent as an error. */
export type Answer = (request: ClientMessage, client: ClientConnection) => unknown

export interface ClientConnectionOptions {
  readonly socket: Socket
  readonly hello: Hello
  readonly answer: Answer
  readonly closed: (client: ClientConnection) => void
}

/** One client of the supervisor: its requests, and what it watches. */
export class ClientConnection {
  readonly #options: ClientConnectionOptions
  readonly #reader: LineReader
  readonly #watches = new Map<number, () => void>()
  readonly #gathered = new Map<number, { readonly jobId: string; readonly facts: Fact[] }>()
  #isKnown = false
  #isTold = false
  #isClosed = false
  #pending = 0

  constructor(options: ClientConnectionOptions) {
    this.#options = options
    const { socket } = options
    this.#reader = new LineReader(
      (line) => this.#take(line),
      () => (this.#isKnown ? longestLine : longestHello),
    )
    socket.on('data', (chunk: Buffer) => {
      if (!this.#reader.push(chunk))
        this.#refuse('CONFIG_INVALID', 'A message is longer than the supervisor takes.')
    })
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#close())
  }

  /** True while it waits for an answer, or watches something. */
  get isBusy(): boolean {
    return this.#pending > 0 || this.#watches.size > 0
  }

  /** False while it reads too slowly. */
  get isReady(): boolean {
    return this.#options.socket.writableLength <= mostWaiting
  }

  /** Environments that it has sent, by its name for them. */
  readonly environments = new Map<string, Readonly<Record<string, string>>>()

  send(message: ServerMessage): void {
    const { socket } = this.#options
    if (this.#isClosed) return
    if (socket.writableLength > mostWaitingEver) socket.destroy()
    else socket.write(`${JSON.stringify(message)}\n`)
  }

  /** Resolves when it has read enough to be told more, or is gone. */
  async drained(): Promise<void> {
    this.#tell()
    const { socket } = this.#options
    if (this.#isClosed || this.isReady) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        socket.off('drain', done).off('close', done)
        resolve()
      }
      socket.on('drain', done).on('close', done)
    })
  }

  /** Something that goes on until `stop`, which is called at its end or when the client goes. */
  watch(n: number, stop: () => void): void {
    this.#watches.get(n)?.()
    this.#watches.set(n, stop)
  }

  unwatch(n: number): void {
    const stop = this.#watches.get(n)
    this.#watches.delete(n)
    stop?.()
  }

  /** Nothing more comes for this watch. */
  end(watch: number): void {
    this.#tell()
    this.unwatch(watch)
    this.send({ watch, end: true })
  }

  /** What is watched cannot be told any more. */
  fail(watch: number, thrown: unknown): void {
    this.#tell()
    this.unwatch(watch)
    this.send({ watch, failed: wireError(thrown) })
  }

  /** Facts of one turn of the event loop are sent together. */
  tell(watch: number, jobId: string, fact: Fact): void {
    // Nobody is helped by old output.
    if (this.#isClosed || (!isRunFact(fact) && !this.isReady)) return
    const gathered = this.#gathered.get(watch)
    if (gathered?.jobId === jobId) gathered.facts.push(fact)
    else {
      if (gathered !== undefined) this.#tell()
      this.#gathered.set(watch, { jobId, facts: [fact] })
    }
    if (this.#isTold) return
    this.#isTold = true
    setImmediate(() => this.#tell())
  }

  /** Sends what there is to send, and closes. */
  close(): void {
    this.#tell()
    this.#options.socket.end()
  }

  /** Tells whoever watches that nothing more comes, so that nobody starts another supervisor only to go on watching. */
  failAll(reason: DagmarError): void {
    for (const n of this.#watches.keys()) this.fail(n, reason)
  }

  #tell(): void {
    this.#isTold = false
    const gathered = [...this.#gathered]
    this.#gathered.clear()
    for (const [watch, { jobId, facts }] of gathered) this.send({ watch, jobId, facts })
  }

  #take(line: string): void {
    const message = parsed(line)
    if (message === undefined) this.#refuse('CONFIG_INVALID', 'A line is no JSON object.')
    else if (!this.#isKnown) this.#greet(message as unknown as Hello)
    else void this.#answer(message as unknown as ClientMessage)
  }

  #greet({ dagmar, protocol }: Hello): void {
    const { socket, hello } = this.#options
    // Not before anything is read: who has said what he wanted may be gone, and what he said would go with the error.
    socket.write(`${JSON.stringify(hello)}\n`)
    if (typeof dagmar !== 'string' || typeof protocol !== 'number') {
      this.#refuse('CONFIG_INVALID', 'A connection begins with who it is.')
      return
    }
    // A client of another version finds out by what it was told, and may still ask for the status, or stop this one.
    this.#isKnown = true
  }

  async #answer(request: ClientMessage): Promise<void> {
    const { n } = request
    this.#pending++
    try {
      const value = (await this.#options.answer(request, this)) as unknown
      this.#tell()
      this.send({ n, value: value ?? null })
    } catch (thrown) {
      this.send({ n, error: wireError(thrown) })
    } finally {
      this.#pending--
      this.#options.closed(this)
    }
  }

  #refuse(code: string, message: string): void {
    const { socket } = this.#options
    if (this.#isClosed) return
    this.send({ n: 0, error: { code, message } })
    this.#isClosed = true
    socket.end()
    // What it still sends is not read.
    socket.destroySoon()
  }

  #close(): void {
    this.#isClosed = true
    for (const n of this.#watches.keys()) this.unwatch(n)
    this.#options.closed(this)
  }
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

function wireError(thrown: unknown): WireError {
  if (!(thrown instanceof DagmarError)) {
    const { message } = asError(thrown)
    return { code: thrown instanceof Leaving ? leavingCode : 'INTERNAL', message }
  }
  const { code, problem: message, hint, facts } = thrown
  return { code, message, ...(hint === undefined ? {} : { hint }), ...(isJson(facts) ? { facts } : {}) }
}

function isJson(value: unknown): boolean {
  try {
    JSON.stringify(value)
    return true
  } catch {
    return false
  }
}

/** It is done by the next supervisor, and not by this one. */
export class Leaving extends Error {}

import type { WebSocket } from 'ws'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { thrownText } from '../../errors/foreign-value.ts'
import { type ClientMessage, type LogId, protocolVersion, type ServerMessage } from '../protocol.ts'
import { batchOf } from '../recording/batch-of.ts'
import type { EntryLog } from '../recording/entry-log.ts'
import { Refusal, type Source } from '../recording/source.ts'
import { readMessage } from './read-message.ts'

export interface ClientOptions {
  readonly source: Source
  readonly epoch: string
  readonly control: boolean
  /** How many bytes may wait in the socket before no more are given to it. */
  readonly mostWaiting: number
  /** How long nothing of that may be read before the connection is dropped, in milliseconds. */
  readonly patienceMs: number
  /** Called when what the client has asked for does not fit its socket at once: it is to be fed again. */
  readonly behind: () => void
}

/** About so many bytes of entries go in one frame. */
const frameBytes = 256 * 1024
/** WebSocket's own codes: a frame that the protocol does not know, and a client that does not read. */
const closedFor = { frame: 1008, slowness: 1013 } as const

/** One connection. */
export class Client {
  readonly #socket: WebSocket
  readonly #options: ClientOptions
  readonly #followed = new Map<LogId, { readonly log: EntryLog; after: number }>()
  #stuckSince: number | undefined
  #stuckAt = 0

  constructor(socket: WebSocket, options: ClientOptions) {
    this.#socket = socket
    this.#options = options
    const { source, epoch, control } = options
    socket.on('message', (frame: Buffer, isBinary) => {
      const message = isBinary ? undefined : readMessage(String(frame))
      if (message === undefined) socket.close(closedFor.frame, 'That is no message of the protocol.')
      else this.#take(message)
    })
    // What is wrong with a frame is said by ws, which also closes the socket.
    socket.on('error', () => undefined)
    const { saved } = source
    this.#send({ type: 'hello', v: protocolVersion, epoch, control, saved, now: source.now() })
  }

  /** Forgets what the client has looked at. */
  close(): void {
    for (const log of this.#followed.keys()) this.#options.source.look(this, log, undefined)
    this.#followed.clear()
  }

  /** Gives the client what it has not got yet. False where it reads too slowly to get all. Never throws. */
  feed(): boolean {
    try {
      return this.#feed()
    } catch {
      this.#socket.terminate()
      return true
    }
  }

  #feed(): boolean {
    for (const [log, followed] of this.#followed) {
      while (followed.after < followed.log.last) {
        if (this.#isFull()) return false
        this.#sendBatch(log, followed)
      }
    }
    return true
  }

  #isFull(): boolean {
    const { bufferedAmount } = this.#socket
    const { mostWaiting, patienceMs } = this.#options
    if (bufferedAmount < mostWaiting) {
      this.#stuckSince = undefined
      return false
    }
    // As long as something of it is read, the client is only slow.
    if (this.#stuckSince === undefined || bufferedAmount !== this.#stuckAt) {
      this.#stuckSince = performance.now()
      this.#stuckAt = bufferedAmount
    } else if (performance.now() - this.#stuckSince > patienceMs) this.#socket.terminate()
    return true
  }

  #sendBatch(log: LogId, followed: { readonly log: EntryLog; after: number }): void {
    const now = this.#options.source.now()
    const stretch = followed.log.after(followed.after, frameBytes, now)!
    followed.after = stretch.last
    this.#socket.send(batchOf(log, stretch, now), { binary: false })
  }

  #send(message: ServerMessage): void {
    this.#socket.send(JSON.stringify(message))
  }

  #take(message: ClientMessage): void {
    try {
      const answer = this.#answer(message)
      if (answer instanceof Promise) void this.#sendLater(message, answer)
      else if (answer !== undefined) this.#send(answer)
    } catch (thrown) {
      this.#refuse(message, thrown)
    }
  }

  async #sendLater(message: ClientMessage, answer: Promise<ServerMessage>): Promise<void> {
    try {
      this.#send(await answer)
    } catch (thrown) {
      this.#refuse(message, thrown)
    }
  }

  #refuse(message: ClientMessage, thrown: unknown): void {
    const isKnown = thrown instanceof Refusal || thrown instanceof DagmarError
    this.#send({
      type: 'refused',
      ...('id' in message ? { id: message.id } : {}),
      code: isKnown ? thrown.code : 'FAILED',
      message: thrownText(thrown),
    })
  }

  #answer(message: ClientMessage): ServerMessage | Promise<ServerMessage> | undefined {
    const { source, control } = this.#options
    const { log } = message
    switch (message.type) {
      case 'follow':
        this.#follow(log, message.after)
        return undefined
      case 'unfollow':
        this.#followed.delete(log)
        source.look(this, log, undefined)
        return undefined
      case 'look': {
        if (!this.#followed.has(log))
          throw new Refusal('NOT_FOLLOWED', 'A log is followed before it is looked at.')
        const { events, actor } = message
        source.look(this, log, { events, ...(actor === undefined ? {} : { actor }) })
        return undefined
      }
      case 'why':
        return then(source.why(log, message.taskId), (explanation) => ({
          type: 'answer',
          id: message.id,
          explanation,
        }))
      case 'command': {
        if (!control) {
          throw new Refusal(
            'READ_ONLY',
            'This inspector shows and changes nothing: it was started without control.',
          )
        }
        const { type: _type, id, log: _log, ...command } = message
        return then(source.command(log, command), () => ({ type: 'answer', id }))
      }
    }
  }

  #follow(log: LogId, after: number): void {
    const opened = this.#options.source.open(log)
    if (opened === undefined)
      throw new Refusal('RUN_UNKNOWN', `There is no run ${JSON.stringify(log)} here, or no longer.`)
    if (after > opened.last)
      throw new Refusal('NOT_THERE_YET', `The log has ${opened.last} entries so far, not ${after}.`)
    this.#followed.set(log, { log: opened, after })
    if (!this.feed()) this.#options.behind()
  }
}

/** What a live runtime answers is sent at once: what it does comes after it. */
function then<Value>(
  value: Value | Promise<Value>,
  answer: (value: Value) => ServerMessage,
): ServerMessage | Promise<ServerMessage> {
  return value instanceof Promise ? value.then(answer) : answer(value)
}

import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Voice } from './voice.ts'

/** Longer paths are no addresses of sockets: Linux takes 107 bytes, others 103. */
const longestPath = 103
/** The longest message, in characters of its JSON: as much as an output that is read from stdout. */
const longestMessage = 1024 * 1024
const mostSockets = 64

/** What the other side of the channel gets: one line of JSON, after which it is closed. */
export type TellReply =
  | { readonly heard: true; readonly answer?: unknown }
  | { readonly heard: false; readonly complaint: string }

/** The path of the channel in the folder of an attempt. Undefined where no socket can have it. */
export function channelIn(folder: string): string | undefined {
  const path = join(folder, 'tell')
  return Buffer.byteLength(path) > longestPath ? undefined : path
}

/**
 * A socket through which what runs in an attempt speaks, without writing to the output: one message a connection, a
 * line that is a JSON text such as `"progress 40"`. It lies in a folder that only the user may enter.
 */
export class TellChannel {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #voice: Voice

  constructor(path: string, voice: Voice) {
    this.#voice = voice
    this.#server = createServer((socket) => this.#serve(socket))
    this.#server.maxConnections = mostSockets
    // Then `dagmar tell` says that nobody is there.
    this.#server.on('error', () => undefined)
    this.#server.listen({ path, exclusive: true })
  }

  /** Who waits for an answer is told that none comes. */
  close(): void {
    this.#server.close()
    for (const socket of this.#sockets) reply(socket, { heard: false, complaint: 'the attempt is over' })
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.setEncoding('utf8')
    let text = ''
    let isOver = false
    socket.on('data', (chunk: string) => {
      if (isOver) return
      // One pass: only what is new is searched.
      const end = chunk.indexOf('\n')
      text += end === -1 ? chunk : chunk.slice(0, end)
      if (text.length > longestMessage) {
        isOver = true
        reply(socket, { heard: false, complaint: 'the message is longer than 1 MiB' })
      } else if (end !== -1) {
        isOver = true
        this.#hear(text, socket)
      }
    })
  }

  #hear(json: string, socket: Socket): void {
    const said = textOf(json)
    if (said === undefined) {
      reply(socket, { heard: false, complaint: 'a message is a line with one JSON text' })
      return
    }
    this.#voice.hearTold(said, {
      refused: (complaint) => reply(socket, { heard: false, complaint }),
      heard: () => reply(socket, { heard: true }),
      answered: (answer) => reply(socket, { heard: true, answer }),
    })
  }
}

function textOf(json: string): string | undefined {
  try {
    const said: unknown = JSON.parse(json)
    return typeof said === 'string' ? said : undefined
  } catch {
    return undefined
  }
}

function reply(socket: Socket, answer: TellReply): void {
  socket.end(`${JSON.stringify(answer)}\n`, () => socket.destroy())
}

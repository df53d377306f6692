import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { longestAnswer, LineReader } from '../../src/jobs/protocol/line-reader.ts'
import { withResolvers } from '../executors/commands.ts'

/** A client that says what it likes. */
export class RawClient {
  readonly socket: Socket
  readonly closed: Promise<void>
  /** What has come and nobody has taken. */
  readonly lines: unknown[] = []
  #waiting: ((line: unknown) => void)[] = []

  constructor(home: string) {
    this.socket = connect(join(home, 'supervisor.sock'))
    const { promise, resolve } = withResolvers<void>()
    this.closed = promise
    this.socket.on('close', resolve).on('error', () => undefined)
    const reader = new LineReader(
      (line) => {
        const next = this.#waiting.shift()
        if (next === undefined) this.lines.push(JSON.parse(line))
        else next(JSON.parse(line))
      },
      () => longestAnswer,
    )
    this.socket.on('data', (chunk: Buffer) => void reader.push(chunk))
  }

  say(text: string): void {
    this.socket.write(text)
  }

  ask(message: object): void {
    this.say(`${JSON.stringify(message)}\n`)
  }

  greet(protocol = 1): void {
    this.ask({ dagmar: '9.9.9', protocol, pid: process.pid })
  }

  /** The next line that comes. */
  next(): Promise<unknown> {
    if (this.lines.length > 0) return Promise.resolve(this.lines.shift())
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}

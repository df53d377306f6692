import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { agentMachine } from '../../../machines/agent.ts'
import type { Fact } from '../../../src/events/facts.ts'
import { ownMachines } from '../../../src/inspector/recording/own-machines.ts'
import {
  type ClientMessage,
  type Entry,
  protocolVersion,
  type ServerMessage,
} from '../../../src/inspector/protocol.ts'

const config = fileURLToPath(new URL('../../../src/inspector/page/vite.config.js', import.meta.url))

/** The log of a run begins with dagmar's own machines. */
export const machines = ownMachines(0)

/** The inspector's page, built once for the `describe` that calls it. */
export interface BuiltPage {
  /** How large it is, packed with gzip, in bytes. */
  gzipped(): number
  /** The address of a file that holds the page with a run saved in it. */
  saved(facts: readonly Fact[]): string
  /** A server that sends the page and tells it that run, live, and hears what the page asks for. */
  serve(facts: readonly Fact[], options?: ServeOptions): Promise<ServedRun>
}

export interface ServeOptions {
  readonly control?: boolean
  /** What is told of agents; without it there are none. */
  readonly agents?: readonly Entry[]
}

/** A live run, as a page sees it. */
export interface ServedRun {
  readonly url: string
  /** What the page has asked for, in order. */
  readonly heard: readonly ClientMessage[]
  /** Tells the page one more fact. */
  tell(fact: Fact): void
  /** Tells the page more of agents. */
  tellOfAgents(entry: Entry, now: number): void
  /** Cuts all connections. Pages may connect again. */
  cut(): void
  /** How questions and commands are answered. Unless it is set, every command is taken. */
  answer: (message: Extract<ClientMessage, { id: number }>) => ServerMessage
}

export function useBuiltPage(): BuiltPage {
  let folder = ''
  let html = ''
  let files = 0
  const closing: (() => void)[] = []

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dagmar-page-'))
    const { build } = await import('vite')
    await build({ configFile: config, build: { outDir: folder, emptyOutDir: false } })
    html = readFileSync(join(folder, 'inspector.html'), 'utf8')
    // Where `inspect` of this process finds the page.
    process.env['DAGMAR_DIST'] = folder
  }, 60_000)
  afterEach(() => {
    for (const close of closing.splice(0)) close()
  })
  afterAll(() => {
    delete process.env['DAGMAR_DIST']
    rmSync(folder, { recursive: true, force: true })
  })

  return {
    gzipped: () => gzipSync(html, { level: 9 }).length,
    saved: (facts) => {
      const file = join(folder, `run-${++files}.html`)
      const lines = messagesOf(facts, { saved: true, control: false }).map((message) =>
        JSON.stringify(message).replaceAll('<', '\\u003c'),
      )
      const block = `<script type="application/x-ndjson" id="saved">\n${lines.join('\n')}\n</script>`
      writeFileSync(
        file,
        html.replace('<div id="page">', () => `${block}<div id="page">`),
      )
      return pathToFileURL(file).href
    },
    serve: async (facts, { control = false, agents = [] } = {}) => {
      const told = [...facts]
      const toldOfAgents = [...ownMachines(0, [agentMachine]), ...agents]
      const batchOfAgents = (first: number, entries: readonly Entry[], now: number): ServerMessage => ({
        type: 'batch',
        log: '.agents',
        first,
        now,
        entries,
      })
      const heard: ClientMessage[] = []
      const open = new Set<WebSocket>()
      const server = createServer((_request, response) => {
        response.setHeader('content-type', 'text/html')
        response.end(html)
      })
      const sockets = new WebSocketServer({ server })
      const send = (to: WebSocket, message: ServerMessage) => to.send(JSON.stringify(message))
      const served: ServedRun & { url: string } = {
        url: '',
        heard,
        tell: (fact) => {
          told.push(fact)
          const entries: Entry[] = [{ kind: 'fact', fact }]
          for (const to of open) {
            send(to, {
              type: 'batch',
              log: runIdOf(told),
              first: machines.length + told.length,
              now: fact.at,
              entries,
            })
          }
        },
        tellOfAgents: (entry, now) => {
          toldOfAgents.push(entry)
          for (const to of open) send(to, batchOfAgents(toldOfAgents.length, [entry], now))
        },
        cut: () => {
          for (const one of open) one.terminate()
        },
        answer: ({ id }) => ({ type: 'answer', id }),
      }
      sockets.on('connection', (socket) => {
        open.add(socket)
        const [hello, runs, ...rest] = messagesOf(told, { saved: false, control })
        send(socket, hello!)
        socket.on('message', (data: Buffer) => {
          const message = JSON.parse(data.toString()) as ClientMessage
          heard.push(message)
          if (message.type === 'follow' && message.log === '.agents') {
            if (agents.length > 0) send(socket, batchOfAgents(1, toldOfAgents, told.at(-1)!.at))
          } else if (message.type === 'follow') {
            for (const one of message.log === '' ? [runs!] : rest) send(socket, one)
          } else if ('id' in message) send(socket, served.answer(message))
        })
      })
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve)
      })
      closing.push(() => {
        for (const socket of open) socket.terminate()
        server.close()
      })
      served.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/#key`
      return served
    },
  }
}

function runIdOf(facts: readonly Fact[]): string {
  return facts[0]!.runId
}

/** The messages that tell a run: the greeting, the list of runs, and its facts. */
function messagesOf(
  facts: readonly Fact[],
  { saved, control }: { readonly saved: boolean; readonly control: boolean },
): ServerMessage[] {
  const created = facts[0]
  if (created?.type !== 'run.created') throw new Error('the first fact of a run is run.created')
  const { runId, name, at, structure } = created
  const now = facts.at(-1)!.at
  const run: Entry = { kind: 'run', at, runId, name, status: 'running', tasks: structure.length }
  const batches: ServerMessage[] = []
  const all = [...machines, ...facts.map((fact): Entry => ({ kind: 'fact', fact }))]
  for (let first = 0; first < all.length; first += 1_000) {
    batches.push({
      type: 'batch',
      log: runId,
      first: first + 1,
      now,
      entries: all.slice(first, first + 1_000),
    })
  }
  return [
    { type: 'hello', v: protocolVersion, epoch: 'one', control, saved, now },
    { type: 'batch', log: '', first: 1, now, entries: [run] },
    ...batches,
  ]
}

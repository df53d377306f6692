import { createServer } from 'node:net'
import { createRuntime, dag, logic, type Runtime } from 'dagmar'
import { filter, firstValueFrom } from 'rxjs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { reviewMachine } from '../../../test/ecosystem/own-machines.ts'
import { type Bridge, bridge, type BridgeOptions } from '../src/index.ts'
import { gate } from './gate.ts'
import { receiving } from './receiving.ts'

let runtime: Runtime
let held: ReturnType<typeof gate>
const bridges: Bridge[] = []

beforeEach(() => {
  runtime = createRuntime()
  held = gate()
})
afterEach(async () => {
  held.open()
  await Promise.all(bridges.splice(0).map((one) => one.close()))
  await runtime.shutdown({ mode: 'kill' })
})

async function bridged(options?: BridgeOptions): Promise<Bridge> {
  const made = await bridge(runtime, options)
  bridges.push(made)
  return made
}

/** How a connection goes: it opens, or the status or code with which it is refused. */
function knocked(url: string, options: object = {}): Promise<number | 'open'> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, options)
    socket.on('error', () => {})
    socket.on('unexpected-response', (_, { statusCode }) => resolve(statusCode!))
    socket.on('close', (code) => resolve(code))
    // One that is refused after it has opened does not answer a ping.
    socket.on('open', () => socket.ping())
    socket.on('pong', () => {
      resolve('open')
      socket.terminate()
    })
  })
}

async function connected(url: string): Promise<WebSocket> {
  const socket = new WebSocket(url)
  socket.on('error', () => {})
  await new Promise((resolve) => {
    socket.once('open', resolve)
  })
  return socket
}

const closed = (socket: WebSocket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.readyState === socket.CLOSED) resolve()
    else socket.once('close', () => resolve())
  })

const strange = 'https://evil.example'
const knocks = [
  ['with the token', {}, '', 'open'],
  ['from a page of this machine', { origin: 'http://localhost:5173' }, '', 'open'],
  ['from a page that may', { origin: 'https://viewer.example' }, '', 'open'],
  ['from a foreign page', { origin: strange }, '', 403],
  ['from a page that has a name like ours', { origin: 'http://127.0.0.1.evil.example' }, '', 403],
  ['from a file', { origin: 'null' }, '', 403],
  ['by a foreign name for this machine', { headers: { host: 'evil.example:80' } }, '', 403],
  ['with more than the token', {}, 'x', 401],
  ['with the token in a query', {}, '/../?token=', 401],
] as const

describe('a viewer that connects', () => {
  it.each(knocks)('%s is let in or not', async (_, options, more, outcome) => {
    const { url } = await bridged({ origins: ['https://viewer.example'] })
    expect(await knocked(`${url}${more}`, options)).toBe(outcome)
  })

  it.each(knocks)('%s to a server of one’s own is let in or not', async (_, options, more, outcome) => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    const { url } = await bridged({ server, origins: ['https://viewer.example'] })
    expect(await knocked(`${url}${more}`, options)).toBe(outcome === 'open' ? 'open' : 1008)
    server.close()
  })

  it('without a token is not let in, and finds no page', async () => {
    const { url } = await bridged()
    const { origin } = new URL(url.replace('ws:', 'http:'))
    expect(await knocked(origin.replace('http:', 'ws:'))).toBe(401)
    expect((await fetch(origin)).status).toBe(426)
  })

  it('is one of sixteen at most', async () => {
    const { url } = await bridged()
    const sockets = await Promise.all(Array.from({ length: 16 }, () => connected(url)))
    expect(await knocked(url)).toBe(503)
    sockets[0]!.close()
    await closed(sockets[0]!)
    expect(await knocked(url)).toBe('open')
  })

  it('is one of a thousand, and neither they nor the run suffer', async () => {
    const { url } = await bridged()
    const run = runtime.dispatch(dag('crowded').task('wait', () => held.opened))
    const knocking = Array.from({ length: 1_000 }, () => knocked(url))
    held.open()
    expect((await run.result).status).toBe('completed')
    await Promise.all(knocking)
    expect(await knocked(url)).toBe('open')
  }, 60_000)
})

describe('a frame that no receiver sends', () => {
  const scxml = (data: unknown, origin: unknown = 'x:0') => JSON.stringify({ name: 'a', data, origin })
  const frames: readonly (string | Buffer)[] = [
    '',
    'no JSON',
    '{',
    'null',
    '[]',
    '7',
    '{}',
    '{"type":"disconnect"}',
    '{"type":"unload"}',
    '{"type":"service.stop","sessionId":"x:0"}',
    '{"type":"xstate.inspecting","client":{"send":1}}',
    '{"type":"xstate.event"}',
    '{"type":"xstate.event","event":"{"}',
    '{"type":"xstate.event","event":{"name":"a"}}',
    JSON.stringify({ type: 'xstate.event', event: scxml(null) }),
    JSON.stringify({ type: 'xstate.event', event: scxml({ type: 7 }) }),
    JSON.stringify({ type: 'xstate.event', event: scxml({ type: 'a' }, { toString: 1 }) }),
    JSON.stringify({ type: 'xstate.event', event: scxml({ type: 'a' }, 'x:99999') }),
    '{"__proto__":{"type":"disconnect"}}',
    Buffer.from([0, 255, 1]),
    Buffer.from('{"type":"disconnect"}'),
  ]

  it('changes nothing: whoever sent it is served on, and so are the others', async () => {
    const open = await bridged({ control: true })
    const run = runtime.dispatch(dag('calm').task('review', logic(reviewMachine(held.opened))))
    const receiver = receiving(open)
    const work = await receiver.sessionOf('work')
    const rude = await connected(open.url)
    for (const frame of frames) rude.send(frame)
    rude.send(JSON.stringify({ type: 'xstate.event', event: scxml({ type: 'approve' }, work) }))
    expect((await run.result).status).toBe('completed')
    await receiver.gone(work)
    expect(receiver.eventsOf('work')).toEqual(['approve'])
  })

  it('ends its own connection where it is too long, and no other', async () => {
    const open = await bridged()
    runtime.dispatch(dag('calm').task('wait', () => held.opened))
    const receiver = receiving(open)
    const rude = await connected(open.url)
    rude.send(`"${'x'.repeat(70_000)}"`)
    await closed(rude)
    expect(await receiver.sessionOf('wait')).toBeDefined()
  })
})

describe('a viewer that stops reading', () => {
  it('misses what it does not read, and is told how things stand once it reads on', async () => {
    const open = await bridged()
    const flood = dag('flood')
      .task('review', logic(reviewMachine(held.opened)))
      .task('after', { needs: ['review'] }, () => held.opened)
    const run = runtime.dispatch(flood, { id: 'run-1' })
    const receiver = receiving(open)
    const work = await receiver.sessionOf('work')
    receiver.pause()
    const words = Array.from({ length: 8 }, () => 'x'.repeat(40_000))
    for (let at = 0; at < 60; at++) run.actorOf('review', 'work')!.send({ type: 'say', words })
    run.actorOf('review', 'work')!.send({ type: 'approve' })
    // The run goes on meanwhile.
    await firstValueFrom(
      run.events$.pipe(filter(({ type, taskId }) => type === 'task.started' && taskId === 'after')),
    )
    receiver.resume()
    await receiver.gone(work)
    await receiver.sessionOf('after')
    expect(receiver.eventsOf('work').length).toBeLessThan(60)
    held.open()
    await run.result
    await receiver.gone(await receiver.sessionOf('run-1'))
    expect(receiver.statesOf('after').at(-1)).toBe('completed')
  })
})

describe('a server', () => {
  it('that other machines can reach is refused', async () => {
    const server = new WebSocketServer({ host: '0.0.0.0', port: 0 })
    await expect(bridge(runtime, { server })).rejects.toThrow('other machines can reach it')
    server.close()
  })

  it('of one’s own goes on after the bridge, for whoever else it serves', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    const open = await bridged({ server })
    const receiver = receiving(open)
    await receiver.sessionOf('runtime')
    await open.close()
    server.on('connection', (socket) => socket.send('still here'))
    const socket = new WebSocket(open.url)
    expect(
      String(
        await new Promise((resolve) => {
          socket.once('message', resolve)
        }),
      ),
    ).toBe('still here')
    socket.terminate()
    server.close()
  })

  it('that cannot listen is told to whoever asked for it', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => {
      other.listen(0, '127.0.0.1', resolve)
    })
    const { port } = other.address() as { readonly port: number }
    await expect(bridge(runtime, { port })).rejects.toThrow('EADDRINUSE')
    other.close()
  })

  it('that has ended can be made again, with a token that is known', async () => {
    const first = await bridged({ token: 'known' })
    await first.close()
    await first.close()
    const port = Number(new URL(first.url).port)
    const second = await bridged({ port, token: 'known' })
    expect(second.url).toBe(first.url)
    const receiver = receiving(second)
    await receiver.sessionOf('runtime')
  })
})

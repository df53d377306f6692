import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { createRuntime, plan, type RunHandle } from 'dagmar'
import { inspect, type Inspector } from 'dagmar/inspector'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ProtocolClient } from './protocol-client.ts'
import { until } from './until.ts'

let run: RunHandle
let inspector: Inspector
let port: number
let token: string
beforeEach(async () => {
  const runtime = createRuntime()
  run = runtime.dispatch(plan({ name: 'secret', tasks: { a: { run: () => 'the secret output' } } }), {
    id: 'r',
  })
  await run.result
  inspector = await inspect(run)
  port = Number(new URL(inspector.url).port)
  token = new URL(inspector.url).hash.slice(1)
})
afterEach(async () => {
  await inspector.close()
})

interface Asked {
  readonly path?: string
  readonly method?: string
  readonly headers: Readonly<Record<string, string>>
}

/** What a raw request is answered with, until the server ends it or has greeted. */
function asked({ path = '/', method = 'GET', headers }: Asked): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    socket.write(`${[`${method} ${path} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`)
    socket.on('data', (data) => {
      text += data.toString('latin1')
      if (text.includes('"hello"') || text.includes('</html>')) socket.destroy()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(text))
  })
}

const upgrade = (more: Readonly<Record<string, string>> = {}): Asked => ({
  headers: {
    host: `127.0.0.1:${port}`,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-protocol': `dagmar, token.${token}`,
    ...more,
  },
})

describe('the data of the inspector', () => {
  it('are given to who has the token, with and without the server’s own origin', async () => {
    expect(await asked(upgrade())).toMatch(/^HTTP\/1\.1 101 [\s\S]*"hello"/)
    expect(await asked(upgrade({ origin: `http://127.0.0.1:${port}` }))).toMatch(/^HTTP\/1\.1 101 /)
    expect(await asked(upgrade({ origin: `http://localhost:${port}`, host: `localhost:${port}` }))).toMatch(
      /^HTTP\/1\.1 101 /,
    )
  })

  it('never repeat the token in what is answered', async () => {
    expect(await asked(upgrade())).not.toContain(token)
    expect(await asked({ headers: { host: `127.0.0.1:${port}` } })).not.toContain(token)
  })

  it.each([
    ['no token', 'dagmar'],
    ['an empty one', 'dagmar, token.'],
    ['another one of the same length', `dagmar, token.${'A'.repeat(32)}`],
    ['a longer one', `dagmar, token.${'A'.repeat(400)}`],
    ['a token in letters that are not ASCII', `dagmar, token.${'ä'.repeat(16)}`],
    ['nothing of the protocol', 'chat'],
  ])('are refused to who has %s', async (_, offered) => {
    expect(await asked(upgrade({ 'sec-websocket-protocol': offered }))).toMatch(/^HTTP\/1\.1 40[01] /)
  })

  it('are refused to who has the token but does not speak the protocol', async () => {
    expect(await asked(upgrade({ 'sec-websocket-protocol': `token.${token}` }))).toMatch(/^HTTP\/1\.1 401 /)
  })

  it('are refused to who has the token in the address, where it would be written down', async () => {
    const path = `/?token=${token}`
    expect(await asked({ ...upgrade({ 'sec-websocket-protocol': 'dagmar' }), path })).toMatch(
      /^HTTP\/1\.1 401 /,
    )
  })

  it('are refused to the token of a server that is gone', async () => {
    const before = token
    await inspector.close()
    inspector = await inspect(run, { port })
    expect(await asked(upgrade({ 'sec-websocket-protocol': `dagmar, token.${before}` }))).toMatch(
      /^HTTP\/1\.1 401 /,
    )
  })

  it.each([
    'http://evil.example',
    'null',
    'https://127.0.0.1',
    'http://127.0.0.1',
    'http://127.0.0.1.evil.example',
    'http://127.0.0.1:1',
    'file://',
    '',
  ])('are refused to pages of the origin "%s", whatever token they have', async (origin) => {
    expect(await asked(upgrade({ origin }))).toMatch(/^HTTP\/1\.1 403 /)
  })

  it.each([
    'evil.example',
    'evil.example:PORT',
    '127.0.0.1',
    '127.0.0.1:1',
    'localhost',
    '[::1]:PORT',
    '0.0.0.0:PORT',
  ])('are refused where the server is called %s, and so is the page', async (name) => {
    const host = name.replace('PORT', String(port))
    expect(await asked(upgrade({ host }))).toMatch(/^HTTP\/1\.1 403 /)
    expect(await asked({ headers: { host, connection: 'close' } })).toMatch(/^HTTP\/1\.1 403 /)
  })

  it('cannot be reached by another address than 127.0.0.1', async () => {
    const others = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
    for (const { address } of others.filter((one) => !one.internal)) {
      const isOpen = await new Promise((resolve) => {
        const socket = connect({ port, host: address, timeout: 1_000 })
        socket
          .on('connect', () => resolve(true))
          .on('error', () => resolve(false))
          .on('timeout', () => resolve(false))
        socket.on('close', () => socket.destroy())
      })
      expect(isOpen).toBe(false)
    }
  })
})

describe('the page', () => {
  it('needs no token, holds no data, and may load and connect to nothing else', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/`)
    const page = await response.text()
    expect(page).toContain('<div id="page">')
    expect(page).not.toContain('secret')
    const policy = response.headers.get('content-security-policy')!
    expect(policy).toMatch(
      /^default-src 'none'; script-src 'sha256-[\w+/=]{44}'; style-src 'sha256-[\w+/=]{44}';/,
    )
    expect(policy).toContain(`connect-src 'self' ws://127.0.0.1:${port} ws://localhost:${port};`)
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(response.headers.has('access-control-allow-origin')).toBe(false)
  })

  it('is all that there is', async () => {
    const at = (path: string, init?: RequestInit) => fetch(`http://127.0.0.1:${port}${path}`, init)
    expect((await at('/package.json')).status).toBe(404)
    expect((await at('/..%2f..%2fetc/passwd')).status).toBe(404)
    expect((await at('/', { method: 'POST', body: 'x' })).status).toBe(405)
    expect((await at('/', { method: 'HEAD' })).status).toBe(200)
    expect(await asked({ path: '//[', headers: { host: `127.0.0.1:${port}`, connection: 'close' } })).toMatch(
      /^HTTP\/1\.1 40[04] /,
    )
  })
})

describe('a port that is taken', () => {
  it('is named, and nothing is left open', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => {
      other.listen(0, '127.0.0.1', resolve)
    })
    const taken = (other.address() as AddressInfo).port
    await expect(inspect(run, { port: taken })).rejects.toMatchObject({
      code: 'INSPECTOR_FAILED',
      facts: { port: taken },
      message: expect.stringContaining(`127.0.0.1:${taken}`),
    })
    other.close()
  })
})

describe('frames', () => {
  it.each([
    ['binary', Buffer.from('{"type":"follow","log":"r","after":0}'), true, 1008],
    ['no JSON', '{"type":', false, 1008],
    ['JSON that is no message', '[1]', false, 1008],
    ['null', 'null', false, 1008],
    ['a message of no known type', '{"type":"nothing","log":"r"}', false, 1008],
    ['one without its fields', '{"type":"follow","log":"r","after":-1}', false, 1008],
    ['a command without its fields', '{"type":"command","id":1,"log":"r","command":"send"}', false, 1008],
    ['larger than 64 KiB', `{"type":"unfollow","log":"${'x'.repeat(70_000)}"}`, false, 1009],
  ])('that are %s close the connection that they came on, and no other', async (_, frame, binary, code) => {
    const [bad, good] = [
      await new ProtocolClient(inspector.url).ready(),
      await new ProtocolClient(inspector.url).ready(),
    ]
    bad.socket.send(frame, { binary })
    await until(() => bad.closed !== undefined)
    expect(bad.closed).toBe(code)
    good.say({ type: 'follow', log: 'r', after: 0 })
    await until(() => good.entries('r', 'fact').length > 0)
    expect(good.closed).toBeUndefined()
    await good.close()
  })

  it('that break the rules of WebSocket close it as well', async () => {
    const text = await new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      let got = ''
      socket.on('data', (data) => {
        got += data.toString('latin1')
        // A reserved bit, no mask, and a length that is a lie.
        if (got.includes('"hello"'))
          socket.write(Buffer.from([0xf1, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]))
      })
      socket.on('error', () => undefined).on('close', () => resolve(got))
      const { headers } = upgrade()
      socket.write(
        `GET / HTTP/1.1\r\n${Object.entries(headers)
          .map(([name, value]) => `${name}: ${value}\r\n`)
          .join('')}\r\n`,
      )
    })
    expect(text).toContain('"hello"')
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200)
  })
})

describe('the end of the inspector', () => {
  it('waits for nobody, whatever connections are there', async () => {
    const { headers } = upgrade()
    const text = (more: Readonly<Record<string, string>>): string =>
      `GET / HTTP/1.1\r\n${Object.entries({ ...headers, ...more })
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join('')}\r\n`
    const said = [
      text({}),
      text({ 'sec-websocket-protocol': 'dagmar' }),
      text({ origin: 'http://evil.example' }),
      text({}).slice(0, 40),
      `GET / HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`,
      '',
    ]
    // None of them ends its side of the connection.
    const sockets = said.map((request) => {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true }).on('error', () => undefined)
      socket.write(request)
      socket.on('data', () => undefined)
      return socket
    })
    await until(() => sockets.every(({ bytesWritten }, index) => bytesWritten >= said[index]!.length))
    await until(() => sockets.slice(0, 3).every(({ bytesRead }) => bytesRead > 0))
    await inspector.close()
    await inspector.close()
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed')
    for (const socket of sockets) socket.destroy()
  })
})

describe('a thousand connections', () => {
  it('are served up to a hundred, and leave the others and the run alone', async () => {
    const clients = Array.from({ length: 1_000 }, () => new ProtocolClient(inspector.url))
    await until(
      () => clients.every(({ messages, closed }) => messages.length > 0 || closed !== undefined),
      30_000,
    )
    const served = clients.filter(({ messages }) => messages.length > 0)
    expect(served.length).toBe(100)
    for (const client of served) client.socket.terminate()
    await until(() => served.every(({ closed }) => closed !== undefined))
    const later = await retried(() => new ProtocolClient(inspector.url).ready())
    later.say({ type: 'follow', log: 'r', after: 0 })
    await until(() => later.entries('r', 'fact').length > 0)
    await later.close()
  }, 60_000)

  it('that say nothing are ended', async () => {
    const sockets = Array.from({ length: 300 }, () => connect(port, '127.0.0.1').on('error', () => undefined))
    let closed = 0
    for (const socket of sockets) socket.on('close', () => closed++)
    await until(() => closed === 300, 30_000)
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200)
  }, 60_000)
})

/** What may fail while the server has not yet heard that others have gone. */
async function retried<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = 50; ; left--) {
    try {
      return await attempt()
    } catch (error) {
      if (left === 0) throw error
      await new Promise((resolve) => {
        setTimeout(resolve, 20)
      })
    }
  }
}

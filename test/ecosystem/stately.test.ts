import { type ChildProcess, spawn } from 'node:child_process'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { builtDagmar } from '../cli/built-dagmar.ts'
import { blocksOf, pageAt } from '../docs/pages.ts'
import { noChromium, useBrowser } from '../inspector/browser.ts'

/** A page that draws what Stately's inspector sends: a row an actor, with its state. */
const viewer = `
import { createWebSocketReceiver } from '@statelyai/inspect'
const rows = new Map()
const row = (id) => {
  if (!rows.has(id)) rows.set(id, document.querySelector('tbody').insertRow())
  return rows.get(id)
}
createWebSocketReceiver({ server: 'ws://' + location.host }).subscribe((told) => {
  if (told.type === '@xstate.event') return
  if (told.type === '@xstate.actor') row(told.sessionId).dataset.name = told.name
  row(told.sessionId).textContent = String(told.snapshot.value ?? told.snapshot.status)
})
`

/** What the documentation says, followed by a run. */
function program(port: number): string {
  const [shown] = blocksOf(pageAt('docs/inspector-ecosystem.md')).filter(({ text }) =>
    text.includes('@statelyai/inspect'),
  )
  return `${shown!.text.replace('127.0.0.1:8080', `127.0.0.1:${port}`)}
import { dag, logic } from 'dagmar'
import { createMachine } from 'xstate'
let tries = 0
const review = createMachine({ initial: 'open', states: { open: { after: { 10: 'closed' } }, closed: { type: 'final' } } })
const release = dag('release')
  .task('build', { retry: { maxAttempts: 2, backoff: { base: 1 } } }, () => {
    tries++
    if (tries === 1) throw new Error('not yet')
  })
  .task('review', { needs: ['build'] }, logic(review))
  .task('ship', { needs: ['review'], onFailure: 'ignore' }, () => {
    throw new Error('sunk')
  })
await runtime.dispatch(release, { id: 'run-1' }).result
`
}

describe.skipIf(noChromium)("Stately's inspector, with a page of one's own", () => {
  const browser = useBrowser()
  let folder: string
  let http: Server
  let relay: WebSocketServer
  let port: number
  let child: ChildProcess | undefined

  beforeEach(async () => {
    // Beside a build of the package, where programs find `dagmar` by its name.
    folder = mkdtempSync(join(dirname(builtDagmar()), '../stately-'))
    writeFileSync(join(folder, 'viewer.js'), viewer)
    const bundle = await rolldown({ input: join(folder, 'viewer.js'), platform: 'browser' })
    const { output } = await bundle.generate({ format: 'iife' })
    http = createServer((_, response) => {
      response.setHeader('content-type', 'text/html')
      response.end(
        `<!doctype html><link rel="icon" href="data:,"><table><tbody></tbody></table><script>${output[0].code}</script>`,
      )
    })
    relay = new WebSocketServer({ server: http })
    const told: string[] = []
    relay.on('connection', (socket) => {
      for (const message of told) socket.send(message)
      socket.on('message', (data: Buffer) => {
        told.push(data.toString())
        for (const other of relay.clients) if (other !== socket) other.send(data.toString())
      })
    })
    await new Promise<void>((resolve) => {
      http.listen(0, '127.0.0.1', resolve)
    })
    port = (http.address() as AddressInfo).port
  })

  afterEach(() => {
    child?.kill('SIGKILL')
    for (const client of relay.clients) client.terminate()
    http.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('shows a run of dagmar with the two lines of the documentation', async () => {
    const page = await browser.page()
    await page.goto(`http://127.0.0.1:${port}/`)
    writeFileSync(join(folder, 'program.mjs'), program(port))
    child = spawn(process.execPath, [join(folder, 'program.mjs')], {
      cwd: fileURLToPath(new URL('../../', import.meta.url)),
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    await page.locator('tr[data-name="run-1"]', { hasText: 'completed' }).waitFor()
    const rows = await page.locator('tr').all()
    const shown = rows.map(
      async (row) => `${await row.getAttribute('data-name')}: ${await row.textContent()}`,
    )
    expect(await Promise.all(shown)).toEqual([
      'runtime: open',
      'run-1: completed',
      'build: completed',
      'review: completed',
      'work: closed',
      'ship: failed',
    ])
  })
})

import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builtDagmar } from '../cli/built-dagmar.ts'

const exec = promisify(execFile)
const top = fileURLToPath(new URL('../../', import.meta.url))

let folder = ''
let installed = { stdout: '', stderr: '' }

const inFolder = async (command: string, ...words: readonly string[]) => {
  const { VITEST: _vitest, NODE_ENV: _mode, ...env } = process.env
  return exec(command, words, { cwd: folder, env: { ...env, npm_config_update_notifier: 'false' } })
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dagmar-consumer-'))
  const built = join(folder, 'built')
  cpSync(dirname(dirname(builtDagmar())), built, { recursive: true })
  const pack = (path: string, ...words: readonly string[]) =>
    inFolder('npm', 'pack', path, '--pack-destination', folder, ...words)
  await Promise.all([pack(built, '--ignore-scripts'), pack(join(top, 'packages/xstate-inspect'))])
  const tarballs = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  const dependencies = Object.fromEntries(
    tarballs.map((name) => [name.replace(/-\d.*$/, ''), `file:${name}`]),
  )
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, type: 'module', dependencies: { ...dependencies, xstate: '5' } }),
  )
  installed = await inFolder(
    'npm',
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--omit=optional',
  )
}, 120_000)

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

/** Runs a program of the consumer's and resolves with what it prints, once its process has ended by itself. */
async function printed(name: string, text: string): Promise<unknown> {
  writeFileSync(join(folder, name), text)
  const { stdout, stderr } = await inFolder(process.execPath, name)
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

describe('a project that has XState 5, and installs dagmar and dagmar-xstate-inspect', () => {
  it('is warned of nothing', () => {
    expect(installed.stderr).toBe('')
    expect(installed.stdout).not.toMatch(/warn/i)
  })

  it('has XState 5 itself and in dagmar, and XState 4 in the bridge and its inspector', async () => {
    const versions = await printed(
      'versions.mjs',
      `import { createRequire } from 'node:module'
      const require = createRequire(import.meta.url)
      const from = (name) => createRequire(require.resolve(name + '/package.json'))
      const version = (at) => at('xstate/package.json').version
      const bridge = from('dagmar-xstate-inspect')
      const inspect = createRequire(bridge.resolve('@xstate/inspect/package.json'))
      console.log(JSON.stringify([require, from('dagmar'), bridge, inspect].map(version)))`,
    )
    const [own, dagmar, bridge, inspect] = versions as readonly string[]
    expect([own, dagmar]).toEqual([expect.stringMatching(/^5\./), expect.stringMatching(/^5\./)])
    expect([bridge, inspect]).toEqual([expect.stringMatching(/^4\./), bridge])
  })

  it('sees its runs in a receiver, which takes part in them', async () => {
    const seen = await printed(
      'main.mjs',
      `import { createRequire } from 'node:module'
      import { createRuntime, dag, logic } from 'dagmar'
      import { bridge } from 'dagmar-xstate-inspect'
      import { createMachine } from 'xstate'

      const { resolve } = createRequire(import.meta.url)
      const require = createRequire(resolve('dagmar-xstate-inspect/package.json'))
      globalThis.WebSocket = require('ws').WebSocket
      const { createWebSocketReceiver } = require('@xstate/inspect')

      const review = createMachine({
        id: 'review',
        initial: 'open',
        states: { open: { on: { approve: 'approved' } }, approved: { type: 'final' } },
      })
      const runtime = createRuntime()
      const run = runtime.dispatch(dag('release').task('review', logic(review)))
      const { server, close } = await bridge(runtime, { control: true, keepAlive: true })
      const receiver = createWebSocketReceiver({ server })
      const seen = []
      receiver.subscribe((told) => {
        seen.push([told.type, told.id, told.state?.value].filter(Boolean).join(' '))
        if (told.type !== 'service.register' || told.id !== 'work') return
        const { sessionId } = told
        const event = { name: 'approve', data: { type: 'approve' }, $$type: 'scxml', type: 'external', origin: sessionId }
        receiver.send({ type: 'xstate.event', service: sessionId, event: JSON.stringify(event) })
      })
      await run.result
      await close()
      console.log(JSON.stringify(seen))`,
    )
    expect(seen).toEqual(
      expect.arrayContaining(['service.register work open', 'service.state approved', 'service.stop']),
    )
  })

  it('has a process that ends with its runs, though the bridge is open', async () => {
    const output = await printed(
      'short.mjs',
      `import { createRuntime, dag } from 'dagmar'
      import { bridge } from 'dagmar-xstate-inspect'
      const runtime = createRuntime()
      await bridge(runtime)
      console.log(JSON.stringify(await runtime.run(dag('short').task('one', () => 1))))`,
    )
    expect(output).toEqual({ one: 1 })
  })

  it('has types that need no other package', async () => {
    writeFileSync(
      join(folder, 'types.ts'),
      `import { bridge, type Bridge, type BridgedRuntime } from 'dagmar-xstate-inspect'
      declare const runtime: BridgedRuntime
      export const made: Promise<Bridge> = bridge(runtime, { control: true, redact: ['token'] })
      // @ts-expect-error There is no such option.
      export const wrong = bridge(runtime, { colour: true })`,
    )
    const tsc = join(top, 'node_modules/typescript/bin/tsc')
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', '']
    const compiled = await inFolder(process.execPath, tsc, 'types.ts', ...options).catch(
      ({ stdout }: { readonly stdout: string }) => ({ stdout }),
    )
    expect(compiled.stdout).toBe('')
  })
})

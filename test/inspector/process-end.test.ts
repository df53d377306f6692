import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { builtDagmar } from '../cli/built-dagmar.ts'
import { ProtocolClient } from './protocol-client.ts'
import { until } from './until.ts'

let folder = ''
beforeAll(() => {
  // Inside of a build of the package, where programs find `dagmar` by its name.
  folder = mkdtempSync(join(dirname(builtDagmar()), '../inspected-'))
}, 60_000)
afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

let programs = 0
function program(text: string) {
  const path = join(folder, `program-${++programs}.mjs`)
  writeFileSync(path, text)
  const child = spawn(process.execPath, [path], { stdio: ['pipe', 'pipe', 'inherit'] })
  let out = ''
  let code: number | null | undefined
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString()
  })
  child.on('exit', (ended) => {
    code = ended
  })
  return { child, out: () => out, code: () => code }
}

const run = (options: string) => `
import { createRuntime, plan } from 'dagmar'
import { inspect } from 'dagmar/inspector'
const runtime = createRuntime()
const begun = new Promise((resolve) => process.stdin.once('data', resolve))
const run = runtime.dispatch(plan({ name: 'p', tasks: { a: { run: () => begun } } }), { id: 'r' })
const { url } = await inspect(run, ${options})
console.log(url)
await run.result
process.stdin.destroy()
console.log('over')
`

describe('a program with an inspector', () => {
  it('ends as it would without one, though clients are connected, and these have been told all', async () => {
    const { child, out, code } = program(run('{}'))
    await until(() => out().includes('\n'))
    const client = await new ProtocolClient(out().trim()).ready()
    client.say({ type: 'follow', log: 'r', after: 0 })
    await until(() => client.entries('r', 'fact').some(({ fact }) => fact.type === 'task.started'))
    child.stdin.write('go')
    await until(() => code() !== undefined)
    expect(code()).toBe(0)
    await until(() => client.closed !== undefined)
    expect(client.entries('r', 'fact').at(-1)?.fact.type).toBe('run.completed')
  })

  it('stays alive for it where it is to', async () => {
    const { child, out, code } = program(run('{ keepAlive: true }'))
    child.stdin.write('go')
    await until(() => out().includes('over'))
    const client = await new ProtocolClient(out().split('\n')[0]!).ready()
    client.say({ type: 'follow', log: 'r', after: 0 })
    await until(() => client.entries('r', 'fact').at(-1)?.fact.type === 'run.completed')
    expect(code()).toBeUndefined()
    child.kill()
    await until(() => client.closed !== undefined)
  })

  it('warns where no browser can be opened, without the address, and goes on', async () => {
    const { child, out, code } = program(`
process.env.PATH = ''
process.on('warning', ({ message }) => console.log('warned: ' + message))
${run('{ open: true }')}`)
    await until(() => out().includes('warned'))
    expect(out()).toMatch(/warned: The inspector's page could not be opened in a browser: .*ENOENT/)
    expect(/warned.*/.exec(out())![0]).not.toContain('#')
    child.stdin.write('go')
    await until(() => code() !== undefined)
    expect(code()).toBe(0)
  })
})

import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type JsonValue, processExecutor } from 'dagmar'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

/** Programs that use the executor: what they do to it cannot be done to the process of the tests. */
const top = fileURLToPath(new URL('../../', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'process-test-'))
/** For temporary files of these programs. */
const temporary = mkdtempSync(join(tmpdir(), 'host-test-'))
const runId = `host-${process.pid}`
const hasProc = existsSync('/proc/self/environ')

beforeAll(() => {
  const config = {
    extends: join(top, 'tsconfig.build.json'),
    compilerOptions: {
      rootDir: top,
      outDir: folder,
      typeRoots: [join(top, 'node_modules/@types')],
      declaration: false,
      declarationDir: null,
      emitDeclarationOnly: false,
      declarationMap: false,
      sourceMap: false,
      inlineSources: false,
    },
    files: ['command.ts', 'process/process-executor.ts'].map((file) => join(top, 'src/executors', file)),
    include: [],
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const tsc = spawnSync(join(top, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' })
  expect(tsc.stdout).toBe('')
})

afterAll(() => {
  for (const path of [folder, temporary]) rmSync(path, { recursive: true })
})

interface Host {
  readonly code: number | null
  readonly said: string
}

/** Runs a program with `run(line, options)`, which starts a command and resolves with its last report. */
async function host(program: string, until?: (said: string) => boolean, limit = 'true'): Promise<Host> {
  const beginning = `
    import { command } from './src/executors/command.js'
    import { processExecutor } from './src/executors/process/process-executor.js'
    let count = 0
    const start = (executor, line, hear = () => {}, note = () => {}) =>
      new Promise((resolve) => {

        const attempt = { runId: '${runId}', taskId: 'task', attempt: ++count, inputs: {}, work: command(line).work, note }
        executor.start(attempt, (report) => {
          hear(report)
          if (/completed|failed|ended/.test(report.type)) resolve(report)
        })
      })
    const say = (text) => process.stdout.write(text + '\\n')
  `
  const node = [process.execPath, '--expose-gc', '--input-type=module', '-e', beginning + program]
  const child = spawn('/bin/sh', ['-c', `${limit}; exec "$@"`, 'host', ...node], {
    cwd: folder,
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let said = ''
  child.stdout.on('data', (chunk) => {
    said += String(chunk)
    if (until?.(said) === true) child.kill('SIGKILL')
  })
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { code, said: said.trim() }
}

function processesLeft(): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`DAGMAR_ATTEMPT=${runId}/`)
    } catch {
      return false
    }
  })
}

describe('a program that uses the executor', () => {
  it('leaves nothing behind when it crashes', async () => {
    const { code, said } = await host(`
      const executor = processExecutor()
      let up = 0
      const hear = (report) => {
        if (report.type !== 'attempt.output') return
        say(report.text)
        if (++up === 2) throw new Error('crash')
      }
      start(executor, 'trap "" TERM INT HUP; echo up; while :; do sleep 0.01; done', hear)
      start(executor, 'setsid sleep 100 >/dev/null 2>&1 & sleep 100 & sleep 0.1; echo up; wait', hear)
    `)
    expect(code).toBe(1)
    expect(said).toBe('up\nup')
    if (hasProc) await expect.poll(processesLeft).toEqual([])
  })

  it('leaves nothing behind when it is killed before a command was let run', async () => {
    const made = join(folder, 'made')
    const { said } = await host(
      `
      const executor = processExecutor()
      const held = () => { say('held'); return new Promise(() => {}) }
      setInterval(() => {}, 1000)
      await start(executor, 'touch ${made}', undefined, held)
      `,
      (text) => text.includes('held'),
    )
    expect(said).toBe('held')
    if (hasProc) await expect.poll(processesLeft).toEqual([])
    expect(existsSync(made)).toBe(false)
  })

  it.runIf(hasProc)('leaves its commands to a later one, when it is killed by SIGKILL', async () => {
    const before = readdirSync(temporary)
    const { said } = await host(
      `
      const executor = processExecutor()
      const line = 'trap "" HUP TERM; setsid sleep 100 >/dev/null 2>&1 & sleep 0.05; echo up; sleep 100; sleep 100'
      await start(executor, line, (report) => report.text && say(report.text), (handle) => void say(JSON.stringify(handle)))
      `,
      (text) => text.includes('up'),
    )
    await expect.poll(() => processesLeft().length).toBe(3)
    const foldersLeft = () => readdirSync(temporary).filter((name) => !before.includes(name))
    expect(foldersLeft()).toHaveLength(1)
    const handle = JSON.parse(said.split('\n')[0]!) as JsonValue
    vi.stubEnv('TMPDIR', temporary)
    await processExecutor().reap!({ runId, taskId: 'task', attempt: 1 }, handle)
    vi.unstubAllEnvs()
    expect(processesLeft()).toEqual([])
    expect(foldersLeft()).toEqual([])
  })

  it('ends by itself when its commands have', async () => {
    const { code, said } = await host(`
      const executor = processExecutor()
      const before = process.listenerCount('exit')
      const running = start(executor, 'sleep 0.05', () => say(String(process.listenerCount('exit') - before)))
      await running
      say(String(process.listenerCount('exit') - before))
    `)
    expect(said).toBe('1\n0\n0')
    expect(code).toBe(0)
  })

  it('goes on when it has no more files to open', async () => {
    const { code, said } = await host(
      `
      const executor = processExecutor()
      const ends = await Promise.all(Array.from({ length: 40 }, () => start(executor, 'sleep 0.2 & sleep 0.1')))
      const messages = ends.flatMap(({ failure }) => failure?.message ?? [])
      say(new Set(messages).size + ' ' + messages[0] + (messages.length < 40))
      `,
      undefined,
      'ulimit -n 70',
    )
    expect(said).toMatch(/^1 The command could not be started: this process has too many files open.*true$/)
    expect(code).toBe(0)
    if (hasProc) await expect.poll(processesLeft).toEqual([])
  })

  it.each([
    ['with lines', 'yes 0123456789012345678901234567890123456789 | head -c'],
    ['without an end of a line', 'yes | tr -d "\\\\n" | head -c'],
  ])('does not grow by 100 MB of output, %s', async (_, line) => {
    const { said } = await host(`
      const executor = processExecutor()
      let bytes = 0
      let most = 0
      let looked = 0
      const hear = (report) => {
        if (report.type !== 'attempt.output') return
        bytes += report.text.length + 1
        // What was read and is let go does not count, however late it would be collected.
        if (bytes - looked < 2 ** 21) return
        looked = bytes
        globalThis.gc()
        most = Math.max(most, process.memoryUsage.rss())
      }
      await start(executor, '${line} 10M', hear)
      const [before, small] = [most, bytes]
      const { output } = await start(executor, '${line} 100M', hear)
      say(JSON.stringify({ growth: (most - before) / 2 ** 20, bytes: (bytes - small) / 2 ** 20, kept: output.length }))
    `)
    const { growth, bytes, kept } = JSON.parse(said) as Record<string, number>
    expect(Math.round(bytes!)).toBe(100)
    expect(kept).toBeLessThanOrEqual(2 ** 20)
    expect(growth).toBeLessThan(50)
  })
})

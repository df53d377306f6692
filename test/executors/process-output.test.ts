import { execFileSync, spawn } from 'node:child_process'
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command, createRuntime, dag, processExecutor } from 'dagmar'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { logFolder, logPath } from '../../src/executors/process/log-path.ts'
import { expectNothingLeft, type RunningCommand, runLine, startCommand } from './commands.ts'

expectNothingLeft()

const folder = mkdtempSync(join(tmpdir(), 'process-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

const MiB = 1024 * 1024

async function outputOf(line: string): Promise<unknown> {
  const { last } = await runLine(line)
  return last.type === 'attempt.completed' ? last.output : last
}

/** A pipe that a command waits at until somebody writes into it. */
function held(): string {
  execFileSync('mkfifo', [join(folder, 'pipe')])
  return join(folder, 'pipe')
}

describe('the output of a command', () => {
  it.each([
    ['an object on the last line', `echo one; echo '{"a":[1]}'; echo; echo ' '`, { a: [1] }],
    ['an array on the last line', `echo '[1,2]'; echo no >&2`, [1, 2]],
    ['an object over several lines', `printf '{\n  "a": [\n    1\n  ]\n}\n'`, { a: [1] }],
    ['the last of several lines of JSON', `echo '{"a":1}'; echo '{"a":2}'`, { a: 2 }],
    [
      'no JSON over several lines behind something else',
      `echo hm; printf '{\n"a":1\n}\n'`,
      'hm\n{\n"a":1\n}',
    ],
    ['no JSON that is not the last line', `echo '{"a":1}'; echo done`, '{"a":1}\ndone'],
    ['no JSON of another kind', 'echo 12', '12'],
    ['no broken JSON', `echo '{"a":'`, '{"a":'],
    [
      'without the escape sequences of its colours',
      `printf '\\033[1;32m{"a":"\\033[0mb"}\\033[0m\n'`,
      { a: 'b' },
    ],
    ['nothing', 'true', ''],
    ['trimmed', "printf '\\n\\n  a \\n b  \\n\\n'", 'a \n b'],
  ])('is %s', async (_, line, output) => {
    expect(await outputOf(line)).toEqual(output)
  })

  it('is the last MiB of it, with a note, when there is more', async () => {
    const run = await runLine('yes 12345 | head -c 1999998; echo end')
    const { output } = run.last as { output: string }
    expect(output.length).toBeLessThanOrEqual(MiB)
    expect(output.length).toBeGreaterThan(MiB - 10)
    expect(output.slice(-10)).toBe('12345\nend'.padStart(10, '\n'))
    expect(run.warnings()).toEqual(['The output is the last MiB of its stdout, which has 2000002 bytes.'])
  })

  it('is told while its line has not ended, as it stands, and again as a whole', async () => {
    const run = startCommand(command(`printf 'get 10%%\\rget 20%%\\r'; read answer < '${held()}'; echo done`))
    const isTold = () =>
      expect(run.reports).toContainEqual({
        type: 'attempt.output',
        text: 'get 20%',
        stream: 'stdout',
        isPartial: true,
      })
    await vi.waitFor(isTold, { timeout: 10_000, interval: 5 })
    expect(run.lines()).toEqual([])
    writeFileSync(join(folder, 'pipe'), 'go\n')
    expect(await run.end).toMatchObject({ type: 'attempt.completed', output: 'get 10%\rget 20%\rdone' })
    expect(run.lines()).toEqual(['get 10%\rget 20%\rdone'])
  })

  it('needs no note when the last line says it all', async () => {
    const run = await runLine(`yes 12345 | head -c 2000000; echo; echo '{"ok":true}'`)
    expect(run.last).toMatchObject({ output: { ok: true } })
    expect(run.warnings()).toEqual([])
  })

  it('is a text, with a note, where its JSON is deeper than programs can take', async () => {
    const run = await runLine(`printf '%05000d' 0 | tr 0 '['; printf '%05000d' 0 | tr 0 ']'`)
    expect(run.last).toMatchObject({ output: '['.repeat(5_000) + ']'.repeat(5_000) })
    expect(run.warnings()).toEqual(['The output is a text: as JSON it would be more than 1000 deep.'])
  })

  it('does not begin in the middle of a character', async () => {
    const output = await outputOf(`yes äöü | tr -d '\\n' | head -c 1500001`)
    expect(output).toMatch(/^[äöü]+�?$/)
  })
})

describe('output that is held back', () => {
  const patient = { timeout: 10_000 }
  const types = (run: RunningCommand) => run.reports.map(({ type }) => type)

  it('makes the command wait, which counts as work, and comes whole once it is read again', async () => {
    const executor = processExecutor()
    const [go, written] = [join(folder, 'go'), join(folder, 'held')]
    const line = `echo there; until [ -e ${go} ]; do sleep 0.01; done; seq 100000; touch ${written}`
    const run = startCommand(command(line), { executor })
    await run.says('there')
    executor.holdOutput(true)
    writeFileSync(go, '')
    await expect.poll(() => types(run), patient).toContain('attempt.heartbeat')
    expect(existsSync(written)).toBe(false)
    executor.holdOutput(false)
    await run.end
    expect(run.lines().slice(1)).toEqual(Array.from({ length: 100_000 }, (_, n) => String(n + 1)))
  })

  it('is held back of commands that start later, and read at their end', async () => {
    const executor = processExecutor()
    executor.holdOutput(true)
    const go = join(folder, 'go-later')
    const line = `echo one; until [ -e ${go} ]; do sleep 0.01; done; echo two`
    const run = startCommand(command(line), { executor })
    await expect.poll(() => types(run), patient).toContain('attempt.heartbeat')
    expect(run.lines()).toEqual([])
    writeFileSync(go, '')
    await run.end
    expect(run.lines()).toEqual(['one', 'two'])
  })
})

describe('the lines of a command', () => {
  it('are told whole, blank ones too, and the last one without an end', async () => {
    const run = await runLine("printf 'one\\n\\nthr'; sleep 0.05; printf 'ee\\nfo'; sleep 0.05; printf ur")
    expect(run.lines()).toEqual(['one', '', 'three', 'four'])
  })

  it('are signs of work before they are whole', async () => {
    const run = startCommand(command('printf .; sleep 100'))
    await expect.poll(() => run.reports.map(({ type }) => type)).toContain('attempt.heartbeat')
    expect(run.lines()).toEqual([])
    run.executor.abort(run.attemptId)
    await run.end
    expect(run.lines()).toEqual(['.'])
  })

  it('come in parts of 64 KiB when they have no end', async () => {
    const run = await runLine("head -c 200000 /dev/zero | tr '\\0' x")
    expect(run.lines().map(({ length }) => length)).toEqual([65_536, 65_536, 65_536, 3_392])
    expect(run.lines().join('')).toBe('x'.repeat(200_000))
  })

  it('come together where they come fast', async () => {
    const run = await runLine('seq 100000')
    expect(run.lines()).toEqual(Array.from({ length: 100_000 }, (_, n) => String(n + 1)))
    expect(run.reports.length).toBeLessThan(1_000)
  })

  it('keep characters that arrive in two pieces, and mark what is none', async () => {
    const run = await runLine(
      "printf '\\303'; sleep 0.05; printf '\\244\\n'; printf 'a\\377b\\n'; printf 'end\\303'",
    )
    expect(run.lines()).toEqual(['ä', 'a�b', 'end�'])
    const long = await runLine("head -c 65535 /dev/zero | tr '\\0' x; printf 'ä\\n'")
    expect(long.lines().join('')).toBe(`${'x'.repeat(65_535)}ä`)
  })

  it('keep their escape codes', async () => {
    expect((await runLine("printf '\\033[31mred\\033[0m\\n'")).lines()).toEqual(['\u001B[31mred\u001B[0m'])
  })

  it('are cut in a failure when they are very long', async () => {
    const { last } = await runLine("head -c 50000 /dev/zero | tr '\\0' x; exit 1")
    expect(last).toMatchObject({ failure: { output: [`${'x'.repeat(2_000)}…`] } })
  })
})

describe('the log of an attempt', () => {
  const logDir = join(folder, 'logs')
  const logOf = (attemptId: string, name = 'task'): string =>
    readFileSync(join(logDir, `run-${process.pid}`, `${name}.${attemptId.split('/').at(-1)}.log`), 'latin1')

  it('has the bytes of both streams line by line, as they came', async () => {
    const line = "echo one; sleep 0.05; printf 'two\\377\\n' >&2; sleep 0.05; printf '\\033[1mthree'"
    const { attemptId } = await runLine(line, {}, { logDir })
    expect(logOf(attemptId)).toBe('one\ntwo\u00FF\n\u001B[1mthree')
  })

  it('is not made while nothing is written', async () => {
    const logDir = join(folder, 'no-logs')
    await runLine('true', {}, { logDir })
    expect(() => readdirSync(logDir)).toThrow('ENOENT')
  })

  it('has a name of its own, whatever its task and its run are called', () => {
    const nameOf = (runId: string, taskId = 'a', attempt = 1): string =>
      join(logFolder('', runId), logPath('', { taskId, attempt }))
    expect(nameOf('nightly', 'test(20)', 3)).toBe('nightly/test(20).3.log')
    expect(nameOf('a/b')).toMatch(/^a_b~[0-9a-f]{16}\/a\.1\.log$/)
    expect(nameOf('..', '../up')).toMatch(/^_\.~[0-9a-f]{16}\/_\._up~[0-9a-f]{16}\.1\.log$/)
    const odd = [
      'b',
      'a_b',
      'a/b',
      'a:b',
      'a\nb',
      nameOf('a/b').split('/')[0]!,
      '\uD800',
      '\uD801',
      'a.1',
      '..',
      '.',
    ]
    const long = ['ä'.repeat(200), `${'ä'.repeat(199)}b`, `${'ä'.repeat(199)}c`]
    const names = [...odd, ...long].flatMap((one) => [nameOf(one), nameOf('r', one)])
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) {
      const parts = name.split('/')
      expect(parts).toHaveLength(2)
      for (const part of parts) expect(Buffer.byteLength(part)).toBeLessThan(256)
    }
  })

  it('is never shared by two runs', async () => {
    const logDir = join(folder, 'two-runs')
    const executor = processExecutor({ logDir })
    const runtime = createRuntime({ executors: { process: executor } })
    const plan = dag('twice').task('a', command('echo $DAGMAR_RUN_ID'))
    await Promise.all(['one', 'two'].map((id) => runtime.run(plan, { id })))
    for (const id of ['one', 'two']) {
      expect(readFileSync(join(logDir, id, 'a.1.log'), 'utf8')).toBe(`${id}\n`)
    }
  })

  it('that cannot be written is told once, and the task goes on', async () => {
    const run = await runLine('echo one; sleep 0.05; echo two', {}, { logDir: '/dev/null/logs' })
    expect(run.last).toMatchObject({ output: 'one\ntwo' })
    expect(run.warnings()).toEqual([expect.stringContaining('cannot be written')])
  })

  it.each([
    ['a pipe', (path: string) => execFileSync('mkfifo', [path])],
    ['a folder', (path: string) => mkdirSync(path)],
  ])('is not written where %s has its name', async (name, make) => {
    const logDir = join(folder, name)
    const first = await runLine('echo one', {}, { logDir })
    const next = Number(first.attemptId.split('/').at(-1)) + 1
    make(join(logDir, `run-${process.pid}`, `task.${next}.log`))
    const second = await runLine('echo two', {}, { logDir })
    expect(second.last).toMatchObject({ output: 'two' })
    expect(second.warnings()).toEqual([expect.stringContaining('cannot be written: it is no regular file.')])
  })

  it('that is slow makes the command wait, and misses nothing', async () => {
    const logDir = join(folder, 'slow')
    const fifo = join(logDir, 'slow.log')
    // A pipe in the place of the file, and a reader that takes its time.
    const reader = spawn(
      '/bin/sh',
      ['-c', `mkdir ${logDir}; mkfifo ${fifo}; echo ready; { sleep 0.3; cat; } <${fifo} | wc -c`],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    )
    let read = ''
    const ready = new Promise<void>((resolve) => {
      reader.stdout.on('data', (chunk) => {
        read += String(chunk)
        if (read.includes('ready')) resolve()
      })
    })
    await ready
    const { Output } = await import('../../src/executors/process/output.ts')
    const { AttemptLog } = await import('../../src/executors/process/attempt-log.ts')
    const pauses: boolean[] = []
    const output = new Output({
      tell: () => undefined,
      beat: () => undefined,
      tellUnended: () => undefined,
      hear: () => undefined,
      log: (holdBack) =>
        new AttemptLog({
          path: fifo,
          open: (path, highWaterMark) => createWriteStream(path, { highWaterMark }),
          holdBack: (isFull) => {
            pauses.push(isFull)
            holdBack(isFull)
          },
          warn: (message) => {
            throw new Error(message)
          },
        }),
    })
    const source = spawn('/bin/sh', ['-c', 'seq 1000000 | head -c 4000000'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    output.read(source.stdout as never, source.stderr as never)
    await new Promise((resolve) => source.once('exit', resolve))
    await new Promise<void>((resolve) => output.settle(200, resolve))
    await new Promise<void>((resolve) => output.endLog(resolve))
    await new Promise((resolve) => reader.once('close', resolve))
    expect(read).toBe('ready\n4000000\n')
    expect(pauses).toContain(true)
    expect(pauses).toContain(false)
  })
})

import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { command } from 'dagmar'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { expectNothingLeft, runLine, startCommand } from './commands.ts'

expectNothingLeft()

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'process-test-')))
afterAll(() => rmSync(folder, { recursive: true }))

function envFile(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

describe('the environment of a command', () => {
  it("is this process's, with the task's on top", async () => {
    process.env['PROCESS_TEST_OWN'] = 'own'
    process.env['PROCESS_TEST_GONE'] = 'gone'
    const { last } = await runLine('echo "$PROCESS_TEST_OWN $PROCESS_TEST_GONE. $NUMBER $TEXT"', {
      env: { NUMBER: 3, TEXT: 'a  b', PROCESS_TEST_GONE: undefined },
    })
    expect(last).toMatchObject({ output: 'own . 3 a  b' })
  })

  it.each([
    ['where nothing speaks against it', {}, '[3][]'],
    ['not where NO_COLOR is set', { NO_COLOR: '1' }, '[][1]'],
    ['not where it is set already', { FORCE_COLOR: '0' }, '[0][]'],
    ['not where the task unsets it', { FORCE_COLOR: undefined }, '[][]'],
  ])('has FORCE_COLOR for an executor that wants colours: %s', async (_, env, output) => {
    for (const name of ['NO_COLOR', 'FORCE_COLOR']) vi.stubEnv(name, undefined)
    const { last } = await runLine('echo "[$FORCE_COLOR][$NO_COLOR]"', { env }, { forceColor: 3 })
    vi.unstubAllEnvs()
    expect(last).toMatchObject({ type: 'attempt.completed', output })
  })

  it('takes files, a later over an earlier, and env over all', async () => {
    const first = envFile('first.env', 'A=1\nB=1\nC=1\n')
    const second = relative(process.cwd(), envFile('second.env', "export B='2' # two\nC=2"))
    const { last } = await runLine('echo $A$B$C', { envFile: [first, second], env: { C: 3 } })
    expect(last).toMatchObject({ output: '123' })
  })

  it.each([
    ['a file that is not there', 'no-such.env', undefined, 'there is no such file'],
    ['a line that is none', 'bad.env', 'A=1\n\nB\n', "bad.env:3: 'B' is no KEY=VALUE"],
  ])('cannot be made of %s: nothing runs', async (_, name, text, reason) => {
    const path = text === undefined ? join(folder, name) : envFile(name, text)
    const run = await runLine('echo ran', { envFile: path })
    expect(run.last).toMatchObject({
      failure: { code: 'ENV_FILE_INVALID', message: expect.stringContaining(reason) },
    })
    expect(run.reports).toHaveLength(1)
  })

  it('keeps variables whose names are none for a shell', async () => {
    const options = { env: { 'spring.profile': 'a b', 'my-flag': '$x' } }
    const last = await startCommand(command('env', [], options)).end
    expect(last).toMatchObject({ output: expect.stringMatching(/^spring\.profile=a b$/m) })
    expect(last).toMatchObject({ output: expect.stringMatching(/^my-flag=\$x$/m) })
    expect(last).not.toMatchObject({ output: expect.stringContaining('DAGMAR_GO') })
  })

  it('makes no options of names that this process was given', async () => {
    Object.assign(process.env, { '-i': '1', '-S': 'x', 'kept.one': 'kept' })
    try {
      const run = startCommand(command('env', []))
      await run.end
      expect(run.lines()).toContain('kept.one=kept')
      expect(run.lines().some((line) => line.startsWith('PATH='))).toBe(true)
    } finally {
      for (const name of ['-i', '-S', 'kept.one']) delete process.env[name]
    }
  })

  it('says which attempt it is', async () => {
    const run = await runLine('echo "$DAGMAR_ATTEMPT $DAGMAR_RUN_ID $DAGMAR_TASK_ID"', {}, { taskId: 'a b' })
    expect(run.last).toMatchObject({ output: `${run.attemptId} ${run.attemptId.split('/')[0]} a b` })
  })
})

describe('where and by what a command runs', () => {
  it('is a directory, from here or from the root', async () => {
    expect((await runLine('pwd', { cwd: folder })).last).toMatchObject({ output: folder })
    const last = await startCommand(command('pwd', [], { cwd: relative(process.cwd(), folder) })).end
    expect(last).toMatchObject({ output: folder })
  })

  it('is a shell of its choice', async () => {
    expect((await runLine('process.stdout.write("js")', { shell: join(folder, 'js') })).last.type).toBe(
      'attempt.failed',
    )
    const script = envFile('js', '#!/bin/sh\nexec node -e "$2"\n')
    const { chmodSync } = await import('node:fs')
    chmodSync(script, 0o755)
    expect((await runLine('process.stdout.write("js")', { shell: script })).last).toMatchObject({
      output: 'js',
    })
  })
})

describe('the inputs of a command', () => {
  const show = 'echo "$DAGMAR_INPUTS|$DAGMAR_INPUT"'

  it('are JSON in variables', async () => {
    const run = await runLine(
      show,
      {},
      { inputs: { build: { ok: true }, lint: undefined, 'a b': null }, input: [1] },
    )
    expect(run.last).toMatchObject({ output: '{"build":{"ok":true},"a b":null}|[1]' })
    expect((await runLine(`${show}; [ -z "\${DAGMAR_INPUT+x}" ]`)).last).toMatchObject({ output: '{}|' })
  })

  it('are not those of a run around this one', async () => {
    process.env['DAGMAR_INPUT'] = 'outer'
    process.env['DAGMAR_INPUTS_FILE'] = 'outer'
    const run = await runLine('echo "$DAGMAR_INPUT$DAGMAR_INPUTS_FILE"')
    delete process.env['DAGMAR_INPUT']
    delete process.env['DAGMAR_INPUTS_FILE']
    expect(run.last).toMatchObject({ output: '' })
  })

  it('are files when they are large, removed at the end', async () => {
    const large = 'ä'.repeat(300_000)
    const line =
      'echo "$DAGMAR_INPUTS_FILE"; wc -c <"$DAGMAR_INPUTS_FILE"; wc -c <"$DAGMAR_INPUT_FILE"; echo "[$DAGMAR_INPUTS$DAGMAR_INPUT]"'
    const run = await runLine(line, {}, { inputs: { large }, input: large })
    const [path, ...rest] = run.lines()
    expect(rest.map((text) => text.trim())).toEqual(['600012', '600002', '[]'])
    expect(existsSync(dirname(path!))).toBe(false)
  })

  it('stay variables up to 64 KiB', async () => {
    const input = 'x'.repeat(64 * 1024 - 2)
    expect((await runLine('echo ${#DAGMAR_INPUT}', {}, { input })).last).toMatchObject({ output: '65536' })
    expect((await runLine('wc -c <$DAGMAR_INPUT_FILE', {}, { input: `${input}x` })).last).toMatchObject({
      output: '65537',
    })
  })

  it.each([
    ['a number too large', { count: 1n }, undefined, "The output of 'count' cannot be given"],
    [
      'a function',
      { make: () => 1 },
      undefined,
      "The output of 'make' cannot be given to a command as JSON: it is a function.",
    ],
    ['a circle', {}, circle(), "The run's input cannot be given to a command as JSON: Converting circular"],
  ])('cannot be %s', async (_, inputs, input, message) => {
    const run = await runLine('echo ran', {}, { inputs, input })
    expect(run.reports).toHaveLength(1)
    expect(run.last).toMatchObject({
      failure: {
        code: 'INPUT_NOT_SERIALISABLE',
        message: expect.stringContaining(message),
        retryable: false,
      },
    })
  })
})

function circle(): object {
  const round: Record<string, unknown> = {}
  round['again'] = round
  return round
}

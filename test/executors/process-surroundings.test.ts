import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CommandOptions, DagmarError, command, createRuntime, dag, processExecutor } from 'dagmar'
import type { Surroundings } from 'dagmar'
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest'
import { expectNothingLeft, runLine } from './commands.ts'

expectNothingLeft()
afterEach(() => void vi.unstubAllEnvs())

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'surroundings-test-')))
afterAll(() => rmSync(folder, { recursive: true }))

const path = process.env['PATH']!

function folderOf(name: string, files: Readonly<Record<string, string>> = {}): string {
  const made = join(folder, name)
  mkdirSync(made, { recursive: true })
  for (const [file, text] of Object.entries(files)) writeFileSync(join(made, file), text)
  return made
}

/** Runs a line with these surroundings. */
async function runIn(around: Partial<Surroundings>, line: string, options: CommandOptions = {}) {
  const surroundings = (): Surroundings => ({ env: { PATH: path }, cwd: folder, ...around })
  return runLine(line, options, { surroundings })
}

describe('the surroundings of a run', () => {
  it("are all the variables that a command begins with, in place of this process's", async () => {
    vi.stubEnv('SURROUNDINGS_TEST', 'of this process')
    const { last } = await runIn({ env: { PATH: path, LANG: 'C', GONE: 'x' } }, 'env | cut -d= -f1 | sort', {
      env: { OWN: 'task', GONE: undefined },
    })
    const names = (last as { readonly output: string }).output.split('\n')
    const shells = ['PWD', 'OLDPWD', 'SHLVL', '_']
    expect(names.filter((name) => !name.startsWith('DAGMAR_') && !shells.includes(name))).toEqual([
      'LANG',
      'OWN',
      'PATH',
    ])
    expect(names).toEqual(expect.arrayContaining(['DAGMAR_ATTEMPT', 'DAGMAR_INPUTS', 'DAGMAR_TELL']))
  })

  it('have none of the values of an outer dagmar, but the marks of this process', async () => {
    vi.stubEnv('DAGMAR_MARKS', 'of-this-process')
    const env = { PATH: path, DAGMAR_MARKS: 'of-who-asked', DAGMAR_INPUT: 'outer', DAGMAR_TASK_ID: 'outer' }
    const { last } = await runIn({ env }, 'echo "$DAGMAR_MARKS/$DAGMAR_INPUT/$DAGMAR_TASK_ID"')
    expect(last).toMatchObject({ output: expect.stringMatching(/^of-this-process,[0-9a-f-]{36}\/\/task$/) })
  })

  it('choose colours by themselves', async () => {
    vi.stubEnv('NO_COLOR', '1')
    const coloursOf = async (env: Readonly<Record<string, string>>) =>
      (
        await runLine(
          'echo "[$FORCE_COLOR][$NO_COLOR]"',
          {},
          { forceColor: 2, surroundings: () => ({ env, cwd: folder }) },
        )
      ).last
    expect(await coloursOf({ PATH: path })).toMatchObject({ output: '[2][]' })
    expect(await coloursOf({ PATH: path, NO_COLOR: '' })).toMatchObject({ output: '[][]' })
  })

  it('are where relative folders and environment files start', async () => {
    const cwd = folderOf('start', { 'some.env': 'FROM_FILE=yes\n' })
    folderOf('start/below')
    const line = 'echo "$PWD $FROM_FILE"'
    expect((await runIn({ cwd }, line)).last).toMatchObject({ output: cwd })
    const { last } = await runIn({ cwd }, line, { cwd: 'below', envFile: './some.env' })
    expect(last).toMatchObject({ output: `${cwd}/below yes` })
    const absolute = await runIn({ cwd: folder }, line, { cwd: join(cwd, 'below') })
    expect(absolute.last).toMatchObject({ output: `${cwd}/below` })
  })

  it('are where a program given by a relative path is looked for, and said to be missing', async () => {
    const cwd = folderOf('programs')
    const { last } = await runIn({ cwd }, 'echo ran', { shell: './no-shell' })
    expect(last).toMatchObject({ failure: { message: expect.stringContaining('its shell was not found') } })
    writeFileSync(join(cwd, 'no-shell'), '#!/bin/sh\necho found', { mode: 0o755 })
    const found = await runIn({ cwd }, 'echo ran', { shell: './no-shell' })
    expect(found.last).toMatchObject({ output: 'found' })
  })

  it.each([
    [0o077, '0077'],
    [0, '0000'],
    [0o002, '0002'],
  ])('set the umask %i', async (umask, shown) => {
    expect((await runIn({ umask }, 'umask')).last).toMatchObject({ output: shown })
  })

  it("leave this process's umask to those that name none", async () => {
    const own = process.umask().toString(8).padStart(4, '0')
    expect((await runIn({}, 'umask')).last).toMatchObject({ output: own })
    expect((await runLine('umask')).last).toMatchObject({ output: own })
  })

  it('say where the logs of the run lie', async () => {
    const logDir = join(folder, 'logs')
    const run = await runIn({ logDir }, 'echo one')
    expect(readdirSync(logDir)).toEqual([`task.${run.attemptId.split('/').at(-1)}.log`])
  })

  it('are asked for with the id of the run when an attempt starts, for each anew', async () => {
    const asked: string[] = []
    const executor = processExecutor({
      surroundings: (runId) => {
        asked.push(runId)
        return runId === 'none'
          ? undefined
          : { env: { PATH: path, WHO: runId, N: `${asked.length}` }, cwd: '/' }
      },
    })
    const runtime = createRuntime({ executors: { process: executor } })
    const plan = dag('two')
      .task('a', command('echo "$WHO $N"'))
      .task('b', { needs: ['a'] }, command('echo "$WHO $N"; pwd'))
    expect(await runtime.run(plan, { id: 'mine' })).toEqual({ a: 'mine 1', b: 'mine 2\n/' })
    expect((await runtime.run(plan, { id: 'none' })).b).toContain(process.cwd())
    expect(asked).toEqual(['mine', 'mine', 'none', 'none'])
  })
})

describe('surroundings that are not there', () => {
  it('fail the attempt for good, with the code and the words of a DagmarError', async () => {
    const run = await runLine(
      'echo ran',
      {},
      {
        surroundings: () => {
          throw new DagmarError('SECRET_LOST', { message: 'API_KEY is lost.', hint: 'Give it again.' })
        },
      },
    )
    const failure = { code: 'SECRET_LOST', message: 'API_KEY is lost. Give it again.', retryable: false }
    expect(run.reports).toEqual([{ type: 'attempt.failed', failure }])
  })

  it('fail the attempt with COMMAND_NOT_STARTED and the words of anything else', async () => {
    const failed = await runLine(
      'echo ran',
      {},
      {
        surroundings: () => {
          throw new Error('the disk is away')
        },
      },
    )
    expect(failed.reports).toEqual([
      {
        type: 'attempt.failed',
        failure: { code: 'COMMAND_NOT_STARTED', message: expect.stringContaining('the disk is away') },
      },
    ])
  })

  it.each([
    ['a relative cwd', { cwd: 'here' }, '.cwd is'],
    ['a umask that is none', { umask: 0o1000 }, '.umask is'],
    ['a relative logDir', { logDir: 'logs' }, '.logDir is'],
    ['a variable that is no text', { env: { SECRET: 42 as never } }, '.env must be'],
    ['a null character in a variable', { env: { SECRET: '42\0' } }, '.env must be'],
  ])(
    'fail the attempt with CONFIG_INVALID for %s, and tell no value of a variable',
    async (_, around, words) => {
      const { last } = await runIn(around, 'echo ran')
      expect(last).toMatchObject({
        failure: { code: 'CONFIG_INVALID', message: expect.stringContaining(words), retryable: false },
      })
      expect(JSON.stringify(last)).not.toContain('42')
    },
  )

  it('are named: a folder that was removed', async () => {
    const cwd = folderOf('removed')
    rmSync(cwd, { recursive: true })
    const expected = {
      code: 'COMMAND_NOT_STARTED',
      message: expect.stringContaining(`${cwd} does not exist`),
    }
    expect((await runIn({ cwd }, 'echo ran')).last).toMatchObject({ failure: expected })
    const below = await runIn({ cwd: folder }, 'echo ran', { cwd: 'removed' })
    expect(below.last).toMatchObject({ failure: expected })
  })

  it('are named: an environment file that was removed', async () => {
    const { last } = await runIn({ cwd: folder }, 'echo ran', { envFile: 'gone.env' })
    const message = expect.stringContaining(
      `${join(folder, 'gone.env')} cannot be read: there is no such file`,
    )
    expect(last).toMatchObject({ failure: { code: 'ENV_FILE_INVALID', message } })
  })

  it('are refused at once where they are no function', () => {
    expect(() => processExecutor({ surroundings: {} as never })).toThrow('a function of a run id')
  })
})

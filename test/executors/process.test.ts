import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  command,
  createRuntime,
  dag,
  type Fact,
  processExecutor,
  type ReportedFailure,
  type Work,
} from 'dagmar'
import { afterAll, describe, expect, it } from 'vitest'
import { expectNothingLeft, type ProcessHandle, runLine, startCommand } from './commands.ts'

expectNothingLeft()

const folder = mkdtempSync(join(tmpdir(), 'process-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

type PlacedFact = Extract<Fact, { type: 'task.placed' }>

function fileWith(name: string, text: string, mode: number): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

async function failureOf(work: Work<unknown>): Promise<ReportedFailure | undefined> {
  const last = await startCommand(work).end
  return last.type === 'attempt.failed' ? last.failure : undefined
}

describe('a command', () => {
  it('starts, tells its lines and completes with its trimmed stdout', async () => {
    const run = await runLine('echo one; echo two >&2; echo three')
    expect(run.reports[0]).toEqual({ type: 'attempt.started' })
    expect(run.lines('stdout')).toEqual(['one', 'three'])
    expect(run.lines('stderr')).toEqual(['two'])
    expect(run.last).toEqual({
      type: 'attempt.completed',
      output: 'one\nthree',
    })
  })

  it('gets its arguments as they are when it is a file with arguments', async () => {
    const last = await startCommand(command('printf', ['%s|', 'a b', '$HOME', '', "it's"])).end
    expect(last).toMatchObject({ output: "a b|$HOME||it's|" })
  })

  it('finds no input, whatever this process has', async () => {
    expect((await runLine('cat; echo done')).last).toMatchObject({ output: 'done' })
  })

  it('has no other files open than its output', async () => {
    const { last } = await runLine('[ -e /dev/fd/2 ] && echo two; [ -e /dev/fd/3 ] || echo no three')
    expect(last).toMatchObject({ output: 'two\nno three' })
  })

  it('may close its stdout and stderr long before it ends', async () => {
    const run = await runLine('echo out; exec >&- 2>&-; sleep 0.3; exit 4')
    expect(run.last).toMatchObject({
      failure: { message: 'The command exited with code 4.', output: ['out'] },
    })
  })

  it('leads a process group of its own, and is the process that was held before', async () => {
    let held = 0
    const run = await runLine(
      'echo $$ $(cut -d" " -f5 /proc/self/stat)',
      {},
      { note: ({ pid }) => void (held = pid) },
    )
    expect(run.last).toMatchObject({ output: `${held} ${held}` })
  })

  it('runs beside fifty others', async () => {
    const executor = processExecutor()
    const listeners = process.listenerCount('exit')
    const runs = Array.from({ length: 50 }, (_, n) =>
      startCommand(command(`sleep 0.1; echo ${n}`), { executor }),
    )
    const ends = await Promise.all(runs.map(({ end }) => end))
    expect(ends.map((end) => end.type === 'attempt.completed' && end.output)).toEqual(
      runs.map((_, n) => String(n)),
    )
    expect(process.listenerCount('exit')).toBe(listeners)
  })
})

describe('commands in a dag', () => {
  it('pass on what they print, and fail with their last lines', async () => {
    const plan = dag<{ readonly name: string }>('release')
      .task('build', command(`echo '{"bundle":"app.js"}'`))
      .task('pack', { needs: ['build'] }, command('echo "$DAGMAR_INPUTS for $DAGMAR_INPUT"'))
      .task('test', { needs: ['build'] }, command('echo two spaces; exit 3'))
    const result = await createRuntime().dispatch(plan, { input: { name: 'ada' } }).result
    expect(result.outputs.pack).toBe('{"build":{"bundle":"app.js"}} for {"name":"ada"}')
    expect(result.outcomes.test).toMatchObject({
      status: 'failed',
      failure: { code: 'COMMAND_FAILED', message: 'The command exited with code 3.', output: ['two spaces'] },
    })
  })

  it('are noted, with what finds their processes, before they run', async () => {
    const run = createRuntime().dispatch(dag('noted').task('a', command('echo $$ ${DAGMAR_MARKS##*,}')))
    const told: Fact[] = []
    run.events$.subscribe((fact) => told.push(fact))
    await run.result
    const [placed, started] = told.filter(({ type }) => type === 'task.placed' || type === 'task.started')
    expect(started?.type).toBe('task.started')
    const { pid, start, boot, mark } = (placed as PlacedFact).handle as unknown as ProcessHandle
    expect(run.view().tasks.get('a')?.outcome).toEqual({ status: 'completed', output: `${pid} ${mark}` })
    expect([Number.isInteger(start), boot.length]).toEqual([true, 36])
  })

  it('are killed as a group', async () => {
    const runtime = createRuntime()
    const run = runtime.dispatch(dag('hung').task('hang', command('echo up; sleep 100 & sleep 100')))
    run.events$.subscribe((fact) => {
      if (fact.type === 'task.output') void run.kill()
    })
    expect((await run.result).outcomes.hang).toMatchObject({ status: 'killed', abandoned: false })
  })
})

describe('a command that fails', () => {
  it('says its exit code and its last 20 lines, of both streams', async () => {
    const failure = await failureOf(
      command('for n in $(seq 30); do echo line $n; done; echo no luck >&2; exit 3'),
    )
    expect(failure).toMatchObject({ code: 'COMMAND_FAILED', message: 'The command exited with code 3.' })
    expect(failure?.output).toHaveLength(20)
    expect(failure?.output).toEqual(expect.arrayContaining(['line 30', 'no luck']))
  })

  it('exits at once without a word', async () => {
    expect(await failureOf(command('false', []))).toEqual({
      code: 'COMMAND_FAILED',
      message: 'The command exited with code 1.',
      output: [],
    })
  })

  it('says which signal killed it', async () => {
    expect(await failureOf(command('kill -SEGV $$'))).toMatchObject({
      code: 'COMMAND_KILLED',
      message: 'The command was killed by SIGSEGV.',
    })
  })

  it('says that it was killed from outside', async () => {
    const run = startCommand(command('echo $$; exec sleep 100'))
    await run.says('\n'.trim())
    await expect.poll(() => run.lines().length).toBe(1)
    process.kill(Number(run.lines()[0]), 'SIGKILL')
    expect(await run.end).toMatchObject({
      failure: { code: 'COMMAND_KILLED', message: expect.stringContaining('SIGKILL, from outside') },
    })
  })

  it('says what a shell means by a code above 128', async () => {
    expect((await failureOf(command('sh -c "kill -9 \\$\\$"; exit $?')))?.message).toBe(
      'The command exited with code 137: killed by SIGKILL, says the shell.',
    )
  })
})

describe('a command that cannot run', () => {
  it('is named when there is no such command', async () => {
    expect(await failureOf(command('no-such-command', ['x']))).toMatchObject({
      code: 'COMMAND_FAILED',
      message: 'The command exited with code 127: command not found: no-such-command.',
      output: [expect.stringContaining('not found')],
    })
    expect((await failureOf(command('./no/such/file', [])))?.message).toContain(
      'command not found: ./no/such/file',
    )
    expect((await failureOf(command('no-such-command x')))?.message).toBe(
      'The command exited with code 127: command not found, says the shell.',
    )
    expect((await failureOf(command('echo', { shell: 'no-such-shell' })))?.message).toBe(
      'The command exited with code 127: its shell was not found: no-such-shell.',
    )
    expect((await failureOf(command('echo', { shell: '/' })))?.message).toContain(
      'its shell is not executable: /',
    )
  })

  it('is named when it is not executable', async () => {
    const path = fileWith('plain.sh', 'echo hello', 0o644)
    expect((await failureOf(command(path, [])))?.message).toBe(
      `The command exited with code 126: not executable: ${path}.`,
    )
    expect((await failureOf(command(folder, [])))?.message).toContain(`not executable: ${folder}`)
    expect((await failureOf(command(`'${path}'`)))?.message).toContain('not executable, says the shell')
  })

  it('is suspected when its interpreter is missing', async () => {
    const path = fileWith('odd.sh', '#!/no/such/interpreter\n', 0o755)
    expect((await failureOf(command(path, [])))?.message).toMatch(
      /code 12[67]: .*(interpreter|cannot be executed)/,
    )
  })

  it('keeps its own code when it exits with 127 by itself', async () => {
    const path = fileWith('own.sh', '#!/bin/sh\nexit 126\n', 0o755)
    expect((await failureOf(command(path, [])))?.message).toContain('code 126')
  })

  it.each([
    ['a directory that does not exist', '/no/such/folder', 'its directory /no/such/folder does not exist'],
    ['a directory that is a file', '/dev/null', 'its directory /dev/null is a file'],
  ])('says so of %s', async (_, cwd, reason) => {
    expect(await failureOf(command('true', [], { cwd }))).toEqual({
      code: 'COMMAND_NOT_STARTED',
      message: `The command could not be started: ${reason}.`,
    })
  })

  it('says so of arguments and variables that are too large', async () => {
    const failure = await failureOf(
      command(
        'true',
        Array.from({ length: 40 }, () => 'x'.repeat(100_000)),
      ),
    )
    expect(failure).toMatchObject({
      code: 'COMMAND_NOT_STARTED',
      message: expect.stringContaining('larger than the system takes'),
    })
    expect(await failureOf(command('true', { env: { HUGE: 'x'.repeat(3_000_000) } }))).toMatchObject({
      code: 'COMMAND_NOT_STARTED',
      message: expect.stringContaining('larger than the system takes'),
    })
  })

  it('is none that command() made', async () => {
    const last = await startCommand({ executor: 'process', work: () => 1 }).end
    expect(last).toMatchObject({ failure: { code: 'COMMAND_NOT_STARTED', retryable: false } })
  })
})

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command, processExecutor } from 'dagmar'
import { afterAll, describe, expect, it, vi } from 'vitest'
import {
  expectNothingLeft,
  isGroupAlive,
  processesOfThisFile,
  runLine,
  startCommand,
  withResolvers,
} from './commands.ts'

expectNothingLeft()

const folder = mkdtempSync(join(tmpdir(), 'process-test-'))
afterAll(() => rmSync(folder, { recursive: true }))
const hasProc = existsSync('/proc/self/environ')

/** Runs a line that prints `up` when it is ready, and its own number first. */
async function startLine(line: string, options: Parameters<typeof startCommand>[1] = {}) {
  const run = startCommand(command(`echo $$; ${line}`), options)
  await run.says('up')
  return { ...run, pid: Number(run.lines()[0]) }
}

describe('an attempt that is aborted', () => {
  it('ends with its whole group', async () => {
    const run = await startLine('sleep 100 & sleep 100 & echo up; wait')
    run.executor.abort(run.attemptId)
    expect(await run.end).toEqual({ type: 'attempt.ended' })
    expect(isGroupAlive(run.pid)).toBe(false)
    expect(run.warnings()).toEqual([])
  })

  it('is ended, whatever code it exits with', async () => {
    const run = await startLine('trap "exit 0" TERM; echo up; while :; do sleep 0.01; done')
    run.executor.abort(run.attemptId)
    expect(await run.end).toMatchObject({ type: 'attempt.ended' })
  })

  it('goes on when it ignores SIGTERM, until it is forced', async () => {
    const run = await startLine('trap "echo no" TERM; echo up; while :; do sleep 0.01; done')
    run.executor.abort(run.attemptId)
    await run.says('no')
    expect(isGroupAlive(run.pid)).toBe(true)
    run.executor.force!(run.attemptId)
    expect(await run.end).toMatchObject({ type: 'attempt.ended' })
    expect(isGroupAlive(run.pid)).toBe(false)
  })

  it('is not over while a member of the group is still at its end', async () => {
    const done = join(folder, 'tidied')
    const run = await startLine(
      `(trap "sleep 0.3; touch ${done}; exit" TERM; echo up; while :; do sleep 0.01; done) & wait`,
    )
    run.executor.abort(run.attemptId)
    expect(await run.end).toMatchObject({ type: 'attempt.ended' })
    expect(existsSync(done)).toBe(true)
  })

  it('is forced with the members of its group that outlive the leader', async () => {
    const run = await startLine('(trap "" TERM; echo up; while :; do sleep 0.01; done) & wait')
    run.executor.abort(run.attemptId)
    await expect.poll(() => existsSync(`/proc/${run.pid}`)).toBe(false)
    expect(isGroupAlive(run.pid)).toBe(hasProc)
    run.executor.force!(run.attemptId)
    expect(await run.end).toMatchObject({ type: 'attempt.ended' })
    expect(isGroupAlive(run.pid)).toBe(false)
  })

  it.runIf(hasProc)('takes along what has left the group', async () => {
    const run = await startLine('setsid sleep 100 >/dev/null 2>&1 & sleep 0.1; echo up; wait; sleep 100')
    run.executor.abort(run.attemptId)
    expect(await run.end).toMatchObject({ type: 'attempt.ended' })
    expect(processesOfThisFile()).toEqual([])
  })

  it('has not even begun when that comes at once', async () => {
    const made = join(folder, 'never')
    const executor = processExecutor()
    const first = startCommand(command(`touch ${made}`), { executor })
    executor.abort(first.attemptId)
    expect(await first.end).toMatchObject({ type: 'attempt.ended' })
    expect(first.reports).toHaveLength(1)
    // Now that the executor is loaded, the process is there at once.
    await startCommand(command('true'), { executor }).end
    const second = startCommand(command('exec sleep 100'), { executor })
    executor.abort(second.attemptId)
    expect(await second.end).toMatchObject({ type: 'attempt.ended' })
    expect(existsSync(made)).toBe(false)
  })

  it('is nobody else by then: what is over or unknown gets no signal', async () => {
    const run = await runLine('echo $$')
    const kill = vi.spyOn(process, 'kill')
    run.executor.abort(run.attemptId)
    run.executor.force!(run.attemptId)
    run.executor.abort('nobody')
    expect(kill).not.toHaveBeenCalled()
    kill.mockRestore()
  })
})

describe('what a command leaves behind', () => {
  // A process that was forked has no command line of its own before it is a sleep.
  const onceNamed = hasProc
    ? 'for p in $(jobs -p); do until grep -q sleep /proc/$p/cmdline; do :; done; done; '
    : ''
  const named = (run: { warnings(): readonly string[] }) => run.warnings().join('\n')

  it('is ended and named, when it holds the output', async () => {
    const run = await runLine(`sleep 101 & ${onceNamed}echo $$`)
    expect(run.last).toMatchObject({ type: 'attempt.completed' })
    expect(isGroupAlive(Number(run.lines()[0]))).toBe(false)
    expect(run.warnings()).toHaveLength(1)
    if (hasProc) expect(named(run)).toMatch(/left a process behind, and it was ended: \d+ \(sleep 101\)\./)
  })

  it('is ended and named, when it holds nothing', async () => {
    const run = await runLine(`sleep 101 >/dev/null 2>&1 & sleep 102 >/dev/null 2>&1 & ${onceNamed}exit 3`)
    expect(run.last).toMatchObject({ failure: { message: 'The command exited with code 3.' } })
    if (hasProc) expect(named(run)).toMatch(/left 2 processes behind.*\(sleep 101\), \d+ \(sleep 102\)/)
  })

  it('is ended for certain, when it ignores SIGTERM', async () => {
    const run = await runLine('(trap "" TERM; echo up; while :; do sleep 0.01; done) & sleep 0.05')
    expect(run.last).toMatchObject({ type: 'attempt.completed', output: 'up' })
    expect(run.warnings()).toHaveLength(1)
  })

  it.runIf(hasProc)('is found by its environment, when it has left the group by a double fork', async () => {
    const run = await runLine('(setsid sh -c "sleep 103 & sleep 104" >/dev/null 2>&1 &); sleep 0.1')
    expect(run.last).toMatchObject({ type: 'attempt.completed' })
    expect(named(run)).toContain('(sleep 103)')
    expect(named(run)).toContain('(sleep 104)')
  })

  it.runIf(hasProc)('is forced with the attempt', async () => {
    const run = startCommand(command('(trap "" TERM; echo up; while :; do sleep 0.01; done) & sleep 0.05'))
    await expect.poll(() => processesOfThisFile().length, { interval: 5 }).toBeGreaterThan(0)
    run.executor.force!(run.attemptId)
    await run.end
    expect(processesOfThisFile()).toEqual([])
  })

  it('may still write its last lines after the exit', async () => {
    const afterExit = 'while kill -0 $$ 2>/dev/null; do sleep 0.005; done'
    expect((await runLine(`(${afterExit}; echo late) & echo early`)).last).toMatchObject({
      output: 'early\nlate',
    })
  })
})

describe('a process that does not run its command yet', () => {
  it('exists and has run nothing of it', async () => {
    const made = join(folder, 'made')
    const { promise, resolve } = withResolvers<void>()
    let pid = 0
    const run = startCommand(command('touch', [made]), {
      note: (handle) => {
        ;({ pid } = handle)
        return promise
      },
    })
    await expect.poll(() => pid).toBeGreaterThan(0)
    expect(isGroupAlive(pid)).toBe(true)
    if (hasProc) expect(readFileSync(`/proc/${pid}/comm`, 'utf8').trim()).not.toBe('touch')
    expect(run.reports).toEqual([])
    resolve()
    expect(await run.end).toMatchObject({ type: 'attempt.completed' })
    expect(existsSync(made)).toBe(true)
  })

  it('can still be aborted', async () => {
    const made = join(folder, 'not-made')
    const { promise, resolve } = withResolvers<void>()
    let isHeld = false
    const run = startCommand(command('touch', [made]), {
      note: () => {
        isHeld = true
        return promise
      },
    })
    await expect.poll(() => isHeld).toBe(true)
    run.executor.abort(run.attemptId)
    resolve()
    expect(await run.end).toMatchObject({ type: 'attempt.ended' })
    expect(run.reports).toHaveLength(1)
    expect(existsSync(made)).toBe(false)
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('the disk is full')
      },
    ],
    ['rejects', () => Promise.reject(new Error('the disk is full'))],
  ])('never runs it when its note %s', async (_, note) => {
    const made = join(folder, 'not-made-either')
    const last = await startCommand(command('touch', [made]), { note }).end
    expect(last).toMatchObject({
      failure: { code: 'COMMAND_NOT_STARTED', message: 'The command could not be started: the disk is full' },
    })
    expect(existsSync(made)).toBe(false)
  })
})

describe('an end of everything at once', () => {
  it('sends SIGKILL to every group and to what has left them', async () => {
    const executor = processExecutor()
    const deaf = 'trap "" TERM INT HUP; echo $$ up; while :; do sleep 0.01; done'
    const runs = ['true &', 'setsid sleep 100 >/dev/null 2>&1 & sleep 0.1;'].map((start) =>
      startCommand(command(`${start} ${deaf}`), { executor }),
    )
    for (const run of runs) await run.says('up')
    executor.killAllNow()
    const ends = await Promise.all(runs.map(({ end }) => end))
    expect(ends.map(({ type }) => type)).toEqual(['attempt.ended', 'attempt.ended'])
  })
})

import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command, type JsonValue, processExecutor } from 'dagmar'
import { afterAll, describe, expect, it } from 'vitest'
import { bootId } from '../../src/system/boot-id.ts'
import { startOf } from '../../src/system/running-process.ts'
import {
  expectNothingLeft,
  isGroupAlive,
  type ProcessHandle,
  processesOfThisFile,
  startCommand,
  withResolvers,
} from './commands.ts'

expectNothingLeft()

const folder = mkdtempSync(join(tmpdir(), 'process-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

const key = { runId: 'r', taskId: 't', attempt: 1 }

/** A command that runs, and what was noted of it. */
async function running(line: string) {
  const { promise: handle, resolve } = withResolvers<ProcessHandle>()
  const run = startCommand(command(line), { note: resolve })
  return { run, handle: await handle }
}

/** A command that nobody looks after, as a coordinator leaves it that is killed, with what that had noted. */
async function leftBehind(line: string) {
  const mark = randomUUID()
  const env = { PATH: process.env['PATH'], DAGMAR_MARKS: mark, DAGMAR_ATTEMPT: `run-${process.pid}/left/1` }
  const leader = spawn('/bin/sh', ['-c', line], { detached: true, env, stdio: ['ignore', 'pipe', 'inherit'] })
  const end = once(leader, 'exit')
  await once(leader.stdout, 'data')
  leader.stdout.destroy()
  const pid = leader.pid!
  return { leader: { end }, handle: { pid, start: startOf(pid)!, boot: bootId()!, mark } }
}

function reap(handle: Partial<Record<keyof ProcessHandle, JsonValue>>): Promise<void> {
  return processExecutor().reap!(key, handle as JsonValue)
}

describe.runIf(existsSync('/proc/self/environ'))('a later coordinator', () => {
  it('ends the whole group of an attempt, for certain', async () => {
    const { run, handle } = await running('trap "" TERM; sleep 100 & echo up; while :; do sleep 0.02; done')
    await run.says('up')
    await reap(handle)
    expect(isGroupAlive(handle.pid)).toBe(false)
    expect(await run.end).toMatchObject({ failure: { code: 'COMMAND_KILLED' } })
  })

  it('finds by its mark what has left the group', async () => {
    const { run, handle } = await running('setsid sleep 100 >/dev/null 2>&1 & sleep 0.05; echo up; sleep 100')
    await run.says('up')
    await expect.poll(processesOfThisFile).toHaveLength(3)
    await reap(handle)
    expect(processesOfThisFile()).toEqual([])
    await run.end
  })

  it('ends what is in the group without its mark, also when the leader has ended before it', async () => {
    const deaf = 'trap "" TERM; echo up; while :; do sleep 0.02; done'
    const { run, handle } = await running(`env -i sh -c '${deaf}' & wait`)
    await run.says('up')
    await reap(handle)
    expect(isGroupAlive(handle.pid)).toBe(false)
    await run.end
  })

  it('knows a group without a leader by one in it that carries the mark', async () => {
    const { leader, handle } = await leftBehind('env -i sleep 100 & sleep 100 & echo up')
    await leader.end
    expect(isGroupAlive(handle.pid)).toBe(true)
    await reap({ ...handle, mark: 'another-mark' })
    expect(isGroupAlive(handle.pid)).toBe(true)
    await reap(handle)
    expect(isGroupAlive(handle.pid)).toBe(false)
  })

  it('that is asked twice at once is certain both times', async () => {
    const { handle } = await leftBehind('trap "" TERM; echo up; while :; do sleep 0.02; done')
    const ends = Array.from({ length: 3 }, async () => {
      await reap(handle)
      return isGroupAlive(handle.pid)
    })
    expect(await Promise.all(ends)).toEqual([false, false, false])
  })

  it('ends many at once in the time of one', async () => {
    const deaf = 'trap "" TERM; setsid sleep 100 & echo up; while :; do sleep 0.2; done'
    const all = await Promise.all(Array.from({ length: 30 }, () => leftBehind(deaf)))
    const one = all.pop()!
    const tookOf = async (some: readonly { readonly handle: ProcessHandle }[]): Promise<number> => {
      const began = performance.now()
      await Promise.all(some.map(({ handle }) => reap(handle)))
      return performance.now() - began
    }
    const tookOne = await tookOf([one])
    expect(await tookOf(all)).toBeLessThan(3 * tookOne)
    expect(all.filter(({ handle }) => isGroupAlive(handle.pid))).toEqual([])
    expect(processesOfThisFile()).toEqual([])
  })

  it('touches nobody who has the number by now', async () => {
    const { run, handle } = await running('echo up; sleep 100')
    await run.says('up')
    const other = { ...handle, mark: 'another-mark' }
    await reap({ ...other, start: handle.start - 1 })
    await reap({ ...other, boot: 'another-life-of-the-system' })
    expect(isGroupAlive(handle.pid)).toBe(true)
    expect(run.reports.at(-1)?.type).toBe('attempt.output')
    run.executor.abort(run.attemptId)
    await run.end
  })

  it('has nothing to do where a command never came to run', async () => {
    const made = join(folder, 'made')
    const { promise, resolve } = withResolvers<ProcessHandle>()
    const run = startCommand(command('touch', [made]), {
      note: (handle) => {
        resolve(handle)
        return new Promise(() => {})
      },
    })
    await reap(await promise)
    expect(await run.end).toMatchObject({ type: 'attempt.failed' })
    expect(existsSync(made)).toBe(false)
  })

  it.each([
    ['no object', 7],
    ['a number that is all processes', { pid: -1, start: 1, boot: null, mark: 'x' }],
    ['the number of the first process', { pid: 1, start: 1, boot: null, mark: 'x' }],
    ['a mark that leads elsewhere', { pid: 4_000_000, start: 1, boot: null, mark: '../../home' }],
    ['no mark', { pid: 4_000_000, start: 1, boot: null, mark: '' }],
    ['the handle of another executor', { job: 'build-7' }],
  ])('refuses what is no handle: %s', async (_, handle) => {
    await expect(processExecutor().reap!(key, handle)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('cannot tell without the start of the process, and says so', async () => {
    const { run, handle } = await running('echo up; exec sleep 100')
    await run.says('up')
    await expect(reap({ ...handle, start: null })).rejects.toMatchObject({ code: 'REAP_FAILED' })
    expect(isGroupAlive(handle.pid)).toBe(true)
    run.executor.abort(run.attemptId)
    await run.end
    await reap({ ...handle, start: null })
  })
})

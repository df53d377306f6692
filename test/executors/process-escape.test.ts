import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command } from 'dagmar'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { expectNothingLeft, processesOfThisFile, runLine, startCommand } from './commands.ts'

const folder = mkdtempSync(join(tmpdir(), 'process-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A script that ignores SIGTERM, starts itself again and exits, a thousand times: no process of it is there for long. */
function chain(name: string, again: string): string {
  const path = join(folder, name)
  const lines = ['trap "" TERM HUP', '[ "$1" -gt 0 ] || exit 0', 'sleep 0.01']
  writeFileSync(path, [...lines, `${again} sh "$0" "$(($1 - 1))" >/dev/null 2>&1 &`, ''].join('\n'))
  return `sh ${path} 1000 >/dev/null 2>&1`
}

/** A chain is seen by one of many looks, if not by the first. */
async function expectNothing(): Promise<void> {
  for (let look = 0; look < 30; look++) {
    expect(processesOfThisFile()).toEqual([])
    await new Promise((resolve) => {
      setTimeout(resolve, 1)
    })
  }
}

describe.runIf(existsSync('/proc/self/environ'))('what forks and exits again and again', () => {
  expectNothingLeft()

  const ways = [
    ['in the group of its command', chain('in-group.sh', '')],
    ['in sessions of its own', chain('in-session.sh', 'setsid')],
  ] as const

  it.each(ways)('%s is gone when its command has completed, and is named', async (_, line) => {
    const run = await runLine(`${line} & sleep 0.05; echo done`)
    expect(run.last).toMatchObject({ type: 'attempt.completed', output: 'done' })
    expect(run.warnings().join()).toContain('behind, and they were ended')
    await expectNothing()
  })

  it.each(ways)('%s is gone when its command was aborted and forced', async (_, line) => {
    const run = startCommand(command(`${line} & echo up; trap "" TERM; while :; do sleep 0.02; done`))
    await run.says('up')
    run.executor.abort(run.attemptId)
    run.executor.force!(run.attemptId)
    expect(await run.end).toMatchObject({ type: 'attempt.ended' })
    await expectNothing()
  })

  it.each(ways)('%s is gone when everything is ended at once', async (_, line) => {
    const run = startCommand(command(`${line} & echo up; trap "" TERM; while :; do sleep 0.02; done`))
    await run.says('up')
    run.executor.killAllNow()
    // What has got SIGKILL is there until the system has ended it, which nothing of it can hold up.
    await vi.waitFor(() => expect(processesOfThisFile()).toEqual([]), { timeout: 1_000, interval: 1 })
    await expectNothing()
    expect(await run.end).toMatchObject({ type: 'attempt.ended' })
  })

  it('as a daemon that detaches while its command ends is found, every time', async () => {
    for (let round = 0; round < 40; round++) {
      const run = await runLine(`setsid sh -c 'sleep 100 & exit' >/dev/null 2>&1 &`)
      expect(run.last).toMatchObject({ type: 'attempt.completed' })
      expect(processesOfThisFile()).toEqual([])
    }
  })

  it('with an attempt of its own below is known by the marks of both', async () => {
    const outer = await runLine('echo $DAGMAR_MARKS')
    const before = process.env['DAGMAR_MARKS']
    process.env['DAGMAR_MARKS'] = outer.lines()[0]
    try {
      const inner = await runLine('echo $DAGMAR_MARKS')
      const [own, ...others] = inner.lines()[0]!.split(',').toReversed()
      expect(others).toEqual(outer.lines()[0]!.split(',').toReversed())
      expect(outer.lines()[0]).not.toContain(own)
    } finally {
      if (before === undefined) delete process.env['DAGMAR_MARKS']
      else process.env['DAGMAR_MARKS'] = before
    }
  })
})

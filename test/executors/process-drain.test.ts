import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { Socket } from 'node:net'
import { command, processExecutor } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { Output } from '../../src/executors/process/output.ts'
import { expectNothingLeft, runLine, startCommand } from './commands.ts'

expectNothingLeft()

/** Keeps this process from listening, as a handler does that computes. */
function compute(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

describe('the output of a command', () => {
  it('is whole, however long this process was busy when the command ended', async () => {
    const output = new Output({ tell: () => undefined, beat: () => undefined, log: () => undefined })
    const source = spawn('/bin/sh', ['-c', "head -c 60000 /dev/zero | tr '\\0' x"], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    await once(source, 'exit')
    output.read(source.stdout as Socket, source.stderr as Socket)
    const settled = new Promise<void>((resolve) => output.settle(20, resolve))
    compute(60)
    await settled
    const isWhole = await new Promise((resolve) => output.finish(resolve))
    expect(isWhole).toBe(true)
    expect(output.kept.stdout().output).toHaveLength(60_000)
  })

  it('is whole where many commands write at once', async () => {
    const executor = processExecutor()
    const runs = Array.from({ length: 150 }, (_, number) =>
      startCommand(command(`sleep 0.3; echo ${number}`), { executor }),
    )
    const ends = await Promise.all(runs.map(({ end }) => end))
    expect(ends.map((end) => end.type === 'attempt.completed' && end.output)).toEqual(
      runs.map((_, number) => String(number)),
    )
  })

  it('is read to its end from what it left behind and is being ended', async () => {
    const line =
      '(trap "seq 20000; echo bye; exit" TERM; while :; do sleep 0.01; done) & sleep 0.1; echo done'
    const run = await runLine(line)
    expect(run.lines().at(-1)).toBe('bye')
    expect(run.lines('stdout')).toHaveLength(20_002)
  })

  it.runIf(existsSync('/proc/self/environ'))(
    'is given up where somebody who cannot be found holds it, and that is told',
    async () => {
      const run = await runLine('env -i setsid sleep 1 & sleep 0.1; echo out')
      expect(run.last).toMatchObject({ type: 'attempt.completed', output: 'out' })
      expect(run.warnings()).toEqual([expect.stringContaining('its end may be missing')])
    },
  )

  it.runIf(existsSync('/proc/self/environ'))(
    'is given up where somebody who cannot be found writes for ever',
    async () => {
      const run = await runLine(
        `env -i setsid sh -c 'for n in $(seq 1000); do echo $n || exit; sleep 0.01; done' & sleep 0.1`,
      )
      expect(run.last).toMatchObject({ type: 'attempt.completed' })
      expect(run.warnings()).toEqual([expect.stringContaining('its end may be missing')])
    },
  )
})

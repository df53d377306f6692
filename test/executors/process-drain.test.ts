import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { command, processExecutor } from 'dagmar'
import { afterAll, describe, expect, it } from 'vitest'
import { Output } from '../../src/executors/process/output.ts'
import { expectNothingLeft, runLine, startCommand } from './commands.ts'

expectNothingLeft()

const folder = mkdtempSync(join(tmpdir(), 'drain-test-'))
afterAll(() => rmSync(folder, { recursive: true }))
let count = 0

/** Keeps this process from listening, as a handler does that computes. */
function compute(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until);
}

/** The end of a pipe that nobody has looked at yet, and into which that was written before the other end was closed. */
async function writtenAndEnded(text: string): Promise<Socket> {
  const path = join(folder, String(++count))
  const server = createServer({ pauseOnConnect: true })
  server.listen(path)
  await once(server, 'listening')
  const client = connect(path)
  const [[socket]] = (await Promise.all([once(server, 'connection'), once(client, 'connect')])) as [
    [Socket],
    unknown,
  ]
  client.end(text)
  await once(client, 'finish')
  server.close()
  return socket
}

describe('the output of a command', () => {
  it('is whole, however long this process was busy when the command ended', async () => {
    const [stdout, stderr] = [await writtenAndEnded('x'.repeat(60_000)), await writtenAndEnded('')]
    const output = new Output({
      tell: () => undefined,
      beat: () => undefined,
      tellUnended: () => undefined,
      hear: () => undefined,
      log: () => undefined,
    })
    output.read(stdout, stderr)
    for (const socket of [stdout, stderr]) socket.resume()
    const finished = new Promise((resolve) => output.finish(resolve))
    compute(100)
    const isWhole = await finished
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
    const flag = join(folder, 'trapped')
    const many = 'while [ $((n += 1)) -lt 20000 ]; do echo $n; done; echo bye; exit'
    const left = `(n=0; trap '${many}' TERM; touch ${flag}; while :; do sleep 0.01; done) &`
    const run = await runLine(`${left} until [ -e ${flag} ]; do sleep 0.01; done; echo done`)
    expect(run.lines().at(-1)).toBe('bye')
    expect(run.lines('stdout')).toHaveLength(20_001)
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

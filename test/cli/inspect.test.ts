import { existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { createRuntime, dag } from 'dagmar'
import { journal } from 'dagmar/journal'
import { describe, expect, it } from 'vitest'
import { ProtocolClient } from '../inspector/protocol-client.ts'
import { until } from '../inspector/until.ts'
import { dagmar, expectNothingLeft, folderWith, planWith, type SpawnedDagmar } from './spawned-dagmar.ts'

const address = /http:\/\/127\.0\.0\.1:\d+\/#[\w-]{32}/

async function addressOf(run: SpawnedDagmar): Promise<string> {
  await run.says('http://127.0.0.1:')
  await until(() => address.test(run.stdout() + run.stderr()))
  return address.exec(run.stdout() + run.stderr())![0]
}

/** A client that has followed the only run to its end. */
async function seenThrough(url: string): Promise<ProtocolClient> {
  const client = await new ProtocolClient(url).ready()
  client.say({ type: 'follow', log: '', after: 0 })
  await until(() => client.entries('', 'run').length > 0)
  const { runId } = client.entries('', 'run')[0]!
  client.say({ type: 'follow', log: runId, after: 0 })
  await until(() =>
    /^run\.(?:completed|failed|killed)$/.test(client.entries(runId, 'fact').at(-1)?.fact.type ?? ''),
  )
  return client
}

describe('dagmar run --inspect', () => {
  it('prints the address, shows the run also after its end, and leaves with the run’s own exit code', async () => {
    for (const [command, expected, signal] of [
      ['echo hello', 0, 'SIGINT'],
      ['exit 3', 1, 'SIGTERM'],
    ] as const) {
      const run = dagmar(['run', planWith({ one: { run: command } }), '--inspect'])
      const url = await addressOf(run)
      await run.says('the run is still shown at')
      const client = await seenThrough(url)
      const { runId } = client.entries('', 'run')[0]!
      expect(await client.ask({ type: 'command', id: 1, log: runId, command: 'redrive' })).toMatchObject({
        code: 'READ_ONLY',
      })
      run.child.kill(signal)
      expect((await run.ended).code).toBe(expected)
    }
    await expectNothingLeft()
  })

  it('leaves what a program reads alone', async () => {
    const run = dagmar(['run', planWith({ one: { run: 'echo hello' } }), '--inspect', '--json'])
    await run.says('"type":"result"')
    await run.says('the run is still shown at')
    run.child.kill('SIGINT')
    const { stdout, stderr } = await run.ended
    for (const line of stdout.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('type')
    expect(stdout).not.toContain('127.0.0.1')
    expect(stderr).toMatch(/^dagmar: inspect it at http:/)
  })

  it('ends with the run where CI is set', async () => {
    const run = dagmar(['run', planWith({ one: { run: 'exit 3' } }), '--inspect'], { env: { CI: 'true' } })
    const { code, stdout } = await run.ended
    expect(code).toBe(1)
    expect(stdout).toMatch(address)
  })

  it('is drained and killed by signals as ever, and then stays', async () => {
    const run = dagmar([
      'run',
      planWith({ one: { run: 'echo there; sleep 0.5' }, two: { run: 'true', needs: ['one'] } }),
      '--inspect',
    ])
    await run.says('| there')
    run.child.kill('SIGINT')
    await run.says('the run is still shown at')
    expect(run.stdout()).toContain('1 completed, 1 skipped (drained)')
    run.child.kill('SIGINT')
    expect((await run.ended).code).toBe(130)
  })

  it('with --inspect-control lets a client redrive it, and leaves with the code of the latest end', async () => {
    const folder = folderWith({})
    const flag = join(folder, 'flag')
    const run = dagmar([
      'run',
      planWith({ one: { run: `test -e '${flag}'` } }),
      '--inspect',
      '--inspect-control',
    ])
    await run.says('the run is still shown at')
    const client = await seenThrough(await addressOf(run))
    expect(client.messages[0]).toMatchObject({ control: true })
    const { runId } = client.entries('', 'run')[0]!
    writeFileSync(flag, '')
    expect(await client.ask({ type: 'command', id: 1, log: runId, command: 'redrive' })).toEqual({
      type: 'answer',
      id: 1,
    })
    await until(() => client.entries('', 'run').at(-1)?.status === 'completed')
    run.child.kill('SIGINT')
    expect((await run.ended).code).toBe(0)
    await expectNothingLeft()
  })

  it('waits for an answer from a client with --inspect-control, and answers skip where only CI is there', async () => {
    const plan = planWith({ one: { run: 'exit 3', onFailure: 'ask' } })
    const run = dagmar(['run', plan, '--inspect', '--inspect-control'])
    const client = await new ProtocolClient(await addressOf(run)).ready()
    client.say({ type: 'follow', log: '', after: 0 })
    await until(() => client.entries('', 'run').length > 0)
    const { runId } = client.entries('', 'run')[0]!
    client.say({ type: 'follow', log: runId, after: 0 })
    await until(() => client.entries(runId, 'fact').some(({ fact }) => fact.type === 'task.asked'))
    const ignore = { command: 'answer', taskId: 'one', answer: 'ignore' } as const
    expect(await client.ask({ type: 'command', id: 1, log: runId, ...ignore })).toEqual({
      type: 'answer',
      id: 1,
    })
    await run.says('the run is still shown at')
    run.child.kill('SIGINT')
    expect((await run.ended).code).toBe(0)
    const onServer = dagmar(['run', plan, '--inspect', '--inspect-control'], { env: { CI: '1' } })
    expect((await onServer.ended).stdout).toContain('nobody is there to answer: skip')
  })

  it('runs nothing where the port is taken, or the flags make no sense', async () => {
    const marker = join(folderWith({}), 'ran')
    const plan = planWith({ one: { run: `touch '${marker}'` } })
    const other = dagmar(['run', planWith({ one: { run: 'sleep 5' } }), '--inspect'])
    const { port } = new URL(await addressOf(other))
    for (const [args, says] of [
      [['--inspect', '--inspect-port', port], `cannot listen on 127.0.0.1:${port}`],
      [['--inspect', '--inspect-port', '70000'], "--inspect-port is '70000'"],
      [['--inspect-control'], '--inspect-port and --inspect-control belong to --inspect'],
      [['--inspect', '--dry-run'], '--dry-run and --inspect exclude each other'],
    ] as const) {
      const { code, stderr } = await dagmar(['run', plan, ...args]).ended
      expect(stderr).toContain(says)
      expect(code).toBe(2)
    }
    expect(existsSync(marker)).toBe(false)
  })
})

describe('dagmar inspect', () => {
  async function writtenRun(): Promise<string> {
    const { stdout } = await dagmar([
      'run',
      planWith({ one: { run: 'echo hello' }, two: { run: 'exit 3' } }),
      '--json',
    ]).ended
    return join(folderWith({ 'facts.ndjson': stdout }), 'facts.ndjson')
  }

  it('serves a run that was written down until a signal comes, and leaves with 0', async () => {
    const shown = dagmar(['inspect', await writtenRun()])
    const client = await seenThrough(await addressOf(shown))
    expect(client.messages[0]).toMatchObject({ saved: true, control: false })
    expect(client.entries('', 'run')).toMatchObject([{ name: 'tried', status: 'failed', tasks: 2 }])
    shown.child.kill('SIGINT')
    const { code, stdout } = await shown.ended
    expect(code).toBe(0)
    expect(stdout.trim()).toMatch(address)
  })

  it('reads stdin, and writes the page and leaves with --export', async () => {
    const page = join(folderWith({}), 'run.html')
    const text = readFileSync(await writtenRun(), 'utf8')
    const { code, stdout, stderr } = await dagmar(['inspect', '-', '--export', page], { stdin: text }).ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toBe(`Wrote ${page}.\n`)
    expect(readFileSync(page, 'utf8')).toContain('"text":"hello"')
  })

  it('says what is missing of a run that was interrupted, and shows the rest', async () => {
    const whole = readFileSync(await writtenRun(), 'utf8').split('\n')
    const facts = join(
      folderWith({ 'cut.ndjson': `${whole.slice(0, 6).join('\n')}\n{"type":"task.st` }),
      'cut.ndjson',
    )
    const { code, stderr } = await dagmar(['inspect', facts, '-e', join(folderWith({}), 'run.html')]).ended
    expect(code).toBe(0)
    expect(stderr).toBe(
      `dagmar: Line 7 of ${facts} is cut: the run is shown up to there.\n` +
        `dagmar: The run has no end in ${facts}: it was still going on, or was interrupted.\n`,
    )
  })

  it('does not write the page over what it reads', async () => {
    const facts = await writtenRun()
    const before = readFileSync(facts, 'utf8')
    symlinkSync(facts, `${facts}.link`)
    for (const [read, written] of [
      [facts, facts],
      [facts, join(dirname(facts), '.', basename(facts))],
      [`${facts}.link`, facts],
      [facts, `${facts}.link`],
    ] as const) {
      const { code, stderr } = await dagmar(['inspect', read, '--export', written]).ended
      expect(stderr).toContain('--export would write over')
      expect(code).toBe(2)
    }
    expect(readFileSync(facts, 'utf8')).toBe(before)
  })

  it('calls stdin the input', async () => {
    const { stderr } = await dagmar(['inspect', '-'], { stdin: '{"type":"no"}\n' }).ended
    expect(stderr).toContain('Line 1 of the input is no fact of a run.')
    expect((await dagmar(['inspect', '-'], { stdin: '' }).ended).stderr).toContain('The input is empty.')
  })

  it('refuses what are no facts, a page that cannot be written, and flags that exclude each other', async () => {
    const facts = await writtenRun()
    const plan = planWith({ one: { run: 'true' } })
    for (const [args, says] of [
      [[plan], `Line 1 of ${plan} is no fact of a run.`],
      [[join(folderWith({}), 'no')], 'cannot be read: ENOENT'],
      [[facts, '--export', '/proc/self/run.html'], 'could not be written'],
      [[facts, '--export', 'a.html', '--open'], '--export writes the page and serves nothing'],
      [[facts, '--port', 'x'], "--port is 'x'"],
    ] as const) {
      const { code, stderr, stdout } = await dagmar(['inspect', ...args]).ended
      expect(stderr).toContain(says)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    }
  })
})

describe('dagmar inspect of a journal', () => {
  it('shows the run, also without a last line that is torn, and says where it is damaged', async () => {
    const folder = folderWith({})
    const store = journal(join(folder, 'runs'))
    const runtime = createRuntime({ store })
    const two = dag('two')
      .task('one', async () => 1)
      .task('two', { needs: ['one'] }, async () => 2)
    await runtime.run(two, { id: 'night' })
    await runtime.shutdown()
    await store.close()
    const path = join(folder, 'runs', 'night.ndjson')
    const page = join(folder, 'night.html')
    expect((await dagmar(['inspect', path, '--export', page]).ended).code).toBe(0)
    const hasEnd = (at: string): boolean => readFileSync(at, 'utf8').includes('"type":"run.completed"')
    expect(hasEnd(page)).toBe(true)
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.subarray(0, bytes.length - 20))
    const torn = await dagmar(['inspect', path, '--export', `${page}.torn`]).ended
    expect(torn.code).toBe(0)
    expect(torn.stderr).toContain(`The run has no end in ${path}`)
    expect(hasEnd(`${page}.torn`)).toBe(false)
    writeFileSync(path, bytes.toString().replace('"task.ready"', '"task.reedy"'))
    const damaged = await dagmar(['inspect', path, '--export', page]).ended
    expect(damaged.code).toBe(2)
    expect(damaged.stderr).toContain('is damaged: line')
  })
})

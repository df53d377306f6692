import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { command, type PlanDefinition } from 'dagmar'
import { afterEach, describe, expect, it } from 'vitest'
import { builtDagmar } from '../cli/built-dagmar.ts'
import { ProtocolClient } from '../inspector/protocol-client.ts'
import { until } from '../inspector/until.ts'
import { kill, type TestHome, withHome } from './test-home.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

function dagmar(home: TestHome, args: readonly string[]) {
  const child = spawn(process.execPath, [builtDagmar(), ...args], {
    cwd: home.path,
    env: { ...process.env, DAGMAR_HOME: home.path },
    stdio: 'pipe',
  })
  closing.push(() => child.kill('SIGKILL'))
  let text = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (piece: string) => {
      text += piece
    })
  }
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  return { child, ended, text: () => text }
}

const address = /http:\/\/127\.0\.0\.1:\d+\/#[\w-]{32}/

async function clientOf(shown: ReturnType<typeof dagmar>): Promise<ProtocolClient> {
  await until(() => address.test(shown.text()))
  const client = await new ProtocolClient(address.exec(shown.text())![0]).ready()
  closing.push(() => client.socket.terminate())
  client.say({ type: 'follow', log: '', after: 0 })
  return client
}

const long: PlanDefinition = { name: 'long', tasks: { one: { run: command('echo begun; sleep 600') } } }

describe('dagmar inspect', () => {
  it('shows all jobs, live, over the death of their supervisor, and leaves them alone', () =>
    withHome(async (home) => {
      const jobs = await home.connect()
      const job = await jobs.dispatch(long, { env: home.env, project: 'shop', labels: { team: 'blue' } })
      const shown = dagmar(home, ['inspect'])
      const client = await clientOf(shown)
      const latest = () => client.entries('', 'run').at(-1)
      await until(() => latest()?.status === 'running')
      expect(latest()).toMatchObject({
        runId: job.id,
        name: 'long',
        tasks: 1,
        job: { project: 'shop', labels: { team: 'blue' }, progress: 0 },
      })
      client.say({ type: 'follow', log: job.id, after: 0 })
      const types = () => client.entries(job.id, 'fact').map(({ fact }) => fact.type)
      await until(() => types().includes('task.started'))
      kill((await jobs.status()).pid)
      await until(() => types().filter((type) => type === 'task.started').length === 2)
      const seqs = client.entries(job.id, 'fact').flatMap(({ fact }) => ('seq' in fact ? [fact.seq] : []))
      expect(seqs).toEqual(seqs.map((_, index) => index + 1))
      const other = await jobs.dispatch(long, { env: home.env })
      await until(() => client.entries('', 'run').some(({ runId }) => runId === other.id))
      shown.child.kill('SIGINT')
      expect(await shown.ended).toBe(0)
      expect((await job.details()).status).toBe('running')
    }))

  it('shows one job, which the page may kill and redrive with --control', () =>
    withHome(async (home) => {
      const jobs = await home.connect()
      const [job] = [
        await jobs.dispatch(long, { env: home.env }),
        await jobs.dispatch(long, { env: home.env }),
      ]
      const client = await clientOf(dagmar(home, ['inspect', job.id.slice(-4), '--control']))
      await until(() => client.entries('', 'run').at(-1)?.status === 'running')
      expect(new Set(client.entries('', 'run').map(({ runId }) => runId))).toEqual(new Set([job.id]))
      client.say({ type: 'follow', log: job.id, after: 0 })
      expect(await client.ask({ type: 'command', id: 1, log: job.id, command: 'kill' })).toMatchObject({
        type: 'answer',
      })
      const types = () => client.entries(job.id, 'fact').map(({ fact }) => fact.type)
      await until(() => types().includes('run.killed'))
      await client.ask({ type: 'command', id: 2, log: job.id, command: 'redrive' })
      await until(() => types().at(-1) === 'task.started' || types().includes('run.redriven'))
      expect(await client.ask({ type: 'command', id: 3, log: 'nobody', command: 'kill' })).toMatchObject({
        code: 'JOB_UNKNOWN',
      })
    }))

  it('tells of the agents that all jobs share, once each, over the death of their supervisor', () =>
    withHome(async (home) => {
      mkdirSync(join(home.path, 'config', 'dagmar'), { recursive: true })
      writeFileSync(
        join(home.path, 'config', 'dagmar', 'config.yaml'),
        'agents: [{ id: ada, maxLoad: 2, run: "cat", stdin: prompt }]',
      )
      const jobs = await home.connect()
      const work: PlanDefinition = {
        name: 'work',
        tasks: {
          one: { agent: 'ada', run: command('true') },
          two: { agent: 'ada', run: command('sleep 600') },
        },
      }
      const job = await jobs.dispatch(work, { env: home.env })
      const client = await clientOf(dagmar(home, ['inspect']))
      client.say({ type: 'follow', log: '.agents', after: 0 })
      const facts = () => client.entries('.agents', 'agent-fact').map(({ fact }) => fact)
      const ends = () => facts().flatMap((fact) => (fact.type === 'usage.recorded' ? [fact.of] : []))
      await until(() => ends().includes('completed') && ends().length === 3)
      expect(client.entries('.agents', 'agent').at(-1)?.agent).toMatchObject({ id: 'ada', maxLoad: 2 })
      kill((await jobs.status()).pid)
      // What was at work is over with the supervisor, and begins again with the next one.
      await until(() => ends().length >= 5)
      expect(ends().slice(3)).toEqual(['failed', 'started'])
      const seqs = facts().map(({ seq }) => seq)
      expect(seqs).toEqual(seqs.map((_, index) => index + 1))
      await job.kill()
    }))

  it('writes a job as one file', () =>
    withHome(async (home) => {
      const jobs = await home.connect()
      const job = await jobs.dispatch(
        { name: 'short', tasks: { one: { run: command('true') } } },
        { env: home.env },
      )
      await job.settled()
      const written = dagmar(home, ['inspect', '%-1', '--export', 'job.html'])
      expect(await written.ended).toBe(0)
      expect(readFileSync(join(home.path, 'job.html'), 'utf8')).toContain('"type":"run.completed"')
    }))

  it.each([
    [['inspect', 'beef'], "There is no job 'beef'"],
    [['inspect', 'beef.ndjson'], 'beef.ndjson'],
    [['inspect', '--export', 'all.html'], '--export writes one run'],
    [['inspect', '%-1', '--export', 'a.html', '--control'], 'leave --port, --open and --control out'],
  ])('refuses %j', (args, message) =>
    withHome(async (home) => {
      const refused = dagmar(home, args)
      expect(await refused.ended).toBe(2)
      expect(refused.text()).toContain(message)
    }),
  )
})

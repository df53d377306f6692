import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { command, type PlanDefinition } from 'dagmar'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { stripEscapes } from '../../src/text/strip-escapes.ts'
import { builtDagmar } from '../cli/built-dagmar.ts'
import { kill, type TestHome, withHome } from './test-home.ts'

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

interface Seen {
  readonly child: ChildProcess
  readonly ended: Promise<number | null>
  /** What it has written, without escape codes. */
  text(): string
  says(text: string, times?: number): Promise<void>
  press(keys: string): void
}

/** The command line on a terminal of its own, or on a pipe. */
function dagmar(home: TestHome, args: readonly string[], { onPipe = false } = {}): Seen {
  const argv = [process.execPath, builtDagmar(), ...args]
  const line = argv.map((word) => `'${word}'`).join(' ')
  const [file, ...rest] = onPipe
    ? argv
    : ['script', '-qfec', `stty cols 100 rows 24; exec ${line}`, '/dev/null']
  const { CI: _ci, ...env } = process.env
  const child = spawn(file!, rest, {
    cwd: home.path,
    env: { ...env, DAGMAR_HOME: home.path, TERM: 'xterm', NO_COLOR: '1' },
    stdio: 'pipe',
  })
  children.push(child)
  let written = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      written += text
    })
  }
  child.stdin.on('error', () => undefined)
  const text = (): string => stripEscapes(written)
  return {
    child,
    ended: new Promise((resolve) => child.on('close', resolve)),
    text,
    says: (wanted, times = 1) =>
      vi.waitFor(() => expect(text().split(wanted).length - 1).toBeGreaterThanOrEqual(times), {
        timeout: 15_000,
        interval: 10,
      }),
    press: (keys) => child.stdin.write(keys),
  }
}

/** Waits until a test has opened the gate of that name. */
const gated = (home: TestHome, name: string, before = ''): ReturnType<typeof command> =>
  command(`${before} until [ -e ${join(home.path, name)} ]; do sleep 0.05; done; echo ${name} is open`)

const open = (home: TestHome, ...names: readonly string[]): void => {
  for (const name of names) writeFileSync(join(home.path, name), '')
}

const release = (home: TestHome): PlanDefinition => ({
  name: 'release',
  tasks: {
    build: { run: gated(home, 'first', 'echo building;') },
    deploy: { run: gated(home, 'second', 'echo deploying;'), needs: ['build'] },
  },
})

describe.runIf(existsSync('/usr/bin/script') && process.platform === 'linux')('a job that is watched', () => {
  it('is left alone by whoever detaches, and shown to its end to others', () =>
    withHome(async (home) => {
      const jobs = await home.connect()
      const job = await jobs.dispatch(release(home), { env: home.env })
      const one = dagmar(home, ['attach', job.id])
      const other = dagmar(home, ['jobs', job.id, '--watch'])
      await Promise.all([one.says('● build'), other.says('● build')])
      one.press('d')
      expect(await one.ended).toBe(0)
      expect(one.text()).toContain(`detached; the job goes on: dagmar attach ${job.id}`)
      expect((await job.details()).status).toBe('running')
      open(home, 'first', 'second')
      expect(await other.ended).toBe(0)
      expect(other.text()).toMatch(/release completed after .*: 2 completed/)
      const late = dagmar(home, ['attach', job.id], { onPipe: true })
      expect(await late.ended).toBe(0)
      expect(late.text()).toMatch(/release completed after .*: 2 completed/)
      expect(late.text()).not.toContain('started')
    }))

  it('shows what its tasks wrote before anybody watched', () =>
    withHome(async (home) => {
      const jobs = await home.connect()
      const job = await jobs.dispatch(release(home), { env: home.env })
      await expect.poll(async () => (await job.details()).message, { timeout: 10_000 }).toBe('building')
      const watch = dagmar(home, ['attach', job.id])
      await watch.says('● build')
      watch.press('o')
      await watch.says('output of build')
      await watch.says('\nbuilding')
      watch.press('d')
      expect(await watch.ended).toBe(0)
    }))

  it.each([
    ['Ctrl-C', '\u0003', 130],
    ['a terminal that is closed', undefined, null],
  ] as const)('goes on after %s', (_, key, code) =>
    withHome(async (home) => {
      const jobs = await home.connect()
      const job = await jobs.dispatch(release(home), { env: home.env })
      const watch = dagmar(home, ['attach', job.id])
      await watch.says('● build')
      if (key === undefined) watch.child.kill('SIGKILL')
      else watch.press(key)
      expect(await watch.ended).toBe(code)
      await expect.poll(async () => (await jobs.status()).clients, { timeout: 10_000 }).toBe(1)
      open(home, 'first', 'second')
      expect((await job.settled()).status).toBe('completed')
    }),
  )

  it('is shown on after its supervisor was killed, without a gap or a repeat', () =>
    withHome(async (home) => {
      const jobs = await home.connect()
      const job = await jobs.dispatch(release(home), { env: home.env })
      const facts = dagmar(home, ['attach', job.id, '--json'], { onPipe: true })
      const watch = dagmar(home, ['attach', job.id])
      await Promise.all([watch.says('● build'), facts.says('"task.started"')])
      kill((await jobs.status()).pid)
      await watch.says('the supervisor is gone; starting it again…')
      await watch.says('the supervisor is back, and jobs go on')
      await watch.says('attempt 2')
      open(home, 'first', 'second')
      expect(await watch.ended).toBe(0)
      expect(watch.text()).toContain('release completed')
      expect(await facts.ended).toBe(0)
      const lines = facts
        .text()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line) as { readonly seq?: number; readonly type: string })
      const seqs = lines.flatMap(({ seq }) => seq ?? [])
      expect(seqs).toEqual(seqs.map((_, index) => index + 1))
      expect(lines.map(({ type }) => type)).toContain('run.recovered')
      expect(lines.at(-1)!.type).toBe('result')
    }))

  it('is answered there', () =>
    withHome(async (home) => {
      const jobs = await home.connect()
      const asking: PlanDefinition = {
        name: 'asks',
        tasks: { deploy: { run: command('exit 3'), onFailure: 'ask' } },
      }
      const job = await jobs.dispatch(asking, { env: home.env })
      const [one, other] = [dagmar(home, ['attach', job.id]), dagmar(home, ['attach', job.id])]
      await Promise.all([one.says('[r]etry'), other.says('[r]etry')])
      one.press('i')
      expect(await one.ended).toBe(0)
      expect(await other.ended).toBe(0)
      expect(other.text()).toContain('failed, which is ignored: deploy')
    }))

  it('shows what it waits for, and starts before the eyes of whoever watches', () =>
    withHome(async (home) => {
      const jobs = await home.connect()
      const first = await jobs.dispatch(release(home), { env: home.env })
      const then = await jobs.dispatch(
        { name: 'after', tasks: { one: { run: command('true') } } },
        {
          env: home.env,
          after: [first.id],
        },
      )
      expect((await then.details()).message).toBe(`waits for ${first.id}`)
      const watch = dagmar(home, ['attach', then.id])
      await watch.says(`after waits for ${first.id}`)
      open(home, 'first', 'second')
      expect(await watch.ended).toBe(0)
      expect(watch.text()).toContain('after completed')
    }))
})

describe.runIf(existsSync('/usr/bin/script') && process.platform === 'linux')('the list of jobs', () => {
  it('is shown as it changes, until somebody leaves it, and its last state stays', () =>
    withHome(async (home) => {
      const jobs = await home.connect()
      const list = dagmar(home, ['jobs', '--watch'])
      await list.says('Running 0')
      const job = await jobs.dispatch(release(home), { env: home.env })
      await list.says('Running 1')
      open(home, 'first', 'second')
      await job.settled()
      await list.says('Completed 1')
      list.press('q')
      expect(await list.ended).toBe(0)
      expect(list.text().trimEnd().split('\n').at(-1)).toContain('Completed 1')
    }))

  it('is a line of JSON for each job that has changed, where a program reads it', () =>
    withHome(async (home) => {
      const jobs = await home.connect()
      const list = dagmar(home, ['jobs', '--watch', '--json'], { onPipe: true })
      const job = await jobs.dispatch(release(home), { env: home.env })
      await list.says('"running"')
      open(home, 'first', 'second')
      await list.says('"completed"')
      list.child.kill('SIGTERM')
      expect(await list.ended).toBe(143)
      const lines = list.text().trim().split('\n')
      for (const line of lines) expect(JSON.parse(line)).toMatchObject({ id: job.id, name: 'release' })
    }))
})

describe('a supervisor that is stopped while somebody watches', () => {
  it('is not started again for that alone, and whoever watches is told', () =>
    withHome(async (home) => {
      const jobs = await home.connect()
      const job = await jobs.dispatch(release(home), { env: home.env })
      const watchers = [['attach', job.id], ['jobs', '--watch'], ['inspect']].map((args) =>
        dagmar(home, args, { onPipe: true }),
      )
      await expect.poll(async () => (await jobs.status()).clients, { timeout: 10_000 }).toBe(4)
      await Promise.all([
        watchers[0]!.says('build'),
        watchers[1]!.says('release'),
        watchers[2]!.says('http:'),
      ])
      await jobs.stop({ now: true })
      for (const watcher of watchers) {
        expect(await watcher.ended).toBe(1)
        expect(watcher.text()).toContain('The supervisor was stopped. Jobs go on when it is started again')
      }
      await expect.poll(() => home.supervisors).toEqual([])
      open(home, 'first', 'second')
      expect((await job.settled()).status).toBe('completed')
    }))
})

describe('dagmar run --detach', () => {
  it('prints the id of a job, which runs although the command is over', () =>
    withHome(async (home) => {
      writeFileSync(
        join(home.path, 'plan.json'),
        JSON.stringify({ name: 'detached', tasks: { one: { run: `echo done > ${home.effects}` } } }),
      )
      const run = dagmar(home, ['run', 'plan.json', '--detach'], { onPipe: true })
      expect(await run.ended).toBe(0)
      const [id] = run.text().split('\n')
      const jobs = await home.connect()
      await expect
        .poll(async () => (await jobs.list()).map((one) => [one.id, one.name]))
        .toEqual([[id, 'detached']])
      expect((await (await jobs.job(id!)).settled()).status).toBe('completed')
      expect(existsSync(home.effects)).toBe(true)
    }))

  it('refuses what is about a run in this process', () =>
    withHome(async (home) => {
      writeFileSync(
        join(home.path, 'plan.json'),
        JSON.stringify({ name: 'p', tasks: { one: { run: 'true' } } }),
      )
      const run = dagmar(home, ['run', 'plan.json', '--detach', '--inspect', '--quiet'], { onPipe: true })
      expect(await run.ended).toBe(2)
      expect(run.text()).toContain('--inspect and --quiet are about what is')
    }))
})

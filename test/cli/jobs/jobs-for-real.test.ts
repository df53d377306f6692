import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  dagmar as spawned,
  expectNothingLeft,
  folderWith,
  planWith,
  type SpawnOptions,
} from '../spawned-dagmar.ts'

/** Each call is a process, and there are many. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 30_000 })

let home = ''

const dagmar = (args: readonly string[], options: SpawnOptions = {}) =>
  spawned(args, { ...options, env: { DAGMAR_HOME: home, ...options.env } })
const ended = (...args: string[]) => dagmar(args).ended

/** Dispatches it, and gives the id. */
async function dispatched(...args: string[]): Promise<string> {
  const { stdout, stderr, code } = await ended('dispatch', ...args)
  expect([code, stderr]).toEqual([0, expect.stringContaining('✓ dispatched')])
  expect(stdout).toMatch(/^\d{6}-\d{6}-[\da-f]{4,}\n$/)
  return stdout.trim()
}

const whole = async (id: string): Promise<Record<string, unknown> & { tasks: Record<string, unknown>[] }> =>
  JSON.parse((await ended('jobs', id, '--json')).stdout) as never

/** Until the file is there, or the job as a whole ends. */
const untilFile = (file: string): string => `until [ -e '${file}' ]; do sleep 0.05; done`

beforeEach(() => {
  home = join(folderWith({}), 'home')
})

afterEach(async () => {
  await ended('supervisor', 'stop', '--now')
  await expectNothingLeft()
})

describe('a plan that is dispatched', () => {
  it('is seen, read while it runs, and waited for', async () => {
    const folder = folderWith({})
    const gate = join(folder, 'go')
    const plan = planWith({
      build: { run: 'echo built' },
      test: {
        run: `echo \u001b[31mred\u001b[0m; echo '::dagmar progress 40 halfway'; ${untilFile(gate)}; echo end`,
        needs: ['build'],
      },
    })
    const id = await dispatched(plan, '--label', 'team=web', '--project', 'shop')
    const following = dagmar(['logs', id, '-f'])
    await following.says('test  | red')
    expect((await ended('jobs')).stdout).toMatch(new RegExp(`%1 +${id} +shop +tried +running +█+░+ +70%`))
    expect((await ended('jobs', id)).stdout).toMatch(/^RUNNING \[█{14}░{6}\] 70% /)
    expect((await ended('jobs', '--json', '--label', 'team=web')).stdout).toContain(id)
    expect((await ended('jobs', '--status', 'settled')).stdout).toContain('No job fits.')
    const { pid, tasks, status } = await whole('%-1')
    expect([status, tasks.map(({ id }) => id)]).toEqual(['running', ['build', 'test']])
    expect(existsSync(`/proc/${String(pid)}`) || process.platform !== 'linux').toBe(true)
    expect((await ended('why', id, 'test')).stdout).toContain('test is running')

    const waiting = dagmar(['wait', id])
    await ended('dispatch', '--', 'touch', gate)
    expect(await waiting.ended).toMatchObject({ code: 0, stdout: `${id}  tried  completed\n` })
    expect(await following.ended).toMatchObject({ code: 0 })
    expect(following.stdout().split('\n')).toEqual(['build | built', 'test  | red', 'test  | end', ''])
    expect((await ended('logs', id, 'test', '--tail', '1')).stdout).toBe('end\n')
    expect((await ended('story', id)).stdout).toContain('test completed')
  })

  it('that is wrong is refused with its place, and nothing is dispatched', async () => {
    const folder = folderWith({ 'plan.yaml': 'tasks: { a: { rnu: x } }' })
    const { code, stdout, stderr } = await ended('dispatch', join(folder, 'plan.yaml'))
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(/plan\.yaml:1:\d+/)
    expect((await ended('jobs')).stdout).toContain('There are no jobs yet.')
  })
})

describe('jobs that run', () => {
  it('are killed, paused and resumed, and what is gone is gone', async () => {
    const id = await dispatched('--', 'sleep', '600')
    const other = await dispatched('--', 'sleep', '601')
    expect((await ended('kill', '--status', 'open')).code).toBe(2)
    expect((await ended('pause', other)).stdout).toContain('paused')
    expect(await ended('kill', id)).toMatchObject({ code: 0, stdout: `${id}  sleep 600  killed\n` })
    expect((await ended('wait', id)).code).toBe(130)
    expect(await whole(id)).toMatchObject({ status: 'killed' })
    expect(await whole(other)).toMatchObject({ status: 'paused' })
    expect((await ended('resume', '--status', 'paused')).stdout).toBe(`${other}  sleep 601  resumed\n`)
    expect((await ended('rm', other)).code).toBe(1)
    expect((await ended('rm', id)).stdout).toBe(`${id}  sleep 600  removed\n`)
    expect(existsSync(join(home, 'jobs', id))).toBe(false)
    expect((await ended('jobs', id)).code).toBe(2)
  })

  it('tell whom the environment of their dispatch names, which the supervisor has never had', async () => {
    const plan = planWith(
      { a: { run: 'true' } },
      { notify: [{ run: 'echo "$DAGMAR_EVENT to $WHO" >> told', on: ['completed'] }] },
    )
    await ended('jobs')
    const { stdout } = await dagmar(['dispatch', plan], { env: { WHO: 'ada' } }).ended
    expect((await ended('wait', stdout.trim())).code).toBe(0)
    const told = join(dirname(plan), 'told')
    await expect
      .poll(() => existsSync(told) && readFileSync(told, 'utf8'), { timeout: 10_000 })
      .toBe('completed to ada\n')
  })

  it('ask, and are answered from elsewhere', async () => {
    const plan = planWith({ sign: { run: 'exit 3', onFailure: 'ask' } })
    const id = await dispatched(plan)
    const waiting = dagmar(['wait', id])
    await expect.poll(async () => (await ended('answer', id)).stdout, { timeout: 10_000 }).toContain('sign')
    expect(await ended('answer', id, 'sign', 'skip')).toMatchObject({ code: 0 })
    expect((await waiting.ended).code).toBe(1)
    expect((await ended('answer', id, 'sign', 'skip')).code).toBe(2)
  })

  it('fail, and are redriven with what was missing', async () => {
    const folder = folderWith({})
    const plan = planWith({
      needs: { run: `test -e '${join(folder, 'there')}'` },
      after: { run: 'echo on', needs: ['needs'] },
    })
    const id = await dispatched(plan)
    expect((await ended('wait', id)).code).toBe(1)
    const page = (await ended('jobs', id)).stdout
    expect(page).toMatch(/what failed\n {2}✗ needs[\s\S]*skipped because of that\n {2}- after/)
    await ended('dispatch', '--', 'touch', join(folder, 'there'))
    await ended('wait', '%-1')
    expect((await ended('redrive', id, 'needs')).stdout).toBe(`${id}  tried  needs redriven\n`)
    expect((await ended('wait', id)).code).toBe(0)
    expect((await ended('prune', '--older-than', '0s', '--yes')).stdout.trim().split('\n')).toHaveLength(2)
  })
})

describe('the supervisor', () => {
  it('is stopped, and the next one goes on with what is open', async () => {
    const folder = folderWith({})
    const plan = planWith({
      once: { run: `echo x >> '${join(folder, 'once')}'` },
      long: { run: untilFile(join(folder, 'go')), needs: ['once'] },
    })
    const id = await dispatched(plan)
    await expect.poll(async () => (await whole(id)).tasks[1]!['status'], { timeout: 10_000 }).toBe('running')
    expect((await ended('supervisor', 'stop', '--now')).stdout).toContain(
      'The supervisor is stopped; the 1 open job will go on',
    )
    expect(await ended('supervisor', 'status')).toMatchObject({ code: 1 })
    expect((await ended('jobs', '--ids')).stdout).toBe('')
    expect((await ended('supervisor', 'status')).code).toBe(1)
    await ended('dispatch', '--', 'touch', join(folder, 'go'))
    expect((await ended('wait', id)).code).toBe(0)
    expect(readFileSync(join(folder, 'once'), 'utf8')).toBe('x\n')
  })

  it('is not taken for none where its process is stopped', async () => {
    await dispatched('--', 'sleep', '60')
    await ended('jobs')
    const { pid } = JSON.parse((await ended('supervisor', 'status', '--json')).stdout) as { pid: number }
    process.kill(pid, 'SIGSTOP')
    try {
      const ends = await Promise.all([ended('supervisor', 'status'), ended('supervisor', 'stop', '--now')])
      for (const end of ends) {
        expect(end).toMatchObject({ code: 1, stdout: '' })
        expect(end.stderr).toContain(`(process ${pid}) has said nothing for 10 s: its process is stopped`)
      }
    } finally {
      process.kill(pid, 'SIGCONT')
    }
  })

  it('leaves each job its number when another one is forgotten, and over its own end', async () => {
    const [first, second, third] = [
      await dispatched('--', 'echo', 'first'),
      await dispatched('--', 'echo', 'second'),
      await dispatched('--', 'echo', 'third'),
    ]
    expect((await ended('wait', first!, second!, third!)).code).toBe(0)
    expect((await ended('rm', '%1')).stdout).toContain(first)
    const numbers = async (): Promise<unknown> =>
      (await ended('jobs')).stdout.match(/^%\d+ +\S+/gm)?.map((row) => row.split(/ +/))
    expect(await numbers()).toEqual([
      ['%2', second],
      ['%3', third],
    ])
    await ended('supervisor', 'stop')
    const fourth = await dispatched('--after', '%3', '--', 'echo', 'fourth')
    expect((await ended('wait', '%4')).stdout).toContain(`${fourth}  echo fourth  completed`)
    expect((await ended('story', '%2')).stdout).toContain('echo second')
    expect(await numbers()).toEqual([
      ['%2', second],
      ['%3', third],
      ['%4', fourth],
    ])
    expect((await ended('rm', '%1')).code).toBe(2)
  })

  it('takes plans of stdin, a line each', async () => {
    const lines = Array.from({ length: 50 }, (_, index) =>
      JSON.stringify({ name: `p${index}`, tasks: { a: { run: ['true'] } } }),
    )
    const { stdout, stderr, code } = await dagmar(['dispatch', '--stdin'], { stdin: lines.join('\n') }).ended
    const ids = stdout.trim().split('\n')
    expect([code, stderr, new Set(ids).size]).toEqual([0, '✓ dispatched 50 jobs\n', 50])
    expect((await ended('wait', ...ids)).code).toBe(0)
    expect((await ended('jobs')).stdout).toMatch(
      /Completed 50 · Failed 0 · 30 earlier ones not shown: --all\n$/,
    )
  })
})

describe('a shell whose folder has been deleted', () => {
  it.each([[['dispatch', '--', 'true']], [['run', '-']], [['check', '-']]])(
    'is told so: dagmar %j',
    async (args) => {
      const folder = folderWith({})
      const end = await dagmar(args, {
        stdin: 'tasks: { a: { run: "true" } }',
        under: (line) => ['/bin/sh', '-c', `cd '${folder}' && rmdir '${folder}' && ${line}`],
      }).ended
      expect(end).toMatchObject({ code: 2, stdout: '' })
      expect(end.stderr).toMatch(/^dagmar: The folder that you are in has been deleted\.\n[^\n]*\n$/)
    },
  )
})

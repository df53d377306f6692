import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { existsSync, readFileSync } from 'node:fs'
import { createRuntime, dag, type RunResult, SimulatedClock } from 'dagmar'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { type Notifier, notifier } from '../../src/cli/notify/notifier.ts'
import type { Notification } from '../../src/plan-file/notification.ts'
import { asked, failure, stalled } from './made-notices.ts'
import { folderOf } from './folder.ts'

const at = folderOf()
const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

interface Told {
  readonly path: string
  readonly type: string | undefined
  readonly text: string
}

/** A server that answers with these statuses in turn, the last one for ever; at 0 it does not answer. */
async function receiver(
  ...statuses: readonly number[]
): Promise<{ readonly url: string; readonly told: Told[] }> {
  const told: Told[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (piece: string) => {
      text += piece
    })
    request.on('end', () => {
      const status = statuses[Math.min(told.length, statuses.length - 1)] ?? 200
      told.push({ path: request.url!, type: request.headers['content-type'], text })
      if (status !== 0) response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end()
    })
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, told }
}

const on = ['stalled', 'asked', 'failed', 'completed'] as const
const byUrl = (url: string): Notification => ({
  place: 'notify[0] of plan.yaml',
  on,
  way: { kind: 'url', url },
})
const byCommand = (run: string | readonly string[]): Notification => ({
  place: 'notify[0] of plan.yaml',
  on,
  way: { kind: 'command', run, cwd: at() },
})

interface Tried {
  readonly clock: SimulatedClock
  readonly warnings: string[]
  readonly notifier: Notifier
  readonly rung: () => number
}

function trying(
  notify: readonly Notification[],
  env: Readonly<Record<string, string | undefined>> = {},
): Tried {
  const clock = new SimulatedClock(1_000_000)
  const warnings: string[] = []
  let rung = 0
  const made = notifier({
    notify,
    name: 'night',
    env: { PATH: process.env['PATH'], ...env },
    clock,
    warn: (sentence) => warnings.push(sentence),
    ring: () => rung++,
  })
  return { clock, warnings, notifier: made, rung: () => rung }
}

const night = dag('night').task('build', async () => 'top-secret output')
const broken = dag('night').task('build', { onFailure: 'skip' }, async () => {
  throw new Error('<img src=x onerror=alert(1)> & "so" \u001b[31mon')
})
const resultOf = (of: typeof night | typeof broken): Promise<RunResult> => createRuntime().dispatch(of).result

/** Moves time on, a bit at a time, until it is settled. */
async function inTime<T>(promise: Promise<T>, clock: SimulatedClock): Promise<{ readonly ms: number }> {
  const from = clock.now()
  let isSettled = false
  void promise.finally(() => {
    isSettled = true
  })
  await vi.waitFor(
    () => {
      if (!isSettled) clock.advance(100)
      expect(isSettled).toBe(true)
    },
    { timeout: 10_000, interval: 5 },
  )
  return { ms: clock.now() - from }
}

/** Whoever adopts a process may take a while to see that it is dead. */
async function expectGone(pid: number): Promise<void> {
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), {
    timeout: 10_000,
    interval: 20,
  })
}

describe('an address', () => {
  it('gets JSON with ids, status and sentences, and no output', async () => {
    const { url, told } = await receiver(200)
    const { notifier, warnings } = trying([byUrl(`${url}/hook?key=1`)])
    const result = await resultOf(night)
    await notifier.end(result)
    expect(told).toEqual([
      { path: '/hook?key=1', type: 'application/json; charset=utf-8', text: expect.any(String) },
    ])
    expect(JSON.parse(told[0]!.text)).toEqual({
      id: `${result.runId}/end`,
      event: 'completed',
      runId: result.runId,
      name: 'night',
      status: 'completed',
      at: result.settledAt,
      sentences: [expect.stringMatching(/^night completed after .*: 1 completed\.$/)],
    })
    expect(told[0]!.text).not.toContain('top-secret')
    expect(warnings).toEqual([])
  })

  it('is told the causes of a failure, in which no tag and no escape code is left', async () => {
    const { url, told } = await receiver(200)
    const { notifier } = trying([byUrl(url)])
    await notifier.end(await resultOf(broken))
    expect(told[0]!.text).not.toContain('<')
    expect(told[0]!.text).not.toContain(String.raw`\u001b`)
    expect(JSON.parse(told[0]!.text)).toMatchObject({
      event: 'failed',
      sentences: [expect.any(String), expect.stringContaining('build: <img src=x onerror=alert(1)> & "so" ')],
    })
  })

  it('is told of a task that is silent, and of one that asks', async () => {
    const { url, told } = await receiver(200)
    const { notifier } = trying([byUrl(url)])
    notifier.see(stalled('build', 1))
    notifier.see(asked('deploy', 2, 'Is it <b>ready</b>?'))
    await vi.waitFor(() => expect(told).toHaveLength(2))
    expect(told.map(({ text }) => JSON.parse(text) as unknown)).toMatchObject([
      { event: 'stalled', taskId: 'build', status: 'stalled', id: 'r/1' },
      { event: 'asked', taskId: 'deploy', sentences: ['deploy in night: Is it <b>ready</b>?'] },
    ])
  })

  it('is told whether a task asks to start, and what comes of it where nobody answers', async () => {
    const { url, told } = await receiver(200)
    const { notifier } = trying([byUrl(url)])
    const limit = { until: 61_000, defaultAnswer: 'no' } as const
    notifier.see({ ...asked('deploy', 2, 'Deploy now?'), of: 'confirm' as const, attempt: 0, ...limit })
    await vi.waitFor(() => expect(told).toHaveLength(1))
    expect(JSON.parse(told[0]!.text)).toMatchObject({
      sentences: ["deploy in night: may it start? Deploy now? It answers 'no' by itself in 1 min 0 s."],
    })
  })

  it('is not told of a question that is answered at once', async () => {
    const { url, told } = await receiver(200)
    const { notifier } = trying([byUrl(url)])
    notifier.see(asked('deploy', 1, 'Sure?'))
    notifier.see({ ...asked('deploy', 2, ''), type: 'task.answered', answer: 'yes' })
    await notifier.end(await resultOf(night))
    expect(told.map(({ text }) => (JSON.parse(text) as { event: string }).event)).toEqual(['completed'])
  })

  it('that fails for a moment is tried again with the same id', async () => {
    const { url, told } = await receiver(500, 200)
    const { notifier, clock, warnings } = trying([byUrl(url)])
    await inTime(notifier.end(await resultOf(night)), clock)
    expect(told).toHaveLength(2)
    expect(told[0]!.text).toBe(told[1]!.text)
    expect(warnings).toEqual([])
  })

  it.each([
    [[500], 3, 'it answered 500'],
    [[429, 404], 2, 'it answered 404'],
    [[302, 200], 1, 'it answered 302, and no redirect is followed'],
  ])(
    'that answers %j is tried %i times, with one warning that has only its origin',
    async (statuses, tries, why) => {
      const { url, told } = await receiver(...statuses)
      const { notifier, clock, warnings } = trying([byUrl(`${url}/top-secret`)])
      await inTime(notifier.end(await resultOf(night)), clock)
      expect(told).toHaveLength(tries)
      expect(warnings).toEqual([`notify[0] of plan.yaml (${url}) could not notify: ${why}`])
    },
  )

  it('that nobody listens at is warned of once, however much there is to tell', async () => {
    const { url } = await receiver()
    servers.at(-1)!.close()
    const { notifier, clock, warnings } = trying([byUrl(url)])
    for (let seq = 0; seq < 300; seq++) notifier.see(stalled(`t${seq}`, seq))
    await inTime(notifier.end(await resultOf(night)), clock)
    expect(warnings).toHaveLength(1)
  })

  it('that does not answer holds the end up for 5 s and no longer', async () => {
    const { url, told } = await receiver(0)
    const { notifier, clock, warnings } = trying([byUrl(url)])
    for (let seq = 0; seq < 20; seq++) notifier.see(stalled(`t${seq}`, seq))
    const { ms } = await inTime(notifier.end(await resultOf(night)), clock)
    expect(ms).toBe(5_000)
    expect(warnings).toHaveLength(1)
    // The end did not wait behind the others.
    expect(told.some(({ text }) => text.includes('"event":"completed"'))).toBe(true)
  })

  it('in a variable is used, and a variable that is not set or holds something else is told without its value', async () => {
    const { url, told } = await receiver(200)
    const named = ['$HOOK', '$NONE', '$BAD', '$FILE'].map(byUrl)
    const env = { HOOK: `${url}/x\n`, BAD: 'http://top-secret:x', FILE: 'file:///top-secret' }
    const { notifier, warnings } = trying(named, env)
    await notifier.end(await resultOf(night))
    expect(told).toHaveLength(1)
    expect(warnings).toEqual([
      'notify[0] of plan.yaml tells nobody: $NONE is not set',
      'notify[0] of plan.yaml tells nobody: $BAD is no address that begins with http:// or https://',
      'notify[0] of plan.yaml tells nobody: $FILE is no address that begins with http:// or https://',
    ])
  })
})

describe('a command', () => {
  it('gets the same JSON on its stdin, and the event in its environment', async () => {
    const { notifier, warnings } = trying([byCommand('cat > told; printf %s "$DAGMAR_EVENT" > event')])
    const result = await resultOf(night)
    await notifier.end(result)
    expect(JSON.parse(readFileSync(at('told'), 'utf8'))).toMatchObject({
      runId: result.runId,
      event: 'completed',
    })
    expect(readFileSync(at('event'), 'utf8')).toBe('completed')
    expect(warnings).toEqual([])
  })

  it.each([
    ['exit 3', 'it exited with code 3'],
    [['./no-such-program'], 'it could not be started: ENOENT'],
    ['kill -9 $$', 'it was ended by SIGKILL'],
  ])('that fails is warned of, and runs once: %j', async (run, why) => {
    const { notifier, warnings } = trying([byCommand(run)])
    await notifier.end(await resultOf(night))
    expect(warnings).toEqual([`notify[0] of plan.yaml could not notify: ${why}`])
  })

  it('that reads nothing of a long message is no failure', async () => {
    const { notifier, warnings } = trying([byCommand('exec true')])
    for (let seq = 0; seq < 20; seq++) notifier.see(asked(`t${seq}`, seq, 'long '.repeat(1_000)))
    await notifier.end(await resultOf(night))
    expect(warnings).toEqual([])
  })

  it('that hangs is killed with all that it has started', async () => {
    const { notifier, clock, warnings } = trying([
      byCommand('sleep 1000 & echo $! > sleeper; touch there; wait'),
    ])
    const end = notifier.end(await resultOf(night))
    await vi.waitFor(() => expect(existsSync(at('there'))).toBe(true))
    const { ms } = await inTime(end, clock)
    expect(ms).toBe(5_000)
    expect(warnings).toEqual([expect.stringContaining('could not notify: it did not end within 5 s')])
    await expectGone(Number(readFileSync(at('sleeper'), 'utf8')))
  })

  it('is ended without a warning when everything is left at once', async () => {
    const { notifier, warnings } = trying([byCommand('sleep 1000 & echo $! > other; touch begun; wait')])
    const end = notifier.end(await resultOf(night))
    await vi.waitFor(() => expect(existsSync(at('begun'))).toBe(true))
    notifier.close()
    await end
    expect(warnings).toEqual([])
    await expectGone(Number(readFileSync(at('other'), 'utf8')))
  })
})

describe('the bell', () => {
  it('rings for what it is wanted for', async () => {
    const { notifier, rung } = trying([{ place: 'notify[0]', on: ['stalled'], way: { kind: 'bell' } }])
    notifier.see(stalled('build', 1))
    await notifier.end(await resultOf(night))
    expect(rung()).toBe(1)
  })
})

describe('a message', () => {
  it('is cut, and names ten causes at most', async () => {
    const { url, told } = await receiver(200)
    const { notifier } = trying([byUrl(url)])
    const result = await resultOf(night)
    const rootCauses = Array.from({ length: 12 }, (_, index) => ({
      taskId: `t${index}`,
      failure: failure(`x${'😀'.repeat(5_000)}`),
    }))
    await notifier.end({ ...result, status: 'killed', reason: 'SIGINT', rootCauses })
    const { event, status, sentences } = JSON.parse(told[0]!.text) as {
      event: string
      status: string
      sentences: string[]
    }
    expect([event, status, sentences.length]).toEqual(['failed', 'killed', 13])
    expect(sentences[1]).toBe('The reason: SIGINT')
    expect(sentences[2]!).toMatch(/😀…$/u)
    expect(sentences[2]!.length).toBeLessThanOrEqual(2_001)
    expect(sentences.at(-1)).toBe('… and 2 more tasks.')
  })
})

import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { command } from 'dagmar'
import { describe, expect, it, onTestFinished } from 'vitest'
import { RawClient } from './raw-client.ts'
import { builtJobs, dispatchCommand, kill, TestHome, withHome } from './test-home.ts'

const memoryOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) * 1024

describe('a client that a supervisor cannot make sense of', () => {
  it.each([
    ['sends what is no JSON', 'GET / HTTP/1.1\n'],
    ['sends JSON that is no greeting', '{"n":1,"verb":"stop"}\n'],
    ['sends a list', '[1,2]\n'],
    ['sends null', 'null\n'],
    ['sends bytes that are no text', '\xff\xfe\0\n'],
  ])('%s, is told so and let go', (_what, text) =>
    withHome(async (home) => {
      const jobs = await home.connect()
      const raw = new RawClient(home.path)
      raw.say(text)
      await raw.closed
      expect(raw.lines.at(-1)).toMatchObject({ error: { code: 'CONFIG_INVALID' } })
      expect((await jobs.status()).clients).toBe(1)
    }),
  )

  it('sends 100 MB in one line, and is let go before the supervisor has kept it', () =>
    withHome(async (home) => {
      const jobs = await home.connect()
      const { pid } = await jobs.status()
      const before = memoryOf(pid)
      for (const isKnown of [false, true]) {
        const raw = new RawClient(home.path)
        if (isKnown) raw.greet()
        const piece = 'x'.repeat(1024 * 1024)
        for (let sent = 0; sent < 100 && !raw.socket.destroyed; sent++) {
          if (!raw.socket.write(piece)) {
            await Promise.race([raw.closed, new Promise((resolve) => raw.socket.once('drain', resolve))])
          }
        }
        await raw.closed
      }
      expect((await jobs.status()).pid).toBe(pid)
      expect(memoryOf(pid) - before).toBeLessThan(150 * 1024 * 1024)
    }))

  it('sends half a message and goes, or asks for what there is not, and others are served', () =>
    withHome(async (home) => {
      const jobs = await home.connect()
      const half = new RawClient(home.path)
      half.greet()
      half.say('{"n":1,"verb":"dispa')
      await half.next()
      half.socket.destroy()
      const odd = new RawClient(home.path)
      odd.greet()
      await odd.next()
      for (const [n, request] of [
        { verb: 'fly' },
        { verb: 'constructor' },
        { verb: 'list' },
        { verb: 'dispatch', jobs: [{ id: 'x' }], environments: {} },
        { verb: 'dispatch', jobs: 5 },
        { verb: 'details', id: 5 },
        { verb: 'watch-facts', id: 'nobody' },
        {},
      ].entries()) {
        odd.ask({ ...request, n })
        expect(await odd.next()).toMatchObject({ n, error: {} })
      }
      expect((await (await dispatchCommand(jobs, home, 'true')).settled()).status).toBe('completed')
    }))
})

describe('a client that reads nothing', () => {
  it(
    'while a job says much, takes little of the supervisor, and keeps nobody waiting',
    () =>
      withHome(async (home) => {
        const jobs = await home.connect()
        // Many tasks, so that there are many facts besides the output.
        const tasks = Object.fromEntries(
          Array.from({ length: 40 }, (_, index) => [`t${index}`, { run: command('seq 1 20000; echo done') }]),
        )
        const job = await jobs.dispatch({ name: 'loud', tasks }, { env: home.env, cwd: home.path })
        const { pid } = await jobs.status()
        const deaf = new RawClient(home.path)
        deaf.greet()
        await deaf.next()
        for (let n = 1; n <= 20; n++) deaf.ask({ verb: 'watch-facts', id: job.id, n })
        deaf.ask({ verb: 'watch-facts', n: 21 })
        deaf.ask({ verb: 'watch-jobs', n: 22 })
        deaf.socket.pause()
        expect((await job.settled()).status).toBe('completed')
        expect(memoryOf(pid)).toBeLessThan(400 * 1024 * 1024)
        deaf.socket.destroy()
      }),
    60_000,
  )

  it(
    'is told every fact once it reads, in order',
    () =>
      withHome(async (home) => {
        const jobs = await home.connect()
        const tasks = Object.fromEntries(
          Array.from({ length: 300 }, (_, index) => [`t${index}`, { run: command('true'), needs: [] }]),
        )
        const job = await jobs.dispatch({ name: 'many', tasks }, { env: home.env, cwd: home.path })
        const late = new RawClient(home.path)
        late.greet()
        await late.next()
        late.ask({ verb: 'watch-facts', id: job.id, n: 1 })
        late.socket.pause()
        await job.settled()
        late.socket.resume()
        const seqs: number[] = []
        for (;;) {
          const line = (await late.next()) as { end?: true; facts?: { seq?: number }[] }
          if (line.end === true) break
          for (const { seq } of line.facts ?? []) if (seq !== undefined) seqs.push(seq)
        }
        expect(seqs.length).toBeGreaterThan(1_200)
        expect(seqs).toEqual(seqs.map((_, index) => index + 1))
      }),
    60_000,
  )
})

describe('versions that differ', () => {
  it('are told to a client, with how to mend it; it may still see who is there and stop it', async () => {
    const home = new TestHome()
    onTestFinished(() => home.remove())
    const { connect } = await builtJobs()
    const verbs: string[] = []
    const server = createServer((socket) => {
      socket.write(`${JSON.stringify({ dagmar: '7.0.0', protocol: 7, pid: 4711 })}\n`)
      let isGreeted = false
      socket.on('data', (data) => {
        for (const line of String(data).trim().split('\n')) {
          const { n, verb } = JSON.parse(line) as { n: number; verb: string }
          if (isGreeted) {
            verbs.push(verb)
            socket.write(`${JSON.stringify({ n, value: { pid: 4711 } })}\n`)
            if (verb === 'stop') socket.end()
          }
          isGreeted = true
        }
      })
    })
    await new Promise<void>((resolve) => server.listen(join(home.path, 'supervisor.sock'), resolve))
    onTestFinished(() => void server.close())
    const jobs = await connect({ home: home.path })
    await expect(jobs.list()).rejects.toMatchObject({
      code: 'SUPERVISOR_VERSION',
      message: expect.stringMatching(/process 4711.*7\.0\.0.*dagmar supervisor stop/s) as string,
    })
    expect(await jobs.status()).toEqual({ pid: 4711 })
    await jobs.stop()
    expect(verbs).toEqual(['status', 'stop'])
    await jobs.close()
  })

  it('are told to a newer client that asks for what this supervisor has not learnt', () =>
    withHome(async (home) => {
      await home.connect()
      const newer = new RawClient(home.path)
      newer.greet(99)
      await newer.next()
      newer.ask({ n: 1, verb: 'teleport' })
      expect(await newer.next()).toMatchObject({ error: { code: 'SUPERVISOR_VERSION' } })
      newer.ask({ n: 2, verb: 'status' })
      expect(await newer.next()).toMatchObject({ n: 2, value: { protocol: 1 } })
    }))
})

describe('a supervisor that is stopped by a signal', () => {
  it(
    'is named to who waits for it, and to who comes, within half a minute',
    () =>
      withHome(async (home) => {
        const jobs = await home.connect()
        const { pid } = await jobs.status()
        kill(pid, 'SIGSTOP')
        try {
          const late = await builtJobs()
          const [asked, came] = await Promise.allSettled([jobs.list(), late.connect({ home: home.path })])
          expect(asked).toMatchObject({
            reason: {
              code: 'SUPERVISOR_LOST',
              message: expect.stringMatching(`process ${pid}.*is stopped.*kill -CONT ${pid}`) as string,
            },
          })
          expect(came).toMatchObject({
            reason: { code: 'SUPERVISOR_LOST', hint: `Let it go on: kill -CONT ${pid}`, facts: { pid } },
          })
        } finally {
          kill(pid, 'SIGCONT')
        }
        expect(await jobs.list()).toEqual([])
      }),
    60_000,
  )
})

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { command } from 'dagmar'
import { firstValueFrom } from 'rxjs'
import { filter } from 'rxjs/operators'
import { describe, expect, it } from 'vitest'
import type { Job, Jobs, JobStatus } from '../../src/jobs/index.ts'
import { commandPlan, dispatchCommand, kill, type TestHome, withHome } from './test-home.ts'

const statusOf = async (job: Job): Promise<JobStatus> => (await job.details()).status

async function crash(jobs: Jobs, home: TestHome): Promise<void> {
  kill((await jobs.status()).pid)
  await expect.poll(() => home.supervisors).toEqual([])
  // The client knows, too.
  await jobs.status()
}

/** A script that waits until the file is there. */
const waitFor = (file: string): string => `while ! test -e ${file}; do sleep 0.05; done`

const letGo = (home: TestHome, file: string): void => writeFileSync(join(home.path, file), '')

describe('a job that is paused', () => {
  it(
    'stays so over a crash, whether it had begun or not, and goes on when it is resumed',
    () =>
      withHome(async (home) => {
        const jobs = await home.connect()
        const tasks = {
          first: { run: command(waitFor('go')) },
          second: { run: command('echo second'), needs: ['first'] },
        }
        const begun = await jobs.dispatch({ name: 'begun', tasks }, { env: home.env, cwd: home.path })
        const later = await jobs.dispatch(commandPlan('echo late'), {
          env: home.env,
          cwd: home.path,
          after: [begun.id],
        })
        await begun.pause()
        await later.pause()
        letGo(home, 'go')
        await crash(jobs, home)
        expect([await statusOf(begun), await statusOf(later)]).toEqual(['paused', 'paused'])
        await begun.resume()
        expect((await begun.settled()).status).toBe('completed')
        expect(await statusOf(later)).toBe('paused')
        await later.resume()
        expect((await later.settled()).message).toBe('late')
      }),
    30_000,
  )

  it(
    'lets the idle supervisor leave, and is there when the next one comes',
    () =>
      withHome(
        async (home) => {
          const jobs = await home.connect()
          const job = await jobs.dispatch(commandPlan('true'), { env: home.env, notBefore: Date.now() + 400 })
          await job.pause()
          await expect.poll(() => home.supervisors, { timeout: 10_000 }).toEqual([])
          expect(await statusOf(job)).toBe('paused')
          await job.resume()
          expect((await job.settled()).status).toBe('completed')
        },
        { idleMs: 50 },
      ),
    30_000,
  )
})

describe('a job that has not begun', () => {
  it('ends when it is killed or drained, without ever having run', () =>
    withHome(async (home) => {
      const jobs = await home.connect()
      const options = { env: home.env, cwd: home.path, notBefore: Date.now() + 3_600_000 }
      const killed = await jobs.dispatch(commandPlan('touch ran'), options)
      const drained = await jobs.dispatch(commandPlan('touch ran'), options)
      await expect(killed.kill('command')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
      await killed.kill(undefined, { reason: 'not needed' })
      await drained.drain()
      expect(await killed.settled()).toMatchObject({ status: 'killed', reason: 'not needed' })
      expect(await drained.settled()).toMatchObject({ status: 'killed', reason: 'drained' })
      await crash(jobs, home)
      expect(await jobs.list()).toMatchObject([{ status: 'killed' }, { status: 'killed' }])
      expect(existsSync(join(home.path, 'ran'))).toBe(false)
      // Opened again, it waits for its time as before.
      await killed.redrive()
      expect(await statusOf(killed)).toBe('dispatched')
    }))
})

describe('a job that waits for another one', () => {
  it(
    'is killed when that one fails, unless any end will do',
    () =>
      withHome(async (home) => {
        const jobs = await home.connect()
        const first = await dispatchCommand(jobs, home, `${waitFor('go')}; exit 3`)
        const after = { env: home.env, cwd: home.path, after: [first.id] }
        const needs = await jobs.dispatch(commandPlan('echo never'), after)
        const any = await jobs.dispatch(commandPlan('echo any'), { ...after, afterAny: true })
        const chain = await jobs.dispatch(commandPlan('echo chain'), { ...after, after: [needs.id] })
        expect(await statusOf(needs)).toBe('dispatched')
        // What waits is told over a crash, too.
        await crash(jobs, home)
        letGo(home, 'go')
        expect((await any.settled()).message).toBe('any')
        for (const [job, told] of [
          [needs, `the job ${first.id} that it waits for failed`],
          [chain, `the job ${needs.id} that it waits for was killed`],
        ] as const) {
          expect(await job.settled()).toMatchObject({
            status: 'killed',
            reason: `dependency-failed: ${told}`,
          })
        }
      }),
    30_000,
  )

  it('is refused where there is no such job, and the others of that moment are dispatched once', () =>
    withHome(async (home) => {
      const jobs = await home.connect()
      const all = await Promise.allSettled([
        dispatchCommand(jobs, home, 'true'),
        jobs.dispatch(commandPlan('true'), { env: home.env, after: ['261126-000000-0000'] }),
        dispatchCommand(jobs, home, 'true'),
      ])
      expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
      expect(all[1]).toMatchObject({ reason: { code: 'JOB_UNKNOWN' } })
      expect(await jobs.list()).toHaveLength(2)
      expect(readdirSync(join(home.path, 'jobs'))).toHaveLength(2)
    }))
})

describe('a redrive', () => {
  it(
    'brings its own environment: that of the dispatch is gone',
    () =>
      withHome(async (home) => {
        const jobs = await home.connect()
        const job = await dispatchCommand(jobs, home, 'echo "${WORD:-none}"; test -n "$WORD"')
        expect(await job.settled()).toMatchObject({ status: 'failed' })
        expect(readdirSync(join(home.path, 'environments'))).toEqual([])
        await crash(jobs, home)
        await job.redrive(undefined, { env: { ...home.env, WORD: 'now' } })
        expect(await job.settled()).toMatchObject({ status: 'completed', message: 'now' })
        expect(readdirSync(join(home.path, 'environments'))).toEqual([])
      }),
    30_000,
  )

  it(
    'is refused for what is open, does no harm twice at once, or with a task that there is not',
    () =>
      withHome(async (home) => {
        const jobs = await home.connect()
        const job = await dispatchCommand(jobs, home, `test -e go || exit 1; echo went`)
        await job.settled()
        await expect(job.redrive('nobody')).rejects.toMatchObject({ code: 'TASK_UNKNOWN' })
        expect(await statusOf(job)).toBe('failed')
        letGo(home, 'go')
        const both = await Promise.allSettled([job.redrive(), job.redrive()])
        expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
        expect(await job.settled()).toMatchObject({ status: 'completed', message: 'went' })
        const open = await dispatchCommand(jobs, home, waitFor('never'))
        await expect(open.redrive()).rejects.toMatchObject({ code: 'JOB_OPEN' })
        await expect(open.remove()).rejects.toMatchObject({ code: 'JOB_OPEN' })
        await open.kill()
      }),
    30_000,
  )
})

describe('a job that is removed', () => {
  it(
    'is gone from the list and the disk, and those that waited for it are killed',
    () =>
      withHome(async (home) => {
        const jobs = await home.connect()
        const job = await dispatchCommand(jobs, home, 'exit 1')
        const kept = await dispatchCommand(jobs, home, 'true')
        await Promise.all([job.settled(), kept.settled()])
        const { folder } = await job.details()
        await job.remove()
        expect(existsSync(folder)).toBe(false)
        await expect(job.details()).rejects.toMatchObject({ code: 'JOB_UNKNOWN' })
        expect((await jobs.list()).map(({ id }) => id)).toEqual([kept.id])
        await crash(jobs, home)
        expect((await jobs.list()).map(({ id }) => id)).toEqual([kept.id])
        expect(await jobs.prune({})).toEqual([kept.id])
        expect(readdirSync(join(home.path, 'jobs'))).toEqual([])
      }),
    30_000,
  )
})

describe('what is deleted while a job is under way', () => {
  it('its folder: it settles all the same, and says how it was in a new one', () =>
    withHome(async (home) => {
      const jobs = await home.connect()
      const job = await dispatchCommand(jobs, home, `${waitFor('go')}; echo done`)
      const { folder } = await job.details()
      await expect.poll(async () => statusOf(job)).toBe('running')
      rmSync(folder, { recursive: true, force: true })
      letGo(home, 'go')
      expect((await job.settled()).status).toBe('completed')
      await expect.poll(() => existsSync(join(folder, 'status.json'))).toBe(true)
      expect(readFileSync(join(folder, 'status.json'), 'utf8')).toContain('"completed"')
    }))

  it('the folder that it runs in, or a file of variables: it fails, and says why', () =>
    withHome(async (home) => {
      const jobs = await home.connect()
      const gone = join(home.path, 'gone')
      const nowhere = await jobs.dispatch(commandPlan('true'), { env: home.env, cwd: gone })
      const without = await jobs.dispatch(
        { name: 'without', tasks: { a: { run: command('true', { envFile: 'gone.env' }) } } },
        { env: home.env, cwd: home.path },
      )
      for (const job of [nowhere, without]) {
        const { status, message } = await job.settled()
        expect([status, message.includes('gone')]).toEqual(['failed', true])
      }
      expect(await jobs.deadLetters({})).toEqual([])
    }))
})

describe('a supervisor that is stopped', () => {
  it(
    'lets what is at work finish, answers meanwhile, and leaves the rest to the next one',
    () =>
      withHome(async (home) => {
        const jobs = await home.connect()
        const tasks = {
          first: { run: command(`${waitFor('go')}; echo first`) },
          second: { run: command('echo second'), needs: ['first'] },
        }
        const job = await jobs.dispatch({ name: 'two', tasks }, { env: home.env, cwd: home.path })
        await expect.poll(() => statusOf(job)).toBe('running')
        const { pid } = await jobs.status()
        const other = await home.connect()
        const stopped = other.stop()
        await expect.poll(() => statusOf(job)).toBe('running')
        expect((await jobs.status()).pid).toBe(pid)
        letGo(home, 'go')
        await stopped
        await expect.poll(() => home.supervisors).not.toContain(pid)
        expect((await job.settled()).status).toBe('completed')
        const attempts = (await job.details()).tasks.map(({ id, attempt }) => [id, attempt])
        expect(attempts).toEqual([
          ['first', 1],
          ['second', 1],
        ])
      }),
    30_000,
  )

  it(
    'at once ends what is at work, which starts again with the next one, and has not failed',
    () =>
      withHome(async (home) => {
        const jobs = await home.connect()
        const job = await dispatchCommand(jobs, home, `${waitFor('go')}; echo again`)
        await expect.poll(() => statusOf(job)).toBe('running')
        const { pid } = await jobs.status()
        await jobs.stop({ now: true })
        await expect.poll(() => [...home.supervisors, ...home.orphans]).toEqual([])
        letGo(home, 'go')
        expect(await job.settled()).toMatchObject({ status: 'completed', message: 'again' })
        const [task] = (await job.details()).tasks
        expect(task?.attempt).toBe(2)
        expect((await job.story('command')).map(({ type }) => type)).toContain('task.interrupted')
        expect((await jobs.status()).pid).not.toBe(pid)
      }),
    30_000,
  )

  it(
    'at once while it lets tasks finish, ends them too',
    () =>
      withHome(async (home) => {
        const jobs = await home.connect()
        const job = await dispatchCommand(jobs, home, waitFor('never'))
        await expect.poll(() => statusOf(job)).toBe('running')
        const [one, other] = [await home.connect(), await home.connect()]
        await Promise.all([one.stop(), other.stop({ now: true })])
        await expect.poll(() => [...home.supervisors, ...home.orphans]).toEqual([])
        await job.kill()
        expect(await statusOf(job)).toBe('killed')
      }),
    30_000,
  )

  it(
    'is followed by another one for a job that comes after that',
    () =>
      withHome(async (home) => {
        const jobs = await home.connect()
        const first = await dispatchCommand(jobs, home, waitFor('go'))
        await expect.poll(() => statusOf(first)).toBe('running')
        const other = await home.connect()
        const stopped = other.stop()
        const second = await dispatchCommand(jobs, home, 'echo > ran')
        letGo(home, 'go')
        await stopped
        await jobs.close()
        // Nobody asks for it.
        await expect.poll(() => existsSync(join(home.path, 'ran')), { timeout: 10_000 }).toBe(true)
        const again = await home.connect()
        expect((await (await again.job(second.id)).settled()).status).toBe('completed')
      }),
    30_000,
  )
})

describe('many jobs', () => {
  it(
    'are dispatched and settle: 200 at once, beside a list of 1,800',
    () =>
      withHome(async (home) => {
        const jobs = await home.connect()
        const old = await Promise.all(
          Array.from({ length: 1_800 }, () =>
            jobs.dispatch(commandPlan('true'), { env: home.env, notBefore: Date.now() + 3_600_000 }),
          ),
        )
        await Promise.all(old.map((job) => job.kill()))
        const fresh = await Promise.all(
          Array.from({ length: 200 }, () => dispatchCommand(jobs, home, 'true')),
        )
        expect(new Set([...old, ...fresh].map(({ id }) => id)).size).toBe(2_000)
        expect(await jobs.list()).toHaveLength(2_000)
        expect(await jobs.list({ limit: 3 })).toHaveLength(3)
        const whole = await firstValueFrom(jobs.jobs$().pipe(filter((list) => list.length === 2_000)))
        expect(whole.map(({ place }) => place)).toEqual(whole.map((_, index) => index + 1))
        const ends = await Promise.all(fresh.map((job) => job.settled()))
        expect(ends.every(({ status }) => status === 'completed')).toBe(true)
      }),
    60_000,
  )
})

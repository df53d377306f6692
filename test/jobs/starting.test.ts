import { execFile, execFileSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { connect as connectSqlite } from '../../src/stores/sqlite/driver.ts'
import { describe, expect, it } from 'vitest'
import { knock } from '../../src/jobs/client/reach-supervisor.ts'
import { openHome } from '../../src/jobs/home.ts'
import { newJobId } from '../../src/jobs/job-id.ts'
import { makeSpec } from '../../src/jobs/spool/make-spec.ts'
import { spool, specFile } from '../../src/jobs/spool/spool-file.ts'
import { builtDagmar } from '../cli/built-dagmar.ts'
import { builtJobs, commandPlan, dispatchCommand, kill, type TestHome, withHome } from './test-home.ts'

const call = promisify(execFile)

const statusIn = (home: TestHome, id: string): unknown => {
  const file = join(home.path, 'jobs', id, 'status.json')
  if (!existsSync(file)) return undefined
  return (JSON.parse(readFileSync(file, 'utf8')) as { status: unknown }).status
}

/** Puts a job into the spool, as `dagmar dispatch` does, and says its id. */
function spooled(home: TestHome, script = 'true'): string {
  const opened = openHome(home.path)
  const now = Date.now()
  const id = newJobId(opened, now)
  const variables = Object.fromEntries(
    Object.entries(home.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
  const spec = makeSpec(id, commandPlan(script), {}, now)
  spool(opened, { spec, environment: variables })
  return id
}

describe('ten dispatches at the same instant, where there is no supervisor', () => {
  it(
    'start one between them, and lose none of the ten jobs',
    () =>
      withHome(async (home) => {
        const env = { ...home.env, DAGMAR_HOME: home.path }
        const called = Array.from({ length: 10 }, () =>
          call(process.execPath, [builtDagmar(), 'dispatch', '--', 'true'], { env }),
        )
        const ids = (await Promise.all(called)).map(({ stdout }) => stdout.trim())
        expect(new Set(ids).size).toBe(10)
        const jobs = await home.connect()
        const ends = await Promise.all(ids.map(async (id) => (await jobs.job(id)).settled()))
        expect(ends.map(({ status }) => status)).toEqual(ids.map(() => 'completed'))
        // Those that found another one there are gone.
        await expect.poll(() => home.supervisors.length, { timeout: 10_000 }).toBe(1)
      }),
    60_000,
  )
})

describe('a dispatch in the instant in which the idle supervisor leaves', () => {
  it(
    'is run, if the door was open',
    () =>
      withHome(
        async (home) => {
          const { socket } = openHome(home.path)
          let doors = 0
          for (let time = 0; time < 12; time++) {
            const jobs = await (await builtJobs()).connect({ home: home.path })
            await jobs.close()
            // About when it leaves.
            await wait(70 + time * 5)
            const id = spooled(home)
            const door = await knock({ socket })
            if (door === undefined) continue
            doors++
            door.destroy()
            await expect.poll(() => statusIn(home, id), { timeout: 15_000 }).toBe('completed')
          }
          expect(doors).toBeGreaterThan(0)
        },
        { idleMs: 100 },
      ),
    120_000,
  )

  it(
    'is taken once by this one or the next, over a connection',
    () =>
      withHome(
        async (home) => {
          const jobs = await home.connect()
          const ids: string[] = []
          for (let time = 0; time < 12; time++) {
            await wait(70 + time * 5)
            const [one, other] = await Promise.all([
              dispatchCommand(jobs, home, 'true'),
              dispatchCommand(jobs, home, 'true'),
            ])
            ids.push(one.id, other.id)
          }
          const ends = await Promise.all(ids.map(async (id) => (await jobs.job(id)).settled()))
          expect(ends.map(({ status }) => status)).toEqual(ids.map(() => 'completed'))
          expect((await jobs.list()).map(({ id }) => id).toSorted()).toEqual(ids.toSorted())
        },
        { idleMs: 100 },
      ),
    120_000,
  )
})

describe('what a supervisor that died has left', () => {
  it('a socket at which nobody answers: the next one makes its own', () =>
    withHome(async (home) => {
      const jobs = await home.connect()
      const { pid } = await jobs.status()
      kill(pid)
      const after = await home.connect()
      expect((await after.status()).pid).not.toBe(pid)
      await jobs.close()
    }))

  it('a file in place of the socket, likewise', () =>
    withHome(async (home) => {
      writeFileSync(join(home.path, 'supervisor.sock'), 'no socket')
      const jobs = await home.connect()
      expect(await jobs.list()).toEqual([])
    }))

  it(
    'a run whose owner has the number of a process that lives: it goes on all the same',
    () =>
      withHome(async (home) => {
        const jobs = await home.connect()
        const job = await dispatchCommand(jobs, home, `test -e go || { touch go; sleep 60; }; echo again`)
        await expect.poll(async () => (await job.details()).tasks[0]?.status).toBe('running')
        kill((await jobs.status()).pid)
        await expect.poll(() => home.supervisors).toEqual([])
        const database = connectSqlite(join(home.path, 'runs.db'))
        const row = database.prepare('SELECT owner FROM owners').get()
        const owner = JSON.parse(String(row?.['owner'])) as { process: object }
        const stat = readFileSync(`/proc/${process.pid}/stat`, 'utf8')
        const start = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19])
        const alive = { ...owner, process: { ...owner.process, pid: process.pid, start } }
        database.prepare('UPDATE owners SET owner = ?').run(JSON.stringify(alive))
        database.close()
        const end = await job.settled()
        expect([end.status, end.message]).toEqual(['completed', 'again'])
      }),
    30_000,
  )
})

describe('a file in the spool', () => {
  it.each([
    ['is no JSON', 'this is no plan', /JSON/],
    ['is half written', '{"version":1,"id":', /JSON/],
    ['is a job with another id', '{"version":1,"id":"x"}', /not a job with that id/],
    ['has a plan in a circle', undefined, /cycle/],
  ])('that %s is put aside and told, and the jobs beside it are run', (_what, text, told) =>
    withHome(async (home) => {
      const opened = openHome(home.path)
      const id = '261126-101010-abcd'
      const circle = {
        ...makeSpec(id, commandPlan('true'), {}, 0),
        definition: { name: 'circle', tasks: { a: { run: { run: 'true' }, needs: ['a'] } } },
      }
      writeFileSync(specFile(opened, id), text ?? JSON.stringify(circle))
      writeFileSync(join(opened.spool, `${id}.env`), '{"SECRET":"x"}')
      const beside = spooled(home)
      const jobs = await home.connect()
      expect((await jobs.list()).map((job) => job.id)).toEqual([beside])
      expect((await (await jobs.job(beside)).settled()).status).toBe('completed')
      expect(existsSync(`${specFile(opened, id)}.bad`)).toBe(true)
      expect(existsSync(join(opened.spool, `${id}.env`))).toBe(false)
      expect(readFileSync(opened.log, 'utf8')).toMatch(told)
    }),
  )

  it('of a later version waits for a supervisor of that version', () =>
    withHome(async (home) => {
      const opened = openHome(home.path)
      const id = spooled(home)
      const spec = JSON.parse(readFileSync(specFile(opened, id), 'utf8')) as object
      writeFileSync(specFile(opened, id), JSON.stringify({ ...spec, version: 2 }))
      const jobs = await home.connect()
      expect(await jobs.list()).toEqual([])
      expect(existsSync(specFile(opened, id))).toBe(true)
      await jobs.stop()
      await expect.poll(() => home.supervisors).toEqual([])
      expect(existsSync(specFile(opened, id))).toBe(true)
    }))

  it('whose environment is gone is run without one', () =>
    withHome(async (home) => {
      const opened = openHome(home.path)
      const id = spooled(home, 'echo "home: ${HOME:-none}"')
      rmSync(join(opened.spool, `${id}.env`))
      const jobs = await home.connect()
      const { status, message } = await (await jobs.job(id)).settled()
      expect([status, message]).toEqual(['completed', 'home: none'])
    }))
})

describe('a state directory', () => {
  it('that others may enter is refused, with how to mend it', () =>
    withHome(async (home) => {
      const folder = join(home.path, 'wide')
      mkdirSync(folder)
      for (const mode of [0o755, 0o710, 0o701, 0o770]) {
        chmodSync(folder, mode)
        await expect(home.connect({ home: folder })).rejects.toMatchObject({
          code: 'HOME_UNSAFE',
          message: expect.stringContaining(`chmod 700 '${folder}'`) as string,
        })
      }
    }))

  it.runIf(process.getuid?.() === 0)('of another owner is refused', () =>
    withHome(async (home) => {
      const folder = join(home.path, 'foreign')
      mkdirSync(folder, { mode: 0o700 })
      chownSync(folder, 12_345, 12_345)
      await expect(home.connect({ home: folder })).rejects.toMatchObject({
        code: 'HOME_UNSAFE',
        message: expect.stringContaining('belongs to the user 12345') as string,
      })
    }),
  )

  it('that cannot be made is refused in a sentence', () =>
    withHome(async (home) => {
      const file = join(home.path, 'file')
      writeFileSync(file, '')
      const bad = [
        file,
        join(file, 'below'),
        ...(existsSync('/proc/self') ? ['/proc/none', '/proc/none/below'] : []),
      ]
      for (const folder of bad) {
        await expect(home.connect({ home: folder })).rejects.toMatchObject({
          code: 'HOME_UNSAFE',
          message: expect.stringContaining('cannot be made') as string,
        })
      }
    }))

  it('whose path is longer than that of a socket may be has it elsewhere', () =>
    withHome(async (home) => {
      const folder = join(home.path, 'x'.repeat(120))
      mkdirSync(folder, { mode: 0o700 })
      process.env['XDG_RUNTIME_DIR'] = home.path
      try {
        const jobs = await home.connect({ home: folder })
        expect(jobs.home).toBe(folder)
        expect((await (await dispatchCommand(jobs, home, 'true')).settled()).status).toBe('completed')
        kill((await jobs.status()).pid)
        await jobs.close()
      } finally {
        delete process.env['XDG_RUNTIME_DIR']
      }
    }))

  it('with no room says so to who dispatches, and goes on when there is room again', async (test) => {
    await withHome(async (home) => {
      const disk = join(home.path, 'disk')
      mkdirSync(disk, { mode: 0o700 })
      try {
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m,mode=700', 'dagmar', disk], { stdio: 'ignore' })
      } catch {
        test.skip('only root may make a small disk')
        return
      }
      try {
        const jobs = await home.connect({ home: disk })
        const ballast = join(disk, 'ballast')
        expect(() => writeFileSync(ballast, Buffer.alloc(8 * 1024 * 1024))).toThrow('ENOSPC')
        const refused = await dispatchCommand(jobs, home, 'true').then(
          () => undefined,
          (thrown: unknown) => thrown as Error,
        )
        expect(refused?.message).toMatch(/full|no space/i)
        const { pid } = await jobs.status()
        rmSync(ballast)
        const job = await dispatchCommand(jobs, home, 'echo room')
        expect((await job.settled()).status).toBe('completed')
        expect((await jobs.list()).map(({ id }) => id)).toEqual([job.id])
        expect((await jobs.status()).pid).toBe(pid)
        kill(pid)
        await jobs.close()
        await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false)
      } finally {
        execFileSync('umount', ['-l', disk])
      }
    })
  }, 30_000)
})

import { jobStatuses } from '../../../src/cli/jobs/job-look.ts'
import { describe, expect, it } from 'vitest'
import { addExplainingCommands } from '../../../src/cli/explaining-jobs.ts'
import { addLookingCommands } from '../../../src/cli/looking-at-jobs.ts'
import { addSupervisorCommand } from '../../../src/cli/supervisor.ts'
import type { Jobs } from '../../../src/jobs/client/jobs.ts'
import type { JobDetails } from '../../../src/jobs/job.ts'
import { created, numbered } from '../../events/made-facts.ts'
import { type AskOptions, calledWith } from './called-jobs.ts'
import { fakeJobs } from './fake-jobs.ts'
import { dispatchedAt, now, taskOf } from './made-jobs.ts'

const look = (jobs: Jobs | undefined, line: string | readonly string[], options?: AskOptions) =>
  calledWith(
    jobs,
    (program, load) => {
      addLookingCommands(program, load)
      addExplainingCommands(program, load)
    },
    line,
    options,
  )

const one = '261126-113754-0001'
const day = 86_400_000

describe('the list', () => {
  it('says how to begin where there are no jobs', async () => {
    expect(await look(fakeJobs([]), 'jobs')).toMatchObject({
      exitCode: 0,
      out: expect.stringContaining('dagmar dispatch plan.yaml') as string,
    })
    expect((await look(fakeJobs([]), 'jobs --json')).out).toBe('[]\n')
    expect((await look(fakeJobs([{}]), 'jobs --project nobody')).out).toContain('No job fits')
  })

  it('has a row a job and counts them', async () => {
    const { out } = await look(fakeJobs(jobStatuses.map((status) => ({ status }))), 'jobs')
    const lines = out.trimEnd().split('\n')
    expect(lines).toHaveLength(13)
    expect(lines.at(-1)).toBe('Running 5 · Pending 2 · Completed 1 · Failed 2')
  })

  it('has all open jobs, the latest settled ones, and says how many are not shown', async () => {
    const jobs = fakeJobs([
      ...Array.from({ length: 5 }, (): Partial<JobDetails> => ({})),
      ...Array.from({ length: 1_995 }, (): Partial<JobDetails> => ({ status: 'completed' })),
    ])
    const lines = (await look(jobs, 'jobs', { columns: 120 })).out.trimEnd().split('\n')
    expect(lines).toHaveLength(1 + 25 + 2)
    expect(lines[5]).toMatch(/^%5 +2/)
    expect(lines[6]).toMatch(/^%1981 /)
    expect(lines.at(-1)).toBe(
      'Running 5 · Pending 0 · Completed 1995 · Failed 0 · 1,975 earlier ones not shown: --all',
    )
    expect((await look(jobs, 'jobs --all')).out.split('\n')).toHaveLength(1 + 2_000 + 3)
    expect((await look(jobs, 'jobs -n 3')).out).toContain('1,997 earlier ones')
  })

  it.each([
    ['--status failed', [3]],
    ['--status failed,killed --status running', [1, 3, 4]],
    ['--status settled', [2, 3, 4]],
    ['--status OPEN', [1]],
    ['--project other', [2]],
    ['--name third', [3]],
    ['--label team=web', [4]],
    ['--label team=web --label x=', []],
    ['--since 1h', [1, 3, 4]],
    ['--since 3d', [1, 2, 3, 4]],
  ])('is narrowed by %s', async (flags, places) => {
    const jobs = fakeJobs([
      { status: 'running' },
      { status: 'completed', project: 'other', dispatchedAt: dispatchedAt - day },
      { status: 'failed', name: 'third' },
      { status: 'killed', labels: { team: 'web' } },
    ])
    const found = JSON.parse((await look(jobs, `jobs --json ${flags}`)).out) as { place: number }[]
    expect(found.map(({ place }) => place)).toEqual(places)
  })

  it.each([
    '--status done',
    '--label team',
    '--since tomorrow',
    '--limit -1',
    '--since 25:00',
    '--since 2026-02-31',
  ])('is refused with %s', async (flags) => {
    expect((await look(fakeJobs([{}]), `jobs ${flags}`)).exitCode).toBe(2)
  })

  it('as JSON is one array with an element a line', async () => {
    const { out } = await look(fakeJobs([{ name: 'a\u0085b' }, {}]), 'jobs --json')
    expect(out.split('\n')).toHaveLength(5)
    expect(out).toContain(String.raw`a\u0085b`)
    expect((JSON.parse(out) as unknown[]).length).toBe(2)
  })
})

describe('a job', () => {
  it('is shown with its tasks; as JSON as one object', async () => {
    const jobs = fakeJobs([{ message: 'Processing files…' }, {}])
    expect((await look(jobs, 'jobs 0001')).out).toMatch(/^RUNNING \[██████░{14}\] 30% Processing files…\n/)
    expect(JSON.parse((await look(jobs, 'jobs 0001 --json')).out)).toMatchObject({
      id: one,
      status: 'running',
      pid: 4711,
      tasks: [{ id: 'build' }, { id: 'test' }, { id: 'deploy' }],
    })
    expect(JSON.parse((await look(jobs, 'jobs 0001 %2 --json')).out)).toHaveLength(2)
    expect((await look(jobs, 'jobs nope')).exitCode).toBe(2)
  })

  it('is explained: what it waits for, or what failed', async () => {
    const jobs = fakeJobs([
      {},
      { status: 'failed', tasks: [taskOf('a', { status: 'failed', isRootCause: true }), taskOf('b')] },
      {
        status: 'dispatched',
        startedAt: undefined as never,
        notBefore: now + 90_000,
        after: [one],
        tasks: [taskOf('a', { status: 'pending', attempt: 0 })],
      },
      {
        status: 'killed',
        startedAt: undefined as never,
        reason: 'dependency-failed: so it is.',
        tasks: [taskOf('a', { status: 'skipped' })],
      },
      { status: 'paused', startedAt: undefined as never, tasks: [] },
      { status: 'dispatched', startedAt: undefined as never, tasks: [] },
    ])
    expect((await look(jobs, 'why 0001')).out).toBe(
      `${one} release is running.\ntest waits.\ndeploy waits.\n`,
    )
    expect((await look(jobs, 'why 0002')).out).toMatch(/release has failed\.\na waits\.\n$/)
    const begun = (
      await Promise.all(['3', '4', '5', '6', '3 a', '4 a'].map((of) => look(jobs, `why 000${of}`)))
    ).map(({ out }) => out.slice(one.length))
    expect(begun).toEqual([
      ` release is dispatched, and waits for its time, in 1m30s, and for the end of ${one}.\n`,
      ' release was killed: dependency-failed: so it is.\n',
      ' release is paused, and waits until it is resumed.\n',
      ' release is dispatched, and about to be taken up.\n',
      ` release is dispatched, and waits for its time, in 1m30s, and for the end of ${one}.\n`,
      ' release was killed: dependency-failed: so it is.\n',
    ])
    expect((await look(jobs, 'why 0001 build')).out).toBe('build waits.\n')
    expect(await look(jobs, 'why 0001 biuld')).toMatchObject({
      exitCode: 2,
      refusal: expect.stringContaining("'build'") as string,
    })
  })

  it('has a story, which ends with now where the job goes on', async () => {
    const jobs = fakeJobs([{}], {
      facts: numbered([
        created,
        { type: 'run.started' },
        { type: 'task.ready', taskId: 'build' },
        { type: 'task.dispatched', taskId: 'build', attempt: 1 },
        { type: 'task.starting', taskId: 'build', attempt: 1 },
        { type: 'task.started', taskId: 'build', attempt: 1 },
      ] as never),
    })
    const { out } = await look(jobs, 'story 0001')
    expect(out.trimEnd().split('\n').at(-1)).toMatch(/build started$/)
    expect(await look(fakeJobs([{}]), 'story 0001')).toMatchObject({
      out: '',
      err: 'dagmar: nothing has happened yet\n',
    })
  })
})

describe('ids for completion', () => {
  it('are those of the jobs, the latest first, or of the tasks of one', async () => {
    const jobs = fakeJobs([{}, {}])
    expect((await look(jobs, 'jobs --ids')).out).toBe(`261126-113754-0002\n${one}\n`)
    expect((await look(jobs, 'jobs 0001 --ids')).out).toBe('build\ntest\ndeploy\n')
  })

  it.each([
    ['--limit 1', ['0003']],
    ['--limit 9', ['0003', '0002', '0001']],
    ['--status completed', ['0002', '0001']],
    ['--project other', ['0002']],
    ['--status completed --limit 1', ['0002']],
  ])('are narrowed by %s, as the list is', async (flags, ends) => {
    const jobs = fakeJobs([{ status: 'completed' }, { status: 'completed', project: 'other' }, {}])
    const { out } = await look(jobs, `jobs --ids ${flags}`)
    expect(out).toBe(ends.map((end) => `261126-113754-${end}\n`).join(''))
  })

  it('are none where there is no supervisor, which is not started for that', async () => {
    expect(await look(undefined, 'jobs --ids')).toMatchObject({ out: '', err: '', exitCode: 0 })
  })
})

describe('who waits for jobs', () => {
  it.each([
    [['completed'], 0],
    [['failed'], 1],
    [['killed'], 130],
    [['completed', 'killed'], 130],
    [['killed', 'failed', 'completed'], 1],
  ] as const)('that are %j exits with %i', async (statuses, code) => {
    const jobs = fakeJobs(statuses.map((status) => ({ status })))
    const { out, exitCode } = await look(jobs, ['wait', ...statuses.map((_, index) => `%${index + 1}`)])
    expect(exitCode).toBe(code)
    expect(out.trimEnd().split('\n')).toHaveLength(statuses.length)
  })

  it('hears of the end of each, and with --any of the first alone', async () => {
    const jobs = fakeJobs([{}, {}])
    const any = look(jobs, 'wait %1 %2 --any')
    await Promise.resolve()
    setImmediate(() => jobs.settle('261126-113754-0002', 'failed'))
    expect(await any).toMatchObject({ exitCode: 1, out: '261126-113754-0002  release  failed\n' })
  })

  it('must say for which', async () => {
    expect((await look(fakeJobs([{}]), 'wait')).exitCode).toBe(2)
    expect(await look(fakeJobs([{}]), 'wait --status failed')).toMatchObject({ exitCode: 0, out: '' })
  })
})

describe('dead letters', () => {
  const letter = {
    jobId: one,
    name: 'release',
    taskId: 'test',
    attempt: 3,
    failure: { code: 'COMMAND_FAILED', message: 'exit \u001b[1m7' },
  }

  it('are listed with what starts them again', async () => {
    const jobs = fakeJobs([{}, {}], { deadLetters: [letter, { ...letter, jobId: '261126-113754-0002' }] })
    const { out, err } = await look(jobs, 'dead-letters 0001')
    expect(out).toBe(`${one}  release  test  attempt 3  exit 7\n`)
    expect(err).toBe(`dagmar redrive ${one} test starts it again\n`)
    expect(JSON.parse((await look(jobs, 'dead-letters --json')).out)).toHaveLength(2)
    const refused = { failedWith: [], considered: [{ agentId: 'ada', why: 'offline' as const }] }
    const ofAgents = fakeJobs([{}], { deadLetters: [{ ...letter, agents: refused }] })
    expect((await look(ofAgents, 'dead-letters')).out).toBe(`${one}  release  test  attempt 3  exit 7\n`)
    expect(await look(fakeJobs([]), 'dead-letters')).toMatchObject({ out: '', exitCode: 0 })
  })
})

describe('the supervisor', () => {
  const ask = (jobs: Jobs | undefined, line: string) => calledWith(jobs, addSupervisorCommand, line)

  it('is described, and stopped', async () => {
    const jobs = fakeJobs([{}, { status: 'failed' }])
    expect((await ask(jobs, 'supervisor status')).out).toMatch(
      /pid 4711, dagmar 0\.1\.0[\s\S]*2 of 4 in use[\s\S]*2 jobs, 1 open/,
    )
    expect(JSON.parse((await ask(jobs, 'supervisor status --json')).out)).toMatchObject({ pid: 4711 })
    expect((await ask(jobs, 'supervisor stop')).out).toBe(
      'The supervisor is stopped; the 1 open job will go on with the next one.\n',
    )
    await ask(jobs, 'supervisor stop --now')
    expect(jobs.calls.filter((call) => call !== 'close')).toEqual(['stop', 'stop now'])
  })

  it('is not started to be asked how it is', async () => {
    expect(await ask(undefined, 'supervisor status')).toMatchObject({
      exitCode: 1,
      out: expect.stringContaining('No supervisor is running.') as string,
    })
    expect((await ask(undefined, 'supervisor status --json')).out).toBe('null\n')
    expect(await ask(undefined, 'supervisor stop')).toMatchObject({ exitCode: 0 })
  })
})

describe('dagmar attach', () => {
  it('says how there come to be jobs where there are none, and that a terminal has room for one', async () => {
    expect(await look(fakeJobs([]), 'attach')).toMatchObject({
      exitCode: 2,
      refusal: 'There are no jobs yet. dagmar dispatch makes one.',
    })
    expect(await look(fakeJobs([{}]), 'jobs %1 %1 --watch')).toMatchObject({
      exitCode: 2,
      refusal: expect.stringContaining('A terminal has room for one job') as string,
    })
  })
})

it.each(['jobs', 'attach', 'logs', 'why', 'story', 'wait', 'dead-letters'])(
  'the help of %s has examples',
  async (name) => {
    expect((await look(fakeJobs([]), `${name} --help`)).out).toContain('Examples:')
  },
)

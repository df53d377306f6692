import { describe, expect, it } from 'vitest'
import { addActingCommands, addForgettingCommands } from '../../../src/cli/acting-on-jobs.ts'
import type { Jobs } from '../../../src/jobs/client/jobs.ts'
import { type AskOptions, calledWith } from './called-jobs.ts'
import { fakeJobs } from './fake-jobs.ts'
import { dispatchedAt, taskOf } from './made-jobs.ts'

const act = (jobs: Jobs, line: string | readonly string[], options?: AskOptions) =>
  calledWith(
    jobs,
    (program, load) => {
      addActingCommands(program, load)
      addForgettingCommands(program, load)
    },
    line,
    options,
  )

const [one, two, three, four] = [1, 2, 3, 4].map((place) => `261126-113754-000${place}`) as [
  string,
  string,
  string,
  string,
]

const some = (options?: Parameters<typeof fakeJobs>[1]) =>
  fakeJobs(
    [
      { name: 'first' },
      { name: 'second', status: 'paused' },
      { name: 'third', status: 'failed' },
      { name: 'fourth', status: 'completed', project: 'other' },
    ],
    options,
  )

describe('a job that is named', () => {
  it.each([
    ['kill', 'killed'],
    ['pause', 'paused'],
    ['drain', 'drained'],
  ])('is done to without a question: %s', async (verb, done) => {
    const jobs = some()
    expect(await act(jobs, `${verb} 0001`)).toMatchObject({
      out: `${one}  first  ${done}\n`,
      exitCode: 0,
      questions: [],
    })
    expect(jobs.calls).toEqual([`${verb} ${one}`, 'close'])
  })

  it('is resumed, redriven or removed where it can be', async () => {
    const jobs = some()
    expect((await act(jobs, 'resume %2')).out).toBe(`${two}  second  resumed\n`)
    expect((await act(jobs, 'redrive 0003')).out).toBe(`${three}  third  redriven\n`)
    expect((await act(jobs, 'rm %-1')).out).toBe(`${four}  fourth  removed\n`)
    expect(jobs.calls.filter((call) => call !== 'close')).toEqual([
      `resume ${two}`,
      `redrive ${three}`,
      `remove ${four}`,
    ])
  })

  it('that is there already is left alone, which is no failure', async () => {
    const jobs = some()
    expect((await act(jobs, 'kill 0004')).out).toBe(`${four}  fourth  is completed already\n`)
    expect((await act(jobs, 'pause 0002')).out).toBe(`${two}  second  is paused already\n`)
    expect(await act(jobs, 'resume 0001')).toMatchObject({
      out: `${one}  first  is running, not paused\n`,
      exitCode: 0,
    })
    expect(jobs.calls.filter((call) => call !== 'close')).toEqual([])
  })

  it('twice counts once', async () => {
    const jobs = some()
    expect(await act(jobs, ['kill', one, '%1', '0001'])).toMatchObject({ exitCode: 0, questions: [] })
    expect(jobs.calls).toEqual([`kill ${one}`, 'close'])
  })

  it('that is open is not removed, and how to end it is said', async () => {
    expect(await act(some(), 'rm 0001')).toMatchObject({
      exitCode: 1,
      out: '',
      err: `${one}  first  could not remove it: ${one} is not settled. dagmar kill ${one} ends it.\n`,
    })
  })

  it('that is not there is refused before anything is done, with what is near', async () => {
    const jobs = some()
    expect(await act(jobs, 'kill 0001 261126-113754-0009 --yes')).toMatchObject({ exitCode: 2 })
    const named = await act(jobs, 'pause second')
    expect(named.refusal).toMatch(new RegExp(`There is no job 'second', but one is called so: ${two}`))
    expect((await act(jobs, 'pause 261126-113754-00011')).refusal).toContain('Did you mean')
    expect((await act(jobs, 'pause 26')).refusal).toContain("4 jobs have '26'")
    expect((await act(jobs, 'pause %9')).exitCode).toBe(2)
    expect((await act(fakeJobs([]), 'pause x')).refusal).toContain('There are no jobs')
    expect(jobs.calls.filter((call) => call !== 'close')).toEqual([])
  })
})

describe('several jobs', () => {
  it('are touched after a question', async () => {
    const jobs = some()
    const { questions, out, exitCode } = await act(jobs, 'kill 0001 0002', { answer: true })
    expect(questions).toEqual([`Kill 2 jobs: ${one} first and ${two} second?`])
    expect(out).toBe(`${one}  first  killed\n${two}  second  killed\n`)
    expect(exitCode).toBe(0)
  })

  it('are left alone where the answer is no', async () => {
    const jobs = some()
    const { err, exitCode } = await act(jobs, 'kill 0001 0002', { answer: false })
    expect([err, exitCode]).toEqual(['dagmar: nothing was done\n', 1])
    expect(jobs.calls).toEqual(['close'])
  })

  it('are refused where nobody can be asked, and touched with --yes', async () => {
    const jobs = some()
    const { refusal, exitCode } = await act(jobs, 'kill --status open')
    expect(refusal).toContain('This would kill 2 jobs, and there is nobody to ask')
    expect([exitCode, jobs.calls]).toEqual([2, ['close']])
    expect(await act(jobs, 'kill --status open -y')).toMatchObject({ exitCode: 0 })
    expect(jobs.calls).toContain(`kill ${two}`)
  })

  it('of which one resists are all tried, and that one is told', async () => {
    const { out, err, exitCode } = await act(some({ stubborn: [one] }), 'kill 0001 0002 --yes')
    expect(out).toBe(`${two}  second  killed\n`)
    expect(err).toBe(`${one}  first  could not kill it: it will not\n`)
    expect(exitCode).toBe(1)
  })

  it('are not chosen by filters where there is nothing to be done to them', async () => {
    const jobs = some()
    expect((await act(jobs, 'kill --project web')).refusal).toContain('This would kill 2 jobs')
    expect((await act(jobs, 'redrive --since 1h')).out).toBe(`${three}  third  redriven\n`)
    expect((await act(jobs, 'resume --since 1h')).out).toBe(`${two}  second  resumed\n`)
    expect((await act(jobs, 'rm --project other')).out).toBe(`${four}  fourth  removed\n`)
    expect(await act(jobs, 'kill --project nobody')).toMatchObject({
      exitCode: 0,
      err: 'dagmar: no job fits, so nothing was done\n',
    })
  })

  it('that are named are narrowed by filters', async () => {
    const jobs = some()
    expect((await act(jobs, 'kill 0001 0002 0003 --status running')).out).toBe(`${one}  first  killed\n`)
  })

  it('are not meant by nothing', async () => {
    expect((await act(some(), 'kill')).refusal).toContain('Nothing says which jobs.')
  })
})

describe('a second word', () => {
  const withTasks = () => fakeJobs([{ tasks: [taskOf('build'), taskOf('0002'), taskOf('26')] }, {}])

  it('that is a task of the first is that task', async () => {
    const jobs = withTasks()
    expect(await act(jobs, 'kill 0001 build')).toMatchObject({
      out: `${one}  release  build killed\n`,
      exitCode: 0,
    })
    expect(await act(jobs, 'redrive 0001 build')).toMatchObject({ out: `${one}  release  build redriven\n` })
    expect(jobs.calls.filter((call) => call !== 'close')).toEqual([
      `kill ${one} build`,
      `redrive ${one} build`,
    ])
  })

  it('that is a job is that job', async () => {
    const jobs = fakeJobs([{}, {}])
    await act(jobs, 'kill 0001 0002 -y')
    expect(jobs.calls).toEqual([`kill ${one}`, `kill ${two}`, 'close'])
  })

  it('that is both is refused, and one that could be several jobs is the task', async () => {
    const jobs = withTasks()
    expect((await act(jobs, 'kill 0001 0002')).refusal).toContain('0002 is a job, and also a task of')
    await act(jobs, 'kill 0001 26')
    expect(jobs.calls.filter((call) => call !== 'close')).toEqual([`kill ${one} 26`])
  })

  it('that is neither is refused with what is near', async () => {
    const jobs = withTasks()
    expect((await act(jobs, 'kill 0001 biuld')).refusal).toContain("Did you mean 'build'?")
    expect((await act(jobs, 'kill 0001 something')).refusal).toContain('no task of that name either')
    expect(jobs.calls.filter((call) => call !== 'close')).toEqual([])
  })

  it('is a job in any case where --task says which task', async () => {
    const jobs = withTasks()
    expect((await act(jobs, 'kill 0001 0002 --task 26 -y --reason late')).exitCode).toBe(1)
    expect(jobs.calls).toEqual([`kill ${one} 26 late`, 'close'])
    expect(await act(jobs, 'kill 0001 --task biuld')).toMatchObject({
      exitCode: 2,
      refusal: expect.stringContaining("Did you mean 'build'?") as string,
    })
  })
})

describe('an answer', () => {
  const asking = () =>
    fakeJobs([
      {
        tasks: [taskOf('sign', { status: 'running', questions: ['Really?', 'And then?'] }), taskOf('build')],
      },
    ])

  it('goes to the task that asks', async () => {
    const jobs = asking()
    expect(await act(jobs, ['answer', '0001', 'sign', 'yes, do'])).toMatchObject({
      out: `${one}  release  sign answered: yes, do\n`,
      exitCode: 0,
    })
    expect(jobs.calls).toEqual([`answer ${one} sign "yes, do"`, 'close'])
  })

  it('is refused where nothing is asked, or by a task that is not there', async () => {
    const jobs = asking()
    expect(await act(jobs, 'answer 0001 build yes')).toMatchObject({
      exitCode: 2,
      refusal: expect.stringContaining('build of') as string,
    })
    expect(await act(jobs, 'answer 0001 sing yes')).toMatchObject({
      exitCode: 2,
      refusal: expect.stringContaining("'sign'") as string,
    })
  })

  it('that is not given prints what is asked', async () => {
    expect((await act(asking(), 'answer 0001')).out).toBe('sign  Really?\nsign  And then?\n')
    expect(await act(asking(), 'answer 0001 build')).toMatchObject({
      out: '',
      err: 'dagmar: build asks nothing\n',
    })
  })
})

describe('old jobs', () => {
  const day = 86_400_000
  const old = () =>
    fakeJobs([
      { status: 'failed', dispatchedAt: dispatchedAt - 9 * day },
      { status: 'completed', dispatchedAt: dispatchedAt - 8 * day },
      { status: 'running', dispatchedAt: dispatchedAt - 8 * day },
      { status: 'completed' },
    ])

  it('are forgotten where they are settled, after a question', async () => {
    const { out, err, questions } = await act(old(), 'prune --older-than 7d', { answer: true })
    expect(questions).toEqual([`Remove 2 jobs: ${one} release and ${two} release?`])
    expect(out).toBe(`${one}  removed\n${two}  removed\n`)
    expect(err).toBe('dagmar: removed 2 jobs\n')
    expect((await act(old(), 'prune --older-than 7d', { answer: false })).exitCode).toBe(1)
    expect((await act(old(), 'prune --older-than 7d')).exitCode).toBe(2)
  })

  it('may be chosen by their status, too', async () => {
    expect((await act(old(), 'prune --older-than 7d --status failed')).out).toBe(`${one}  removed\n`)
    expect(await act(old(), 'prune --older-than 30d')).toMatchObject({ exitCode: 0, out: '' })
  })

  it.each([['prune'], ['prune --older-than week'], ['prune --older-than -3d'], ['prune --status done']])(
    'are not forgotten by %s',
    async (line) => {
      expect((await act(old(), line)).exitCode).toBe(2)
    },
  )
})

it('names and reasons never reach the terminal raw', async () => {
  const jobs = fakeJobs([{ name: '\u001b[2Jn\u202e', status: 'completed' }], { stubborn: [one] })
  const { out, err } = await act(jobs, 'rm 0001')
  // oxlint-disable-next-line no-control-regex
  expect(out + err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/)
  expect(err).toContain('it will not')
})

it.each(['kill', 'pause', 'resume', 'drain', 'redrive', 'rm', 'prune', 'answer'])(
  'the help of %s has examples',
  async (name) => {
    expect((await act(some(), `${name} --help`)).out).toMatch(/Examples:[\s\S]*Exit codes:/)
  },
)

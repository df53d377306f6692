import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { addDispatchCommand } from '../../../src/cli/dispatch.ts'
import { dispatchLines } from '../../../src/cli/dispatch/dispatch-lines.ts'
import type { Dispatcher } from '../../../src/cli/dispatch/dispatcher.ts'
import { painter } from '../../../src/cli/screen/colours.ts'
import { folderOf } from '../folder.ts'
import { calledWith } from './called-jobs.ts'
import { fakeJobs } from './fake-jobs.ts'
import { now } from './made-jobs.ts'

const at = folderOf({
  'plan.yaml': `
name: release
input: { region: us }
tasks:
  build: { run: make }
  test: { run: 'make test \${{ matrix.on }}', needs: [build], matrix: { on: [a, b] } }
  deploy: { run: make deploy, needs: [test] }
`,
  'bad.yaml': 'tasks: { build: { rnu: make } }',
  'input.json': '{"deploy":true}',
})

async function dispatched(...words: string[]) {
  const jobs = fakeJobs([{}])
  const dispatcher: Dispatcher = {
    idOf: async (given) => (await jobs.job(given)).id,
    dispatch: async (definition, options) => {
      const { id } = await jobs.dispatch(definition, options)
      return { id, call: async () => undefined }
    },
  }
  const ended = await calledWith(
    jobs,
    (program, load) => addDispatchCommand(program, load, async () => dispatcher),
    ['dispatch', ...words],
  )
  const [first] = jobs.dispatched
  return {
    ...ended,
    definition: first?.definition as { name: string; tasks: unknown[] },
    options: first?.options,
  }
}

const optionsOf = async (...flags: string[]) => {
  const { options, refusal } = await dispatched(at('plan.yaml'), ...flags)
  return options ?? refusal
}

describe('a plan', () => {
  it('is dispatched, and its id alone is the first line of stdout', async () => {
    const { out, err, exitCode, definition, options } = await dispatched(at('plan.yaml'))
    expect(out).toBe('261126-113754-0002\n')
    expect(err).toMatch(/^✓ dispatched release; dagmar jobs/)
    expect(exitCode).toBe(0)
    expect(definition).toMatchObject({
      name: 'release',
      tasks: [
        ['build', {}],
        ['test(a)', {}],
        ['test(b)', {}],
        ['deploy', {}],
      ],
    })
    expect(options).toEqual({ input: { region: 'us' } })
    expect((await dispatched(at('plan.yaml'), '--json')).out).toBe('{"id":"261126-113754-0002"}\n')
  })

  it.each([
    [
      ['--name', 'night', '--project', 'web', '--label', 'a=1', '--label', 'b=x=y'],
      { name: 'night', project: 'web', labels: { a: '1', b: 'x=y' } },
    ],
    [['--after', '%1', '--after-any'], { after: ['261126-113754-0001'], afterAny: true }],
    [['--in', '90s'], { notBefore: expect.closeTo(Date.now() + 90_000, -5) as number }],
    [['--at', '2030-01-02T03:04Z'], { notBefore: Date.UTC(2030, 0, 2, 3, 4) }],
    [['-c', '3', '--yes'], { concurrency: 3, confirms: true }],
    [['-c', 'unlimited'], { concurrency: Number.MAX_SAFE_INTEGER }],
    [['--only', 'test', '--keep-going'], { select: { only: ['test(a)', 'test(b)'], afterFailure: 'go-on' } }],
    [['--from', 'deploy', '--fail-fast'], { select: { from: ['deploy'], afterFailure: 'end' } }],
    [['--answer', 'deploy=yes', '--answer', 'deploy=no'], { answers: { deploy: ['yes', 'no'] } }],
    [['--input', at('input.json'), '--set', 'n=1'], { input: { region: 'us', deploy: true, n: 1 } }],
  ])('takes %j', async (flags, expected) => {
    expect(await optionsOf(...flags)).toMatchObject(expected)
  })

  it.each([
    [['--only', 'biuld'], "Did you mean 'build'?"],
    [['--only', 'build', '--from', 'deploy'], 'No task is both'],
    [['--after', 'nope'], "There is no job 'nope'"],
    [['--after-any'], 'give --after as well'],
    [['--in', 'soon'], '--in is'],
    [['--at', '2020-01-01'], 'has passed'],
    [['--at', '25:00'], '--at is'],
    [['--at', '12:00', '--in', '1h'], 'exclude each other'],
    [['--keep-going', '--fail-fast'], 'exclude each other'],
    [['--name', ' '], '--name is'],
    [['--label', 'x'], '--label is'],
    [['-c', '0'], '--concurrency is'],
    [['--answer', 'nobody=yes'], 'for no task'],
    [['--set', 'x'], 'key=value'],
    [['--stdin'], '--stdin reads plans'],
    [['more'], 'a plan is one'],
    [['--', 'npm', 'test'], 'one by one'],
  ])('is refused with %j, and nothing is dispatched', async (flags, why) => {
    const { refusal, exitCode, options, out } = await dispatched(at('plan.yaml'), ...flags)
    expect([exitCode, options, out]).toEqual([2, undefined, ''])
    expect(refusal).toContain(why)
  })

  it.each([
    [[], 'Nothing says what to dispatch'],
    [[at('bad.yaml')], 'rnu'],
    [[at('none.yaml')], 'There is no file'],
    [['dag.mjs'], 'its plan is data'],
    [['-', '-i', '-'], 'both come from stdin'],
  ])('that is none is refused: %j', async (words, why) => {
    const { refusal, exitCode, options } = await dispatched(...words)
    expect([exitCode, options]).toEqual([2, undefined])
    expect(refusal).toContain(why)
  })
})

describe('a command', () => {
  it('is a plan of one task, which is called after it', async () => {
    const { definition, options } = await dispatched(
      '--label',
      'a=b',
      '--',
      'npm',
      'run',
      '--silent',
      'plan.yaml',
    )
    expect(definition).toMatchObject({
      name: 'npm run --silent plan.yaml',
      tasks: [
        [
          'npm run --silent plan.yaml',
          { run: { work: { run: ['npm', 'run', '--silent', 'plan.yaml'], cwd: process.cwd() } } },
        ],
      ],
    })
    expect(options).toEqual({ labels: { a: 'b' } })
  })

  it('of one word with blanks is a line for the shell', async () => {
    const { definition } = await dispatched('--', 'make && make check')
    expect(definition.tasks).toMatchObject([
      ['make && make check', { run: { work: { run: 'make && make check' } } }],
    ])
  })

  it('may be any words, and has a name all the same', async () => {
    const { definition } = await dispatched('--', 'printf', `\u001b[31m\n${'x'.repeat(300)}`, '--')
    expect(definition.name).toMatch(/^printf {2}\[31m x+…$/)
    expect(definition.name.length).toBeLessThanOrEqual(61)
    expect((await dispatched('--', 'echo', '👩‍👩‍👧‍👦'.repeat(99))).exitCode).toBe(0)
  })

  it('that is nothing is refused', async () => {
    expect((await dispatched('--')).exitCode).toBe(2)
    expect((await dispatched('--', '')).exitCode).toBe(2)
  })
})

describe('plans of stdin', () => {
  async function lines(...given: string[]) {
    const jobs = fakeJobs([])
    const [out, err]: [string[], string[]] = [[], []]
    const io = {
      print: async (text: string) => (out.push(text), true),
      printBytes: async () => true,
      note: (line: string) => void err.push(line),
      columns: undefined,
      paint: painter(false),
      isColoured: false,
      now: () => now,
      confirm: undefined,
    }
    const input = Readable.from([given.join('\n')])
    const exitCode = await dispatchLines(jobs, input, { flags: {}, given: { project: 'web' } }, io)
    return { out: out.join(''), err, exitCode, dispatched: jobs.dispatched }
  }
  const plan = (name: string) => JSON.stringify({ name, tasks: { a: { run: 'true' } } })

  it('are dispatched, a line each, and their ids come in that order', async () => {
    const { out, err, exitCode, dispatched } = await lines(plan('one'), '', plan('two'), plan('three'))
    expect(out).toBe('261126-113754-0001\n261126-113754-0002\n261126-113754-0003\n')
    expect(dispatched.map(({ definition }) => (definition as { name: string }).name)).toEqual([
      'one',
      'two',
      'three',
    ])
    expect(dispatched[0]!.options).toMatchObject({ project: 'web' })
    expect([err, exitCode]).toEqual([['✓ dispatched 3 jobs'], 0])
  })

  it('that are none are told with their line, and the others are dispatched', async () => {
    const { out, err, exitCode } = await lines(plan('one'), '{"tasks":', '42', plan('two'))
    expect(out.trim().split('\n')).toHaveLength(2)
    expect(err).toEqual([
      expect.stringMatching(/^dagmar: line 2:(?!.*line 2)/s),
      expect.stringMatching(/^dagmar: line 3:(?!.*line 3)/s),
      'dispatched 2 jobs, and not 2 lines',
    ])
    expect(exitCode).toBe(2)
  })

  it('may be thousands', async () => {
    const { out } = await lines(...Array.from({ length: 2_000 }, (_, index) => plan(`p${index}`)))
    expect(out.split('\n')).toHaveLength(2_001)
  })
})

it('the help of dispatch has examples', async () => {
  expect((await dispatched('--help')).out).toMatch(/-- <command\.\.\.>[\s\S]*Examples:/)
})

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { addTestCommand } from '../../src/cli/test.ts'
import { progressLine } from '../../src/cli/test/progress-line.ts'
import type { DagReport } from '../../src/check/index.ts'
import { called, type Terminal } from './called.ts'
import { folderOf } from './folder.ts'
import { dagmar } from './spawned-dagmar.ts'

const at = folderOf({
  'sound.yaml':
    'timeout: 1h\ntasks:\n  build: { run: x }\n  test: { run: x, needs: [build], matrix: { n: [1, 2] } }\n  deploy: { run: x, needs: [test] }\n',
  'hangs.yaml': 'tasks:\n  build: { run: x }\n  deploy: { run: x, needs: [build] }\n',
  'warned.yaml':
    "timeout: 1h\ntasks:\n  lint: { run: x, onFailure: ignore }\n  deploy: { run: 'cat $DAGMAR_INPUTS_FILE', needs: [lint] }\n",
  'long.yaml': `timeout: 1h\ntasks:\n${Array.from({ length: 30 }, (_, n) => `  t${n}: { run: x${n === 0 ? '' : `, needs: [t${n - 1}]`} }\n`).join('')}`,
  'asks.yaml': `timeout: 1h
agents:
  - { id: ada, capabilities: [write, review], run: 'ada \${{ prompt }}' }
  - { id: bob, capabilities: [write], run: 'bob \${{ prompt }}' }
defaults: { stall: { after: 1m, grace: 1m }, retry: { maxAttempts: 2 } }
tasks:
  draft: { prompt: Write., requires: [write] }
  check: { prompt: Read., requires: [review], needs: [draft] }
`,
  'bad.yaml': 'tasks:\n  a: { rum: x }\n',
})
const test = (args: readonly string[], terminal?: Terminal) =>
  called(addTestCommand, ['test', ...args], terminal)

describe('the test of a sound plan', () => {
  it('says so at a glance, then what one fault does', async () => {
    const { out, exitCode } = await test([at('sound.yaml')])
    expect(exitCode).toBe(0)
    const lines = out.split('\n')
    expect(lines[0]).toBe('sound: every run settles; nothing to complain of')
    expect(lines[1]).toMatch(
      /^4 tasks, \d+ runs explored: all \d+ single faults, 0 combinations, 200 at random; seed 1$/,
    )
    expect(lines).toContain('What one fault does')
    expect(out).toMatch(/ {2}3 tasks \(test\(1\), test\(2\) and deploy\) are skipped when build fails/)
    expect(out).toMatch(/Task by task\n {2}task +skipped by\n {2}test\(1\) +build: fails/)
  })

  it('is the same for the same seed, and another for another', async () => {
    const of = async (...args: string[]) => (await test([at('sound.yaml'), '--json', ...args])).out
    expect(await of('--seed', '3')).toBe(await of('--seed', '3'))
    expect(JSON.parse(await of('--seed', '3', '--runs', '10'))).toMatchObject({
      seed: 3,
      explored: { random: 10 },
    })
  })

  it('takes the tasks and the faults that it is asked for', async () => {
    const { out } = await test([
      at('sound.yaml'),
      '--only',
      'test',
      '--faults',
      'fails',
      'hangs',
      '--runs',
      '0',
      '--json',
    ])
    const report = JSON.parse(out) as DagReport
    expect(report.tasks.map(({ taskId }) => taskId)).toEqual(['build', 'test(1)', 'test(2)'])
    expect(report.explored).toMatchObject({ allSingleFaults: 6, random: 0 })
  })
})

describe('the test of a plan that may hang', () => {
  it('exits with 1, says what to do, and tells the story', async () => {
    const { out, exitCode } = await test([at('hangs.yaml'), '--runs', '20'])
    expect(exitCode).toBe(1)
    expect(out.split('\n')[0]).toBe('hangs: not every run settles; 1 error')
    expect(out).toContain(
      'error  RUN_NEVER_SETTLES\n  A run never settles when any of 2 tasks (build and deploy) hangs',
    )
    expect(out).toContain('→ Give these tasks a timeout')
    expect(out).toContain('build is stalled: it gives no sign of work, and nothing but a kill would end it.')
  })

  it('tells it to programs', async () => {
    const { out, exitCode } = await test([at('hangs.yaml'), '--json'])
    expect(exitCode).toBe(1)
    expect(out.trimEnd().split('\n')).toHaveLength(1)
    expect(JSON.parse(out)).toMatchObject({
      file: at('hangs.yaml'),
      ok: false,
      settles: false,
      findings: [{ code: 'RUN_NEVER_SETTLES', faults: [{ taskId: 'build', kind: 'hangs' }] }],
    })
  })

  it('has colours and lines that fit where there is a terminal', async () => {
    const { out } = await test([at('hangs.yaml'), '--runs', '0'], { columns: 60, hasColours: true })
    expect(out).toContain('\u001b[31merror\u001b[39m')
    const sentence = out.slice(out.indexOf('A run never'), out.indexOf('→'))
    expect(sentence.split('\n').length).toBeGreaterThan(3)
    expect(sentence.split('\n').every((line) => line.length <= 62)).toBe(true)
  })
})

describe('a report that is higher than the terminal', () => {
  it('ends with the verdict again on a terminal, and not in a pipe', async () => {
    const rows = Object.getOwnPropertyDescriptor(process.stdout, 'rows')
    Object.defineProperty(process.stdout, 'rows', { value: 15, configurable: true })
    try {
      const verdict = 'hangs: not every run settles; 1 error'
      const onTerminal = await test([at('hangs.yaml'), '--runs', '0'], { columns: 60 })
      expect(onTerminal.out.trimEnd().split('\n').at(-1)).toBe(verdict)
      expect(onTerminal.out.split('\n')[0]).toBe(verdict)
      const inPipe = await test([at('hangs.yaml'), '--runs', '0'])
      expect(inPipe.out.split(verdict)).toHaveLength(2)
    } finally {
      if (rows === undefined) Reflect.deleteProperty(process.stdout, 'rows')
      else Object.defineProperty(process.stdout, 'rows', rows)
    }
  })

  it('has no line wider than the terminal', async () => {
    const { out } = await test([at('long.yaml'), '--runs', '0'], { columns: 60 })
    expect(out).toContain('Task by task')
    expect(out.split('\n').filter((line) => line.length > 60)).toEqual([])
  })
})

it('warnings alone do not fail it', async () => {
  const { out, exitCode } = await test([at('warned.yaml')])
  expect(exitCode).toBe(0)
  expect(out).toContain('warned: every run settles; 1 warning')
  expect(out).toContain('warning  IGNORE_PASSES_UNDEFINED')
})

it('long lists are cut, unless all is asked for', async () => {
  const cut = await test([at('long.yaml'), '--runs', '0'])
  const whole = await test([at('long.yaml'), '--runs', '0', '--verbose'])
  expect(cut.out).toMatch(/\n {2}and 9 more\n/)
  expect(whole.out).not.toMatch(/\n {2}and \d+ more\n/)
  expect(whole.out).toContain('t29 is skipped when t28')
  expect(cut.out).not.toContain('t29 is skipped when t28')
})

describe('the test of what makes no sense', () => {
  it.each([
    [['--runs', 'many'], "--runs is 'many'"],
    [['--seed', '-1'], "--seed is '-1'"],
    [['--concurrency', '0'], "--concurrency is '0'"],
    [['--faults', 'fail'], "argument 'fail' is invalid"],
    [['--only', 'biuld'], "no task 'biuld'"],
  ])('%j exits with 2', async (flags, said) => {
    const { refusal, exitCode } = await test([at('sound.yaml'), ...flags])
    expect(exitCode).toBe(2)
    expect(refusal).toContain(said)
  })

  it('tries what may happen to the agents of the plan', async () => {
    const { out, exitCode } = await test([at('asks.yaml'), '--runs', '0', '--json'])
    expect(exitCode).toBe(0)
    const report = JSON.parse(out) as DagReport
    expect(report.explored.agentFaults).toBe(6)
    expect(report.findings).toMatchObject([
      {
        code: 'AGENT_ALONE',
        taskIds: ['check'],
        agentFaults: [{ agentId: 'ada', kind: 'agent-gone', during: 0 }],
      },
    ])
    const text = await test([at('asks.yaml'), '--faults', 'agent-gone', '--runs', '0'])
    expect(text.out).toContain('all 0 single faults, 4 of agents')
    expect(text.out).toContain('Only ada can do check: if ada is gone, check is a dead letter after 15.0 s')
  })

  it('tells of a bad plan', async () => {
    expect(await test([at('bad.yaml')])).toMatchObject({ exitCode: 2, out: '' })
  })
})

it('the help of test has a sentence, the options and examples', async () => {
  const { out, exitCode } = await test(['--help'])
  expect(exitCode).toBe(0)
  expect(out).toMatch(
    /Explores the runs of a plan[\s\S]*--seed[\s\S]*--faults[\s\S]*Examples:[\s\S]*Exit codes/,
  )
})

it('the progress is a line on a terminal, seldom written and taken away at the end', () => {
  let now = 0
  let written = ''
  const write = (text: string) => {
    written += text
  }
  expect(progressLine({ isTTY: false, write })).toBeUndefined()
  const line = progressLine({ isTTY: true, write }, () => now)!
  line.clear()
  for (let done = 1; done <= 1_000; done++) {
    now++
    line.show({ done, of: 1_000 })
  }
  line.clear()
  expect(written.split('\r').slice(1)).toEqual([
    ...[500, 600, 700, 800, 900, 1_000].map((done) => `\u001b[K${done} of 1000 runs explored`),
    '\u001b[K',
  ])
})

it('the process of a test ends with 0 for this repository’s own plan, and runs none of its commands', async () => {
  const plan = fileURLToPath(new URL('../../examples/self-check.yaml', import.meta.url))
  const before = readFileSync(plan, 'utf8')
  const { code, stdout, stderr } = await dagmar(['test', plan, '--runs', '20']).ended
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(stdout.split('\n')[0]).toBe('self-check: every run settles; nothing to complain of')
  expect(readFileSync(plan, 'utf8')).toBe(before)
})

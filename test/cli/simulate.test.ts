import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it } from 'vitest'
import { axisText } from '../../src/cli/simulate/axis.ts'
import { slotsOf } from '../../src/cli/simulate/slot-uses.ts'
import { simulateCommand } from '../../src/cli/simulate/simulate-command.ts'
import { wrapped } from '../../src/cli/simulate/summary.ts'
import { addSimulateCommand } from '../../src/cli/simulate.ts'
import { displayWidth } from '../../src/cli/screen/text-width.ts'
import { called, type Terminal } from './called.ts'
import { folderOf } from './folder.ts'

const release = `
name: release
concurrency: 3
pools: { browser: 1 }
defaults: { retry: { maxAttempts: 2, backoff: { base: 5s } } }
tasks:
  fetch: { run: x, estimate: 4s }
  build: { run: x, estimate: 20s, needs: [fetch] }
  test: { run: x, estimate: 35s, needs: [build], matrix: { kind: [unit, e2e] }, uses: { browser: 1 } }
  docs: { run: x, needs: [fetch] }
  deploy: { run: x, estimate: 12s, needs: [test, docs] }
`
const graph = '2\n0 0 0\n1 5 1 0\n2 3 1 0\n3 0 2 1 2\n'
const recording = JSON.stringify({
  name: 'genome',
  workflow: {
    specification: {
      tasks: [
        { id: 'split', parents: [] },
        { id: 'merge', parents: ['split'] },
      ],
    },
    execution: {
      tasks: [
        { id: 'split', runtimeInSeconds: 1.5 },
        { id: 'merge', runtimeInSeconds: 2 },
      ],
    },
  },
})
const five = '5\n0 0 0\n1 3 1 0\n2 3 1 0\n3 2 1 0\n4 2 1 0\n5 2 1 0\n6 0 5 1 2 3 4 5\n'
const near = '6\n0 0 0\n1 1000 1 0\n2 0.3 1 1\n3 0.3 1 1\n4 0.2 1 1\n5 0.2 1 1\n6 0.2 1 1\n7 0 5 2 3 4 5 6\n'
const many = `tasks:\n${Array.from({ length: 200 }, (_, at) => `  t${at}: { run: x, estimate: ${at + 1}s }\n`).join('')}`

const at = folderOf({
  'release.yaml': release,
  'plan.json': '{ "tasks": { "workflow": { "run": "x", "estimate": "2s" } } }',
  'graph.stg': graph,
  'five.stg': five,
  'bad.stg': graph.replace('1 5 1 0', '1 -5 1 0'),
  'recording.json': recording,
  'cut.json': `{ "schemaVersion": "1.5", ${recording.slice(1, 60)}`,
  'many.yaml': many,
  'negative.yaml': 'tasks: { a: { run: x, estimate: -1 } }',
  'still.yaml': 'tasks: { a: { run: x, estimate: 0 } }',
  'none.yaml': 'tasks: {}',
  'agents.yaml':
    'agents: [{ id: ada, capabilities: [write], maxLoad: 2 }, { id: bob }]\ntasks: { a: &task { run: x, estimate: 2s, requires: [write] }, b: *task, c: *task }',
  'timed.yaml': 'timeout: 3500ms\ntasks: { a: { run: x, estimate: 2s }, b: { run: x, estimate: 2s } }',
  'own.yaml': 'order: optimised\ntasks: { a: { run: x, estimate: 1s } }',
  'near.stg': near,
  'bare.yaml': 'tasks: { a: { run: x }, b: { run: x, needs: [a] } }',
})
const simulated = (file: string, args: readonly string[] = [], terminal: Terminal = { columns: 80 }) =>
  called(addSimulateCommand, ['simulate', at(file), ...args], terminal)
const jsonOf = async (file: string, ...args: string[]) =>
  JSON.parse((await simulated(file, ['--json', ...args])).out) as Record<string, unknown>
const headlineOf = async (file: string, ...args: string[]) =>
  (await simulated(file, args)).out.trimEnd().split('\n').at(-1)

describe('dagmar simulate', () => {
  it('shows when each task runs and waits, what bounds it, and last how long it takes', async () => {
    const { out, exitCode } = await simulated('release.yaml')
    expect(exitCode).toBe(0)
    expect(out).toContain(`            0               30s             1m              1m30s
fetch       ███                                                            4.0 s
build         ███████████                                                 20.0 s
docs          ▒▒▒▒▒▒▒▒▒▒▒                                                 20.0 s
test(unit)              ████████████████████                              35.0 s
test(e2e)               ···················▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒           35.0 s
deploy                                                        ███████     12.0 s
`)
    expect(out).toContain('█ on the critical path   ▒ other tasks   · waits for its turn\n')
    expect(out).toContain('critical path  1 min 11 s: fetch → build → test(unit) → deploy\n')
    expect(out).toContain('The work for the pool browser (1) bounds it: no schedule is shorter.')
    expect(out).toContain('Without an estimate, taken for the median of the others: docs.\n')
    expect(out.trimEnd().split('\n').at(-1)).toBe(
      'release: 6 tasks take 1 min 46 s with 3 slots, in the order critical-path',
    )
  })

  it('prints one object for programs, with all instants since the start', async () => {
    const { out } = await simulated('graph.stg', ['--json', '-c', '1'])
    expect(out.trimEnd().split('\n')).toHaveLength(1)
    expect(JSON.parse(out)).toMatchObject({
      name: 'graph',
      makespanMs: 8_000,
      criticalPathMs: 5_000,
      order: 'critical-path',
      seed: 1,
      utilisation: 1,
      concurrency: 1,
      boundBy: 'slots',
      tasks: [
        { id: '1', startAt: 0, endAt: 5_000, queuedMs: 0 },
        { id: '2', startAt: 5_000, endAt: 8_000, queuedMs: 5_000 },
      ],
    })
  })

  it('reads plans, task graphs and recordings, each by what it is', async () => {
    expect(await jsonOf('plan.json')).toMatchObject({ makespanMs: 2_000 })
    expect(await jsonOf('graph.stg')).toMatchObject({ makespanMs: 5_000 })
    expect(await jsonOf('recording.json')).toMatchObject({ name: 'genome', makespanMs: 3_500 })
  })

  it('takes slots, order, seed, failures and durations from the command line', async () => {
    expect(await jsonOf('release.yaml', '-c', 'unlimited')).toMatchObject({
      concurrency: null,
      makespanMs: 106_000,
    })
    expect(await jsonOf('graph.stg', '-c', '1000')).toMatchObject({ makespanMs: 5_000, peakConcurrency: 2 })
    expect(await jsonOf('graph.stg', '--duration', '7s')).toMatchObject({ makespanMs: 7_000 })
    const drawn = (...more: string[]) => jsonOf('graph.stg', '--duration', 'lognormal:0.5', ...more)
    expect(await drawn('--seed', '7')).toEqual(await drawn('--seed', '7'))
    expect((await drawn('--seed', '7'))['tasks']).not.toEqual((await drawn('--seed', '8'))['tasks'])
    const failing = await simulated('release.yaml', ['--fail-rate', '1'])
    expect(failing.exitCode).toBe(0)
    expect(failing.out).toContain('The run ends as failed: of 6 tasks 1 failed, 5 skipped; at fault: fetch.')
    expect(failing.out).toMatch(/\nfetch +░+┄+░+ +8\.0 s\n/)
    const starts = (await jsonOf('graph.stg', '-c', '1', '-o', 'fifo'))['tasks']
    expect(starts).toMatchObject([{ startAt: 0 }, { startAt: 5_000 }])
    expect(await headlineOf('graph.stg', '-o', 'fifo')).toContain('in the order fifo')
  })

  it('says how many slots are worth it', async () => {
    const { out } = await simulated('graph.stg', ['--sweep', '1..4'])
    expect(out).toBe(`slots  makespan   used  bound by
    1     8.0 s  100 %  slots          ${'█'.repeat(34)}
    2     5.0 s   80 %  critical path  ${'█'.repeat(21)} ← knee
    3     5.0 s   53 %  critical path  ${'█'.repeat(21)}
    4     5.0 s   40 %  critical path  ${'█'.repeat(21)}
critical path  5.0 s
graph: 2 slots will do, with 5.0 s: none of the others is faster
`)
    const json = await jsonOf('graph.stg', '--sweep', '4,1')
    expect(json).toMatchObject({
      name: 'graph',
      order: 'critical-path',
      seed: 1,
      points: [{ concurrency: 1 }, { concurrency: 4 }],
      knee: { makespanMs: 5_000 },
    })
  })

  it('names no number of slots where no run completes', async () => {
    const { out } = await simulated('release.yaml', ['--sweep', '1..3', '--fail-rate', '1'])
    expect(out).not.toContain('← knee')
    expect(out).toMatch(/\n +1 .+ nothing: failed +█/)
    expect(out).toContain('release: no run completes, so that no number of slots is the best\n')
  })

  it('finds the knee among the runs that complete', async () => {
    const { out } = await simulated('timed.yaml', ['--sweep', '1..2'])
    expect(out).toMatch(/\n +2 +2\.0 s +100 % .+ ← knee\n/)
    expect(out).toContain('timed: 2 slots will do, with 2.0 s: none of the others that complete is faster\n')
  })

  it('has a row a slot where there are too many tasks, and the longest tasks where they are asked for', async () => {
    const bySlot = (await simulated('many.yaml', ['-c', '2'])).out.split('\n')
    expect(bySlot[1]).toMatch(/^slot 1 {2}[▒▓█]+ +\d+%$/)
    expect(bySlot[3]).toBe('█ on the critical path   ▒ and ▓ other tasks')
    const byTask = (await simulated('many.yaml', ['-c', '2', '--rows', 'tasks'])).out
    expect(byTask).toMatch(/\nt199 /)
    expect(byTask).not.toMatch(/\nt10 /)
    expect(byTask).toContain('and 150 more tasks, the longest 2 min 30 s\n')
  })

  it('keeps to the rows and the columns of the terminal', async () => {
    const surroundings = { columns: 60, rows: 24, hasColours: false, env: {} }
    const text = await simulateCommand(at('many.yaml'), { concurrency: 'unlimited' }, surroundings)
    expect(text.trimEnd().split('\n').length).toBeLessThan(24)
    for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(60)
    const ascii = await simulateCommand(at('release.yaml'), {}, { ...surroundings, env: { LC_ALL: 'C' } })
    expect(ascii).toMatch(/^[\n -~]*$/)
    const coloured = await simulated('release.yaml', [], { columns: 80, hasColours: true })
    expect(coloured.out).toContain('\u001b[')
    expect(stripVTControlCharacters(coloured.out)).toBe((await simulated('release.yaml')).out)
  })

  it('has something to say of plans that take no time, have no tasks, or no estimates', async () => {
    expect(await headlineOf('still.yaml')).toBe(
      'still: 1 task takes no time with 4 slots, in the order critical-path',
    )
    expect(await headlineOf('none.yaml')).toBe('none: 0 tasks take no time with 4 slots, in the order fifo')
    expect((await simulated('bare.yaml')).out).toContain('No task has an estimate: each counts as 1 s.')
  })
})

it('a plan with agents takes as long as these let it, which the summary says', async () => {
  const { out } = await simulated('agents.yaml', [], { columns: 120 })
  expect(out).toContain('agents         ada 75 % of its time used, bob nothing to do\n')
  expect(out).toContain('Tasks waited in all 2.0 s for the agent ada (2 at once).')
  expect(await headlineOf('agents.yaml')).toContain('3 tasks take 4.0 s with 4 slots')
  expect(await jsonOf('agents.yaml')).toMatchObject({ makespanMs: 4_000, boundBy: { agents: ['ada'] } })
  expect((await simulated('agents.yaml', ['--sweep', '1..3'])).out).toContain('ada')
})

describe('what cannot be simulated', () => {
  it.each([
    [
      'graph.stg',
      ['-c', '0'],
      "--concurrency is '0', but it must be an integer of 1 or more, or 'unlimited'.",
    ],
    ['graph.stg', ['--seed', 'x'], "--seed is 'x', but it must be an integer of 0 or more."],
    ['graph.stg', ['--fail-rate', '5%'], "--fail-rate is '5%', but it must be a number from 0 to 1."],
    ['graph.stg', ['--duration', 'lognorml'], "Did you mean 'lognormal'?"],
    ['graph.stg', ['--duration', 'exponential:2'], 'an exponential one has no spread'],
    ['graph.stg', ['--sweep', '3..1'], "--sweep is '3..1', but it must be a range such as 1..16"],
    ['graph.stg', ['--sweep', '0,2'], "--sweep is '0,2', but"],
    ['graph.stg', ['--sweep', '1..4', '-c', '2'], '--sweep and --concurrency exclude each other.'],
    ['graph.stg', ['--sweep', '1..4', '--rows', 'tasks'], '--sweep and --rows exclude each other.'],
    ['graph.stg', ['--effort', '10'], '--effort is for the order optimised: give --order optimised as well.'],
    ['release.yaml', ['--effort', '10', '--order', 'fifo'], '--effort is for the order optimised'],
    ['graph.stg', ['-w', '3'], "--width is '3', but it must be an integer of 40 or more."],
    ['graph.stg', ['--order', 'best'], 'Allowed choices are fifo, critical-path'],
    ['bad.stg', [], "bad.stg:3:1: The time of task 1 is '-5', but it must be a number of 0 or more."],
    ['cut.json', [], 'The JSON text ends here, in the middle of something. Is the file cut off?'],
    ['negative.yaml', [], 'tasks.a.estimate is -1'],
    ['gone.yaml', [], 'There is no file'],
  ])('is refused with exit code 2: %s %j', async (file, args, message) => {
    const { refusal, exitCode, out } = await simulated(file, args)
    expect(refusal).toContain(message)
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
  })
})

describe('the parts of a timeline', () => {
  it.each([
    [90_000, 60, '0         15s       30s       45s       1m        1m15s'],
    [250, 40, '0               100ms           200ms'],
    [3 * 86_400_000, 30, '0         1d        2d'],
    [5_400_000, 20, '0            1h'],
    [0, 20, '0'],
  ])('are an axis at even steps: %d ms on %d columns', (makespanMs, columns, text) => {
    expect(axisText(makespanMs, columns)).toBe(text)
  })

  it('give each attempt a slot that is free', () => {
    const attempt = (startAt: number, endAt: number) => [{ startAt, endAt, how: 'completed' as const }]
    const task = { status: 'completed', readyAt: 0, queuedMs: 0, startAt: 0, endAt: 0 } as const
    const slots = slotsOf([
      { ...task, id: 'a', attempts: attempt(0, 5) },
      { ...task, id: 'b', attempts: attempt(0, 3) },
      { ...task, id: 'c', attempts: attempt(3, 9) },
      { ...task, id: 'd', attempts: attempt(5, 6) },
    ])
    expect(slots.map((uses) => uses.map(({ taskId }) => taskId))).toEqual([
      ['b', 'c'],
      ['a', 'd'],
    ])
  })

  it('wrap between words, and indent what goes on', () => {
    expect(wrapped('slots    one two three', 13)).toEqual(['slots    one', '  two three'])
    expect(wrapped('averylongword b', 5)).toEqual(['averylongword', '  b'])
  })
})

describe('dagmar simulate --order optimised', () => {
  it('says that no order takes less, where that is proven', async () => {
    const { out } = await simulated('five.stg', ['-c', '2', '--order', 'optimised'], { columns: 200 })
    expect(out).toContain('proven optimal by the estimates: no order takes less than 6.0 s\n')
    expect(out).toContain('five: 5 tasks take 6.0 s with 2 slots, in the order optimised\n')
    expect(await headlineOf('five.stg', '-c', '2')).toBe(
      'five: 5 tasks take 7.0 s with 2 slots, in the order critical-path',
    )
  })

  it('says how much less there may be, where it is not', async () => {
    const { out } = await simulated('five.stg', ['-c', '2', '--order', 'optimised', '--effort', '0'], {
      columns: 200,
    })
    expect(out).toContain(
      '1 schedule tried; not proven optimal: by the estimates it takes 7.0 s, and no order less than 6.0 s\n',
    )
  })

  it('says by how little it misses what is proven, where both look the same', async () => {
    const { out } = await simulated('near.stg', ['-c', '2', '--order', 'optimised', '--effort', '0'], {
      columns: 200,
    })
    expect(out).toMatch(
      /not proven optimal: by the estimates it takes 16 min 41 s, 100 ms more than any order must take\n/,
    )
  })

  it('takes an effort for a plan whose own order is the optimised one', async () => {
    expect(await jsonOf('own.yaml', '--effort', '0')).toMatchObject({ order: 'optimised', makespanMs: 1_000 })
  })

  it('gives programs the same as numbers', async () => {
    const json = await jsonOf('five.stg', '-c', '2', '-o', 'optimised', '--seed', '7')
    const { makespanMs, order, seed, optimised } = json
    expect({ makespanMs, order, seed }).toEqual({ makespanMs: 6000, order: 'optimised', seed: 7 })
    expect(optimised).toMatchObject({ lowerBoundMs: 6000, isOptimal: true, truncated: false })
  })

  it('wants a whole effort', async () => {
    const { refusal, exitCode } = await simulated('five.stg', ['--effort', 'much'])
    expect(exitCode).toBe(2)
    expect(refusal).toContain("--effort is 'much', but it must be an integer of 0 or more.")
  })
})

import { describe, expect, it } from 'vitest'
import { createRuntime, processExecutor } from 'dagmar'
import { parsePlan } from 'dagmar/plan-file'
import { simulate } from 'dagmar/simulation'
import { plan } from '../../src/graph/make-plan.ts'
import { needsById, planOf, workById } from './read-plans.ts'

const release = `
name: release
input: { version: 3 }
concurrency: 2
pools: { gpu: 2 }
timeout: 1h
order: fifo
defaults:
  retry: { maxAttempts: 2, backoff: { base: 0, factor: 1.5, cap: 1m, jitter: 0.5 } }
  env: { STAGE: dev, PORT: 8080 }
  envFile: common.env
tasks:
  build: { run: make, estimate: 2m, uses: { gpu: 1 }, stall: { after: 5m, grace: 0 } }
  test:
    run: [npm, test, --, 1.10]
    needs: [build]
    env: { STAGE: test, DEBUG: true }
    envFile: [a.env, /etc/b.env]
    cwd: packages/core
    stall: false
    timeout: 10m
    startTimeout: 5s
    killGrace: 0
  publish: { run: ./publish.sh, needs: [test], when: all-settled, priority: -3, onFailure: ask, severity: critical, shell: bash }
`

describe('a task of needs alone', () => {
  const text = `
defaults: { executor: other, env: { A: 1 }, retry: { maxAttempts: 3 } }
tasks:
  unit: { run: x }
  e2e: { run: x, matrix: { n: [1, 2] } }
  all: { needs: [unit, e2e] }
  report: { run: x, needs: [all] }
`

  it('is a group: it completes by itself when what it needs has', async () => {
    const { plan } = parsePlan(text.replace('executor: other, ', '').replaceAll('run: x', 'run: "true"'))
    const runtime = createRuntime({ executors: { process: processExecutor() } })
    const { status, outputs, outcomes } = await runtime.dispatch(plan).result
    expect(status).toBe('completed')
    expect(outcomes).toMatchObject({ all: { status: 'completed' }, report: { status: 'completed' } })
    expect((outputs as Readonly<Record<string, unknown>>)['all']).toBe(undefined)
    await runtime.shutdown({ mode: 'kill' })
  })

  it('asks for no executor, whatever commands ask for', () => {
    expect(planOf(text).plan.tasks.map(({ id, executor }) => [id, executor])).toEqual([
      ['unit', 'other'],
      ['e2e(1)', 'other'],
      ['e2e(2)', 'other'],
      ['all', 'inline'],
      ['report', 'other'],
    ])
  })

  it('takes no time where time is foretold, and leaves the order as it is', async () => {
    const { plan } = planOf('tasks: { a: { run: x }, all: { needs: [a] }, b: { run: x, needs: [all] } }')
    expect([plan.order, (await simulate(plan)).makespanMs]).toEqual(['fifo', 2_000])
    const estimated = planOf(
      'defaults: { estimate: 5s }\ntasks: { a: { run: x }, all: { needs: [a] }, b: { run: x, needs: [all] } }',
    )
    expect((await simulate(estimated.plan)).makespanMs).toBe(10_000)
  })
})

describe('a plan file', () => {
  it('becomes a plan with all that it says', () => {
    const { plan: made, input, file } = planOf(release)
    expect(file).toBe('plan.yaml')
    expect(input).toEqual({ version: 3 })
    expect(made).toMatchObject({
      name: 'release',
      concurrency: 2,
      pools: { gpu: 2 },
      timeoutMs: 3_600_000,
      order: 'fifo',
    })
    expect(made.tasks).toMatchObject([
      {
        id: 'build',
        estimateMs: 120_000,
        uses: { gpu: 1 },
        executor: 'process',
        policy: { maxAttempts: 2, stallAfterMs: 300_000, stallGraceMs: 0 },
        backoff: { baseMs: 0, factor: 1.5, capMs: 60_000, jitter: 0.5 },
      },
      {
        id: 'test',
        needs: [0],
        policy: { stallAfterMs: Infinity, timeoutMs: 600_000, startTimeoutMs: 5_000, killGraceMs: 0 },
      },
      {
        id: 'publish',
        rule: 'all-settled',
        priority: -3,
        policy: { onFailure: 'ask', severity: 'critical' },
      },
    ])
  })

  it('has its commands run in its folder, which its paths are relative to', () => {
    expect(workById(release)).toEqual({
      build: {
        run: 'make',
        cwd: '/project',
        env: { STAGE: 'dev', PORT: '8080' },
        envFiles: ['/project/common.env'],
      },
      test: {
        run: ['npm', 'test', '--', '1.10'],
        cwd: '/project/packages/core',
        env: { STAGE: 'test', PORT: '8080', DEBUG: 'true' },
        envFiles: ['/project/a.env', '/etc/b.env'],
      },
      publish: {
        run: './publish.sh',
        shell: 'bash',
        cwd: '/project',
        env: { STAGE: 'dev', PORT: '8080' },
        envFiles: ['/project/common.env'],
      },
    })
  })

  it('has its commands carried out by the executor that it names', () => {
    const { plan } = planOf(
      'defaults: { executor: tmux }\ntasks:\n  a: { run: x }\n  b: { run: x, executor: remote }',
    )
    expect(plan.tasks).toMatchObject([
      { executor: 'tmux', work: { run: 'x' } },
      { executor: 'remote', work: { run: 'x' } },
    ])
  })

  it('gives shell and cwd of its defaults to the tasks that can use them', () => {
    const text = 'defaults: { shell: zsh, cwd: sub }\ntasks: { a: { run: x }, b: { run: [x] } }'
    expect(workById(text)).toEqual({
      a: { run: 'x', shell: 'zsh', cwd: '/project/sub', env: {} },
      b: { run: ['x'], cwd: '/project/sub', env: {} },
    })
  })

  it('takes numbers as they are written where they become text', () => {
    expect(workById('tasks: { a: { run: x, env: { V: 1.10, MASK: 0x1F, BIG: 1e3 } } }')).toEqual({
      a: { run: 'x', cwd: '/project', env: { V: '1.10', MASK: '0x1F', BIG: '1e3' } },
    })
  })

  it('is called like its file where it does not say', () => {
    const nameOf = (file: string) => parsePlan('tasks: {}', { file }).plan.name
    expect(nameOf('ci/night.run.yaml')).toBe('night.run')
    expect(nameOf('odd\nname.yaml')).toBe('odd name')
    expect(nameOf('.yaml')).toBe('.yaml')
  })

  it('keeps the order of its tasks, whatever their ids are', () => {
    const text =
      'tasks:\n  b: { run: x }\n  20: { run: x }\n  "3": { run: x }\n  constructor: { run: x, needs: ["20"] }'
    expect(planOf(text).plan.tasks.map(({ id }) => id)).toEqual(['b', '20', '3', 'constructor'])
  })

  it('may be empty of tasks', () => {
    expect(planOf('tasks: {}').plan.tasks).toEqual([])
  })

  it('may be JSON, indented by tabs, and name its schema', () => {
    const text = '{\n\t"$schema": "./plan.schema.json",\n\t"tasks": {\n\t\t"a": { "run": "x" }\n\t}\n}\n'
    expect(needsById(text)).toEqual({ a: [] })
  })

  it('may have a byte order mark, and lines that end as on Windows', () => {
    expect(
      needsById('\uFEFFtasks:\r\n  a:\r\n    run: x\r\n  b:\r\n    run: y\r\n    needs: [a]\r\n'),
    ).toEqual({ a: [], b: ['a'] })
  })

  it('can be changed and planned again', () => {
    const { definition } = planOf(release)
    const tasks = [...(definition.tasks as Iterable<[string, { run: never }]>)].slice(0, 1)
    expect(plan({ ...definition, concurrency: 7, tasks })).toMatchObject({
      concurrency: 7,
      tasks: [{ id: 'build' }],
    })
  })

  it('may use pools that the runtime has', () => {
    const text = 'tasks: { a: { run: x, uses: { gpu: 1 } } }'
    expect(parsePlan(text, { pools: { gpu: 1 } }).plan.tasks[0]!.uses).toEqual({ gpu: 1 })
  })
})

describe('anchors', () => {
  it('give a value again, and merge keys give fields that the object does not have itself', () => {
    const text = `
x-common: &common { timeout: 5m, env: { A: "1" }, run: nothing }
x-more: &more { timeout: 9m, killGrace: 1s }
tasks:
  a: &a { <<: *common, run: first }
  b: { run: second, <<: [*common, *more], env: { B: "2" } }
  c: { <<: *a, needs: [a] }
`
    expect(planOf(text).plan.tasks).toMatchObject([
      { id: 'a', policy: { timeoutMs: 300_000 }, work: { run: 'first', env: { A: '1' } } },
      {
        id: 'b',
        policy: { timeoutMs: 300_000, killGraceMs: 1_000 },
        work: { run: 'second', env: { B: '2' } },
      },
      { id: 'c', needs: [0], policy: { timeoutMs: 300_000 }, work: { run: 'first' } },
    ])
  })

  it('may be named by thousands of tasks', () => {
    const tasks = Array.from({ length: 2_000 }, (_, index) => `  t${index}: { <<: *base, run: x }`)
    const text = ['x-base: &base { timeout: 5m, env: { A: b } }', 'tasks:', ...tasks].join('\n')
    expect(planOf(text).plan.tasks).toHaveLength(2_000)
  })

  it('show where they stand when what they name is wrong', () => {
    expect(() => planOf('x-a: &a { timeout: 5 }\ntasks: { a: { <<: *a, run: x } }')).toThrow(
      'plan.yaml:1:20: tasks.a.timeout is 5,',
    )
  })
})

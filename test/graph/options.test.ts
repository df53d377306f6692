import { describe, expect, it } from 'vitest'
import type { DagOptions, TaskOptions } from '../../src/graph/options.ts'
import type { PlannedTask } from '../../src/graph/plan.ts'
import type { Work } from '../../src/graph/work.ts'
import { planOfAnything, thrownBy } from './thrown.ts'

const run = () => 1
const taskWith = (
  options: TaskOptions,
  dagOptions: DagOptions = {},
  work: Work | (() => unknown) = run,
): PlannedTask =>
  planOfAnything({ name: 'dag', ...dagOptions, tasks: { build: { ...options, run: work } } }).tasks[0]!

describe('a task without options', () => {
  it('has the defaults', () => {
    expect(taskWith({})).toEqual({
      id: 'build',
      index: 0,
      maxInterruptions: 3,
      needs: [],
      dependents: [],
      teardown: false,
      rule: 'all-completed',
      policy: {
        maxAttempts: 1,
        startTimeoutMs: 30_000,
        timeoutMs: Infinity,
        stallAfterMs: Infinity,
        stallGraceMs: Infinity,
        killGraceMs: 5_000,
        onFailure: 'skip',
        severity: 'error',
        answerWithinMs: Infinity,
        defaultDecision: 'skip',
      },
      confirm: undefined,
      backoff: { baseMs: 5_000, factor: 2, capMs: 300_000, jitter: 0 },
      priority: 0,
      estimateMs: undefined,
      uses: {},
      executor: 'inline',
      work: run,
    })
  })
})

describe('an option that several places give', () => {
  const work: Work = {
    executor: 'process',
    work: {},
    defaults: { startTimeout: 1, killGrace: 1, stall: { after: 1 } },
  }

  it('is taken from the task, then the dag, then the work, then the built-in defaults', () => {
    const defaults = { startTimeout: 2, killGrace: 2 }
    expect(taskWith({ startTimeout: 3 }, { defaults }, work).policy).toMatchObject({
      startTimeoutMs: 3,
      killGraceMs: 2,
      stallAfterMs: 1,
      timeoutMs: Infinity,
    })
  })

  it('is taken field by field within retry and stall', () => {
    const defaults = { retry: { maxAttempts: 2, backoff: { base: '1s', factor: 3 } }, stall: { grace: '9s' } }
    const task = taskWith({ retry: { backoff: { factor: 4 } } }, { defaults }, work)
    expect(task.policy).toMatchObject({ maxAttempts: 2, stallAfterMs: 1, stallGraceMs: 9_000 })
    expect(task.backoff).toMatchObject({ baseMs: 1_000, factor: 4 })
  })

  it('is one whole for uses', () => {
    expect(taskWith({ uses: {} }, { defaults: { uses: { net: 1 } } }).uses).toEqual({})
    expect(taskWith({}, { defaults: { uses: { net: 1 } } }).uses).toEqual({ net: 1 })
  })

  it('may be switched off by the task', () => {
    expect(taskWith({ stall: false }, {}, work).policy.stallAfterMs).toBe(Infinity)
    expect(taskWith({ timeout: Infinity }, { defaults: { timeout: '1m' } }).policy.timeoutMs).toBe(Infinity)
  })

  it('names the executor of the work unless somebody says otherwise', () => {
    expect(taskWith({}, {}, work).executor).toBe('process')
    expect(taskWith({}, { defaults: { executor: 'far' } }, work).executor).toBe('far')
    expect(taskWith({ executor: 'near' }, { defaults: { executor: 'far' } }, work).executor).toBe('near')
  })
})

describe('a backoff of which one bound is given', () => {
  it('gives way to it with the other', () => {
    expect(taskWith({ retry: { backoff: { base: '10m' } } }).backoff).toMatchObject({
      baseMs: 600_000,
      capMs: 600_000,
    })
    expect(taskWith({ retry: { backoff: { cap: '1s' } } }).backoff).toMatchObject({
      baseMs: 1_000,
      capMs: 1_000,
    })
  })
})

describe('a priority', () => {
  it.each([
    ['critical', 100],
    ['high', 50],
    ['medium', 0],
    ['low', -50],
    [7, 7],
    [-3, -3],
  ] as const)('%s is the number %i', (priority, number) => {
    expect(taskWith({ priority }).priority).toBe(number)
  })
})

describe('the options of a dag', () => {
  it('are read', () => {
    const schema = {
      '~standard': { version: 1, vendor: 'x', validate: (value: unknown) => ({ value }) },
    } as const
    const options = {
      concurrency: 0,
      pools: { gpu: 2 },
      timeout: '1h',
      order: 'critical-path',
      input: schema,
    }
    expect(planOfAnything({ name: 'dag', tasks: {}, ...options })).toMatchObject({
      concurrency: 0,
      pools: { gpu: 2 },
      timeoutMs: 3_600_000,
      order: 'critical-path',
      inputSchema: schema,
    })
  })

  it('have defaults', () => {
    const { concurrency, pools, timeoutMs, order, inputSchema } = planOfAnything({ name: 'dag', tasks: {} })
    expect({ concurrency, pools, timeoutMs, order, inputSchema }).toEqual({
      concurrency: undefined,
      pools: {},
      timeoutMs: Infinity,
      order: 'fifo',
      inputSchema: undefined,
    })
  })
})

describe('a need of a pool', () => {
  it('larger than the pool of the dag is an error', () => {
    const definition = { name: 'dag', pools: { gpu: 2 }, tasks: { build: { uses: { gpu: 3 }, run } } }
    const error = thrownBy(() => planOfAnything(definition))
    expect(error.code).toBe('DAG_INVALID')
    expect(error.message).toContain('tasks.build.uses.gpu is 3, but the pool has 2')
  })

  it('that the dag does not declare is left to the runtime', () => {
    expect(taskWith({ uses: { constructor: 3 } }, { pools: { gpu: 2 } }).uses['constructor']).toBe(3)
  })
})

describe('what a task asks', () => {
  it('is a question and its default answer, and how long it waits', () => {
    const asked = taskWith({ confirm: 'Deploy?', answerWithin: '5m', defaultAnswer: 'yes' })
    expect(asked.confirm).toEqual({ question: 'Deploy?', defaultAnswer: 'yes' })
    expect(asked.policy).toMatchObject({ answerWithinMs: 300_000, defaultDecision: 'skip' })
    const later = taskWith({ onFailure: 'ask', defaultAnswer: 'ignore' })
    expect(later).toMatchObject({ confirm: undefined, policy: { defaultDecision: 'ignore' } })
    const both = taskWith({ confirm: 'Deploy?', onFailure: 'ask', defaultAnswer: 'abort' })
    expect(both.confirm).toEqual({ question: 'Deploy?', defaultAnswer: undefined })
  })

  it.each([
    [{ answerWithin: '5m' }, 'tasks.build.answerWithin is set, but the task asks nothing'],
    [{ defaultAnswer: 'no', onFailure: 'ask' }, 'Give it confirm'],
    [{ defaultAnswer: 'ignore', confirm: 'Deploy?' }, "Give it onFailure: 'ask'"],
    [{ confirm: ' ' }, 'must be a question of 1 to 2000 characters'],
    [{ confirm: true as unknown as string }, 'must be a question of 1 to 2000 characters'],
    [{ confirm: 'Deploy?', answerWithin: 0 }, 'must be more than 0'],
    // For ever, otherwise.
    [{ onFailure: 'ask', defaultAnswer: 'retry' as 'skip' }, 'must be one of yes, no, skip, ignore, abort'],
  ] as const)('is refused where it makes no sense: %j', (options, message) => {
    expect(() => taskWith(options)).toThrow(message)
  })

  it('may be answered by the defaults of a dag for tasks that ask something else, or nothing', () => {
    const answered = { answerWithin: '1h', defaultAnswer: 'no' } as const
    expect(taskWith({}, { defaults: answered }).policy.answerWithinMs).toBe(3_600_000)
    expect(taskWith({ onFailure: 'ask' }, { defaults: answered }).policy.defaultDecision).toBe('skip')
  })

  it('is part of the fingerprint', () => {
    const prints = [
      {},
      { confirm: 'Deploy?' },
      { confirm: 'Really?' },
      { confirm: 'Deploy?', answerWithin: 1 },
    ]
    const all = prints.map(
      (options) => planOfAnything({ name: 'p', tasks: { build: { run, ...options } } }).fingerprint,
    )
    expect(new Set(all).size).toBe(4)
  })
})

import type { Fact, ReportedFailure } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { anyScenario } from '../scenario/any-scenario.ts'
import { playScenario } from '../scenario/play-scenario.ts'
import { law } from '../laws/law.ts'
import { desk } from './desk.ts'
import { byHand, fails, ok, simulated } from './watching.ts'

/** What users put into facts, and answer for themselves. */
const usersFields = ['input', 'output', 'answer']

function withoutUsersValues(fact: Fact): object {
  return Object.fromEntries(Object.entries(fact).filter(([field]) => !usersFields.includes(field)))
}

/** Where a value is anything but texts, booleans, finite numbers, null, and lists and records of these. */
function unlikeJson(value: unknown, path: string): string[] {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return []
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`${path} is ${value}`]
  if (typeof value !== 'object') return [`${path} is ${typeof value}`]
  return Object.entries(value).flatMap(([field, part]) => unlikeJson(part, `${path}.${field}`))
}

function lostInJson(fact: Fact): string[] {
  const own = withoutUsersValues(fact)
  expect(JSON.parse(JSON.stringify(own))).toEqual(own)
  return unlikeJson(own, fact.type)
}

describe('a fact', () => {
  law('Every fact, its user values aside, survives JSON.', anyScenario(), async (scenario) => {
    const { runs } = await playScenario(scenario)
    return runs.flatMap(({ facts }) => facts.flatMap(lostInJson))
  })

  it('says the limits of the dispatch, with null for none', async () => {
    const { start } = simulated()
    const unlimited = await start({ a: { run: ok } }, { concurrency: Infinity })
    expect(unlimited.all('run.created')[0]?.limits).toEqual({ concurrency: null, pools: {}, timeoutMs: null })
    const limited = await start({ a: { run: ok } }, { concurrency: 2, pools: { gpu: 1 }, timeout: '30s' })
    expect(limited.all('run.created')[0]?.limits).toEqual({
      concurrency: 2,
      pools: { gpu: 1 },
      timeoutMs: 30_000,
    })
  })

  it('holds the very objects of the plan, so that many runs of it cost little', async () => {
    const { start } = simulated()
    const one = await start({ a: { run: ok } })
    const other = await start(one.run.plan)
    expect(other.all('run.created')[0]?.structure).toBe(one.run.plan.structure)
    expect(other.all('run.created')[0]?.fingerprint).toBe(one.run.plan.fingerprint)
  })

  it('of a redrive says when the timeout of the run falls now', async () => {
    const { start, wait } = simulated()
    const { run, all } = await start({ a: { run: fails() } }, { timeout: '30s' })
    await wait(5_000)
    void run.redrive()
    await wait()
    expect(all('run.redriven')).toMatchObject([{ tasks: ['a'], until: 35_000 }])
    const endless = await start({ a: { run: fails() } })
    void endless.run.redrive()
    await wait()
    expect(endless.all('run.redriven')[0]).not.toHaveProperty('until')
  })

  it('of a deferral says what the executor carries, and how much it can', async () => {
    const hand = desk({ capacity: 3, accepts: (carrying) => carrying < 2 })
    const { start } = simulated({ executors: { hand } })
    const { all } = await start({ a: { run: byHand }, b: { run: byHand }, c: { run: byHand } })
    expect(all('task.deferred')).toMatchObject([{ taskId: 'c', executor: 'hand', carrying: 2, capacity: 3 }])
  })

  it('of an attempt that is taken back does not count it among those that the executor carries', async () => {
    const hand = desk({ begins: false, capacity: Infinity })
    const { start, wait } = simulated({ executors: { hand } })
    const { all } = await start({ a: { run: byHand }, b: { run: byHand } })
    hand.begins('a/1')
    hand.say('b/1', { type: 'attempt.rejected' })
    await wait()
    expect(all('task.deferred')).toMatchObject([{ taskId: 'b', executor: 'hand', carrying: 1 }])
    expect(all('task.deferred')[0]).not.toHaveProperty('capacity')
  })

  it.each([
    ['timeout', { timeout: '10s' }, 10_000],
    ['stall', { stall: { after: '4s', grace: '3s' } }, 7_000],
  ] as const)('of an attempt that is ended for its %s says how long that is', async (reason, options, ms) => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const { all } = await start({ a: { run: byHand, ...options } })
    await wait(ms)
    expect(all('task.stopping')).toMatchObject([{ reason, limitMs: ms, until: ms + 5_000 }])
  })

  it('of an attempt that does not start says how long it might take', async () => {
    const hand = desk({ begins: false })
    const { start, wait } = simulated({ executors: { hand } })
    const { all } = await start({ a: { run: byHand, startTimeout: '2s' } })
    expect(all('task.starting')).toMatchObject([{ until: 2_000 }])
    await wait(2_000)
    expect(all('task.stopping')).toMatchObject([{ reason: 'start-timeout', limitMs: 2_000 }])
  })

  it('has no instant where none comes', async () => {
    const hand = desk({ begins: false })
    const { start, wait } = simulated({ executors: { hand } })
    const { run, all } = await start({ a: { run: byHand, startTimeout: Infinity, killGrace: Infinity } })
    void run.kill('a')
    await wait()
    expect(all('task.starting')[0]).not.toHaveProperty('until')
    expect(all('task.stopping')).toMatchObject([{ reason: 'kill' }])
    expect(all('task.stopping')[0]).not.toHaveProperty('until')
    expect(all('task.stopping')[0]).not.toHaveProperty('limitMs')
    expect(run.view().tasks.get('a')).not.toHaveProperty('until')
  })

  it('of a stalled attempt says how long it has been silent', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const { all } = await start({ a: { run: byHand, stall: { after: '4s', grace: '3s' } } })
    await wait(1_000)
    hand.say('a/1', { type: 'attempt.heartbeat' })
    await wait(4_000)
    expect(all('task.stalled')).toMatchObject([{ silentMs: 4_000, until: 8_000 }])
  })
})

describe('a failure in a fact', () => {
  it('is plain data whatever an executor reports', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const { all } = await start({ a: { run: byHand } })
    const circle: { name: string; message: string; cause?: unknown } = { name: 'Odd', message: 'round' }
    circle.cause = circle
    hand.say('a/1', {
      type: 'attempt.failed',
      failure: {
        code: 'ODD',
        message: 7 as unknown as string,
        severity: 'grave' as 'error',
        retryAfterMs: Infinity,
        output: ['last line', Symbol('s')] as string[],
        cause: circle,
        more: () => 1,
      } as ReportedFailure,
    })
    await wait()
    const [failed] = all('task.failed')
    expect(failed?.failure).toMatchObject({
      code: 'ODD',
      message: '7',
      severity: 'error',
      retryable: true,
      at: 0,
      output: ['last line'],
      cause: { name: 'Odd', message: 'round', cause: { name: 'Odd' } },
    })
    expect(lostInJson(failed!)).toEqual([])
    expect(failed?.failure).not.toHaveProperty('retryAfterMs')
  })

  it('has a stack that ends where dagmar called the handler', async () => {
    const { start, wait } = simulated()
    const deep = (): never => fails('broken')()
    const { all } = await start({
      now: { run: () => deep() },
      later: { run: () => Promise.resolve().then(deep) },
    })
    await wait()
    for (const { failure } of all('task.failed')) {
      expect(failure.stack).toMatch(/^Error: broken\n {4}at /)
      expect(failure.stack).toContain('facts-as-json.test.ts')
      expect(failure.stack).not.toContain('/src/')
    }
    expect(all('task.failed')).toHaveLength(2)
  })
})

describe('how far an attempt is', () => {
  it.each([
    [Number.NaN, 0],
    [Infinity, 100],
    [-Infinity, 0],
    [-1, 0],
    [120, 100],
    [33.3, 33.3],
  ])('is told as 0 to 100, whatever the handler says: %d as %d', async (said, percent) => {
    const { start } = simulated()
    const { all } = await start({ a: { run: ({ progress }) => progress(said, 'so far') } })
    expect(all('task.progress')).toMatchObject([{ percent, message: 'so far' }])
  })
})

import type { RuleName } from 'dagmar'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Frontier } from '../../src/scheduling/frontier.ts'
import { desk } from './desk.ts'
import { byHand, fails, ok, simulated } from './watching.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** One dependency of each kind: completed, failed, blocked by that failure, and skipped for another reason. */
const mixed = {
  good: { run: ok },
  bad: { run: fails() },
  blocked: { run: ok, needs: ['bad'] },
  idle: { run: ok, needs: ['good'], when: 'any-failed' },
} as const

describe('the rule of a task', () => {
  it.each([
    ['all-completed', 'good', 'completed'],
    ['all-completed', 'good bad', 'skipped: dependency-failed by bad'],
    ['all-completed', 'blocked', 'skipped: dependency-failed by bad'],
    ['all-completed', 'good idle', 'skipped: rule-unmet by good'],
    ['all-settled', 'good bad blocked idle', 'completed'],
    ['all-failed', 'bad blocked', 'completed'],
    ['all-failed', 'good bad', 'skipped: rule-unmet by good'],
    ['all-failed', 'bad idle', 'skipped: rule-unmet by good'],
    ['all-skipped', 'idle', 'completed'],
    ['all-skipped', 'good idle', 'skipped: rule-unmet by good'],
    ['all-skipped', 'blocked idle', 'skipped: rule-unmet by bad'],
    ['any-completed', 'good bad blocked', 'completed'],
    ['any-completed', 'idle blocked', 'skipped: dependency-failed by bad'],
    ['any-completed', 'idle', 'skipped: rule-unmet by good'],
    ['any-failed', 'good bad', 'completed'],
    ['any-failed', 'blocked', 'completed'],
    ['any-failed', 'good idle', 'skipped: rule-unmet by good'],
    ['any-settled', 'idle', 'completed'],
    ['any-settled', 'blocked', 'completed'],
    ['none-failed', 'good idle', 'completed'],
    ['none-failed', 'idle bad', 'skipped: dependency-failed by bad'],
    ['none-failed', 'good blocked', 'skipped: dependency-failed by bad'],
    ['none-failed-min-one-completed', 'good idle', 'completed'],
    ['none-failed-min-one-completed', 'idle', 'skipped: rule-unmet by good'],
    ['none-failed-min-one-completed', 'good blocked', 'skipped: dependency-failed by bad'],
    ['none-skipped', 'good bad blocked', 'completed'],
    ['none-skipped', 'idle blocked', 'skipped: rule-unmet by good'],
    ['always', 'bad blocked', 'completed'],
  ] as const)('%s over %s leaves it %s', async (when, needs, expected) => {
    const { start } = simulated()
    const { result } = await start({
      ...mixed,
      last: { run: ok, needs: needs.split(' '), when: when as RuleName },
    })
    const outcome = result!.outcomes['last']!
    const shown =
      outcome.status === 'skipped' ? `skipped: ${outcome.because} by ${outcome.causedBy}` : outcome.status
    expect(shown).toBe(expected)
  })

  it.each(['any-completed', 'any-settled'] as const)('%s starts it as soon as one meets it', async (when) => {
    const hand = desk()
    const { start } = simulated({ executors: { hand } })
    await start({ a: { run: byHand }, b: { run: byHand }, last: { run: byHand, needs: ['a', 'b'], when } })
    hand.completes('b/1')
    expect(hand.started).toEqual(['a', 'b', 'last'])
  })

  it('always starts it at once', async () => {
    const hand = desk()
    const { start } = simulated({ executors: { hand } })
    await start({ a: { run: byHand }, last: { run: byHand, needs: ['a'], when: 'always' } })
    expect(hand.started).toEqual(['a', 'last'])
  })

  it('skips it the moment it can no longer be met, without waiting for the rest', async () => {
    const hand = desk()
    const { start } = simulated({ executors: { hand } })
    const { statuses } = await start({
      a: { run: byHand },
      b: { run: byHand },
      last: { run: byHand, needs: ['a', 'b'] },
    })
    hand.fails('a/1')
    expect(statuses()).toEqual({ a: 'failed', b: 'running', last: 'skipped' })
  })

  it('may be a function of the outcomes, called once when all are settled', async () => {
    const when = vi.fn<(outcomes: object) => boolean>(() => true)
    const { start } = simulated()
    const { result } = await start({ ...mixed, last: { run: ok, needs: ['good', 'bad', 'blocked'], when } })
    expect(result?.outcomes['last']?.status).toBe('completed')
    expect(when).toHaveBeenCalledTimes(1)
    expect(when).toHaveBeenCalledWith({
      good: { status: 'completed', output: 'ok' },
      bad: expect.objectContaining({ status: 'failed' }),
      blocked: { status: 'skipped', because: 'dependency-failed', causedBy: 'bad' },
    })
  })

  it('that is a function and says no skips it', async () => {
    const { start } = simulated()
    const { result } = await start({ ...mixed, last: { run: ok, needs: ['good'], when: () => false } })
    expect(result?.outcomes['last']).toEqual({ status: 'skipped', because: 'rule-unmet', causedBy: 'good' })
  })
})

describe('a rule that throws', () => {
  const throwing = (): boolean => {
    throw new Error('division by zero')
  }

  it('fails its task with RULE_THREW, whose dependents are skipped', async () => {
    const { start } = simulated()
    const { result, types } = await start({
      ...mixed,
      last: { run: ok, needs: ['good'], when: throwing, retry: { maxAttempts: 3 } },
      after: { run: ok, needs: ['last'] },
    })
    expect(result?.outcomes).toMatchObject({
      last: {
        status: 'failed',
        deadLettered: false,
        failure: { code: 'RULE_THREW', message: 'The rule threw: division by zero', retryable: false },
      },
      after: { status: 'skipped', because: 'dependency-failed', causedBy: 'last' },
    })
    expect(types('last')).toEqual(['task.failed'])
  })

  it.each([
    ['true', async () => true],
    ['false', async () => false],
    ['a rejection', async () => Promise.reject(new Error('nobody hears of it'))],
  ])('and so does one that gives a promise of %s, for which nobody could wait', async (_name, rule) => {
    const { start, wait } = simulated()
    const { result } = await start({
      good: { run: ok },
      last: { run: ok, needs: ['good'], when: rule as unknown as () => boolean },
    })
    await wait()
    expect(result?.outcomes['last']).toMatchObject({
      status: 'failed',
      failure: {
        code: 'RULE_THREW',
        message: 'The rule gave a promise, but a rule has to answer at once: true or false.',
      },
    })
  })

  it('goes by the failure options of its task', async () => {
    const { start } = simulated()
    const ignored = await start({
      good: { run: ok },
      last: { run: ok, needs: ['good'], when: throwing, onFailure: 'ignore' },
      after: { run: ok, needs: ['last'] },
    })
    expect(ignored.result).toMatchObject({
      status: 'completed',
      outcomes: { after: { status: 'completed' } },
    })
    const aborted = await start({
      good: { run: ok },
      last: { run: ok, needs: ['good'], when: throwing, onFailure: 'abort' },
    })
    expect(aborted.result?.failure?.code).toBe('RUN_ABORTED')
  })
})

describe('a run in which nothing can happen any more', () => {
  it('fails with RUN_DEADLOCKED and names the tasks and what each waits for', async () => {
    vi.spyOn(Frontier.prototype, 'settle').mockReturnValue({ ready: [], doomed: [] })
    const { start } = simulated()
    const { result } = await start({
      a: { run: ok },
      b: { run: ok, needs: ['a'] },
      c: { run: ok, needs: ['a', 'b'], when: 'any-failed' },
    })
    expect(result).toMatchObject({
      status: 'failed',
      failure: {
        code: 'RUN_DEADLOCKED',
        message:
          'Nothing runs, nothing is ready and nothing is awaited, yet 2 tasks are unsettled: ' +
          'b waits for nothing that is left (rule all-completed); c waits for b (rule any-failed).',
      },
      outcomes: {
        a: { status: 'completed' },
        b: { status: 'skipped', because: 'run-aborted' },
        c: { status: 'skipped', because: 'run-aborted' },
      },
    })
  })
})

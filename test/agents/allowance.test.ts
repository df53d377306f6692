import { describe, expect, it } from 'vitest'
import { nextDayAt } from '../../src/agents/account.ts'
import { Allowance } from '../../src/agents/allowance.ts'
import { readLimits } from '../../src/agents/limits.ts'
import type { UsageFact } from '../../src/events/agent-facts.ts'
import { allowanceOf, job, midnight, minute, noon, teller } from './agents.ts'

const tokens = (inputTokens: number, outputTokens = 0) => ({ inputTokens, outputTokens })

describe('the limits of an allowance', () => {
  it('are checked in order, and the first that fails is the reason', () => {
    const { allowance } = allowanceOf({
      dailyTokens: 100,
      dailyJobs: 3,
      concurrentJobs: 2,
      models: ['small'],
      modelTokens: { small: 50 },
    })
    const reason = (model?: string) => allowance.check('a', model, noon)?.limit
    expect(reason('large')).toBe('models')
    expect(reason('small')).toBeUndefined()
    allowance.reserve('a', job('one'), 'small', noon)
    allowance.charge(job('one'), tokens(50), noon)
    expect(reason('small')).toBe('modelTokens')
    expect(reason()).toBeUndefined()
    allowance.reserve('a', job('two'), undefined, noon)
    expect(reason('large')).toBe('concurrentJobs')
    allowance.settle(job('one'), 'completed', noon)
    allowance.reserve('a', job('three'), undefined, noon)
    expect(reason('large')).toBe('dailyJobs')
    allowance.charge(job('two'), tokens(50), noon)
    expect(reason('large')).toBe('dailyTokens')
  })

  it('are none where they are 0, empty or absent', () => {
    for (const none of [
      {},
      { dailyTokens: 0, dailyJobs: 0, concurrentJobs: 0, models: [], modelTokens: { m: 0 } },
    ]) {
      const { allowance } = allowanceOf(none)
      for (let taken = 0; taken < 20; taken++) {
        expect(allowance.reserve('a', job(`${taken}`), 'm', noon)).toBeUndefined()
        allowance.charge(job(`${taken}`), tokens(1e9), noon)
      }
    }
  })

  it('are exceeded where nothing remains, and not before', () => {
    const { allowance } = allowanceOf({ dailyTokens: 100 })
    allowance.reserve('a', job('one'), undefined, noon)
    allowance.charge(job('one'), tokens(60, 39), noon)
    expect(allowance.check('a', undefined, noon)).toBeUndefined()
    allowance.charge(job('one'), tokens(1), noon)
    expect(allowance.check('a', undefined, noon)).toEqual({
      limit: 'dailyTokens',
      used: 100,
      most: 100,
      until: nextDayAt(noon),
    })
  })

  it.each([10, 1_000])('let %i dispatches at once pass only as many as there may be at once', (asked) => {
    const { allowance } = allowanceOf({ concurrentJobs: 5 })
    const granted = Array.from({ length: asked }, (_, index) =>
      allowance.reserve('a', job(`${index}`), undefined, noon),
    )
    expect(granted.filter((shortage) => shortage === undefined)).toHaveLength(5)
    expect(allowance.account('a', noon)).toMatchObject({ active: 5, jobs: 5 })
  })

  it.each([
    [{ dailyTokens: -1 }, 'allowance.dailyTokens is -1'],
    [{ dailyJobs: 1.5 }, 'allowance.dailyJobs is 1.5'],
    [{ concurrentJobs: Number.NaN }, 'allowance.concurrentJobs is NaN'],
    [{ dailyTokens: 2 ** 53 }, 'allowance.dailyTokens is 9007199254740992'],
    [{ longestJob: 0 }, 'allowance.longestJob is 0'],
    [{ models: 'small' }, "allowance.models is 'small'"],
    [{ modelTokens: { small: -5 } }, 'allowance.modelTokens.small is -5'],
    [{ onOverrun: 'end' }, "allowance.onOverrun is 'end'"],
    [{ dailyToken: 1 }, "unknown field 'dailyToken'. Did you mean 'dailyTokens'?"],
  ])('are refused as %o', (options, message) => {
    expect(() => readLimits(options as object, 'allowance')).toThrow(message)
  })
})

describe('usage', () => {
  it('is charged when it is reported, and completion charges nothing more', () => {
    const { allowance } = allowanceOf({})
    allowance.reserve('a', job('one'), 'small', noon)
    allowance.charge(job('one'), { inputTokens: 30, outputTokens: 12, costUsd: 0.5 }, noon)
    allowance.charge(job('one'), tokens(8), noon)
    allowance.settle(job('one'), 'completed', noon)
    const account = allowance.account('a', noon)
    expect(account).toMatchObject({ tokens: 50, jobs: 1, active: 0, costUsd: 0.5 })
    expect(account.tokensOf('small')).toBe(50)
  })

  it('of a failed job is returned by half, rounded down, of what this job was charged', () => {
    const { allowance, told } = allowanceOf({})
    allowance.reserve('a', job('other'), undefined, noon)
    allowance.charge(job('other'), tokens(1_000), noon)
    allowance.reserve('a', job('one'), undefined, noon)
    allowance.charge(job('one'), tokens(101), noon)
    allowance.settle(job('one'), 'failed', noon)
    expect(allowance.account('a', noon)).toMatchObject({ tokens: 1_051, active: 1 })
    expect(told.facts.at(-1)).toMatchObject({ type: 'usage.recorded', of: 'failed', returned: 50 })
  })

  it('of a killed job is returned whole, and of others nothing', () => {
    const { allowance } = allowanceOf({})
    allowance.reserve('a', job('other'), undefined, noon)
    allowance.charge(job('other'), tokens(7), noon)
    for (const id of ['one', 'two']) allowance.reserve('a', job(id), 'small', noon)
    allowance.charge(job('one'), tokens(101), noon)
    allowance.settle(job('one'), 'killed', noon)
    allowance.settle(job('two'), 'killed', noon)
    const account = allowance.account('a', noon)
    expect([account.tokens, account.active, account.tokensOf('small')]).toEqual([7, 1, 0])
  })

  it('of a job that was ended for its overrun is not returned', () => {
    const { allowance } = allowanceOf({ dailyTokens: 100 })
    allowance.reserve('a', job('one'), undefined, noon)
    expect(allowance.charge(job('one'), tokens(100), noon)).toEqual({ isOverrun: false })
    expect(allowance.charge(job('one'), tokens(1), noon)).toEqual({ isOverrun: true })
    allowance.settle(job('one'), 'overrun', noon)
    expect(allowance.account('a', noon)).toMatchObject({ tokens: 101, active: 0, jobs: 1 })
  })

  it('is an overrun of a model where that has a limit of its own', () => {
    const { allowance } = allowanceOf({ modelTokens: { small: 10 } })
    allowance.reserve('a', job('one'), 'small', noon)
    expect(allowance.charge(job('one'), { model: 'large', inputTokens: 500 }, noon)?.isOverrun).toBe(false)
    expect(allowance.charge(job('one'), tokens(11), noon)?.isOverrun).toBe(true)
  })

  it('of an attempt that was never begun counts for nothing', () => {
    const { allowance } = allowanceOf({ dailyJobs: 1 })
    allowance.reserve('a', job('one'), undefined, noon)
    allowance.settle(job('one'), 'undone', noon)
    expect(allowance.account('a', noon)).toMatchObject({ jobs: 0, active: 0 })
    expect(allowance.check('a', undefined, noon)).toBeUndefined()
  })

  it('is heard neither after settlement nor for another attempt, and settlement counts once', () => {
    const { allowance, told } = allowanceOf({})
    allowance.reserve('a', job('one'), undefined, noon)
    allowance.charge(job('one'), tokens(10), noon)
    expect(allowance.charge(job('one', 2), tokens(10), noon)).toBeUndefined()
    allowance.settle(job('one'), 'failed', noon)
    told.news()
    expect(allowance.charge(job('one'), tokens(10), noon)).toBeUndefined()
    allowance.settle(job('one'), 'killed', noon)
    expect(told.news()).toEqual([])
    expect(allowance.account('a', noon)).toMatchObject({ tokens: 5, active: 0 })
  })
})

describe('crossing a limit', () => {
  it('is told once: a warning at exactly 80 % of the tokens, and that nothing is left', () => {
    const { allowance, told } = allowanceOf({ dailyTokens: 100 })
    allowance.reserve('a', job('one'), undefined, noon)
    const after = (count: number): string[] => {
      told.news()
      allowance.charge(job('one'), tokens(count), noon)
      return told.news().filter((type) => type.startsWith('quota'))
    }
    expect(after(79)).toEqual([])
    expect(after(1)).toEqual(['quota.warning'])
    expect(after(10)).toEqual([])
    expect(after(9)).toEqual([])
    expect(after(1)).toEqual(['quota.exceeded'])
    expect(after(5)).toEqual([])
  })

  it('is told again once a refund has brought it below', () => {
    const { allowance, told } = allowanceOf({ dailyTokens: 100 })
    allowance.reserve('a', job('one'), undefined, noon)
    allowance.charge(job('one'), tokens(100), noon)
    expect(told.news()).toEqual(['usage.recorded', 'usage.recorded', 'quota.warning', 'quota.exceeded'])
    allowance.settle(job('one'), 'killed', noon)
    allowance.reserve('a', job('two'), undefined, noon)
    told.news()
    allowance.charge(job('two'), tokens(80), noon)
    expect(told.news()).toEqual(['usage.recorded', 'quota.warning'])
  })

  it('is told of each model by itself, and of jobs only when none is left', () => {
    const { allowance, told } = allowanceOf({ dailyJobs: 5, modelTokens: { small: 10 } })
    for (let taken = 0; taken < 5; taken++) {
      expect(told.news()).not.toContain('quota.exceeded')
      allowance.reserve('a', job(`${taken}`), 'small', noon)
    }
    expect(told.facts.at(-1)).toMatchObject({ type: 'quota.exceeded', limit: 'dailyJobs', used: 5, most: 5 })
    allowance.charge(job('0'), tokens(8), noon)
    expect(told.facts.at(-1)).toMatchObject({ type: 'quota.warning', limit: 'modelTokens', model: 'small' })
  })
})

describe('a day', () => {
  it('begins at 00:00 UTC with nothing spent, and with what is at work', () => {
    const { allowance } = allowanceOf({ dailyTokens: 10, dailyJobs: 1, concurrentJobs: 1 })
    allowance.reserve('a', job('one'), undefined, noon)
    allowance.charge(job('one'), tokens(10), noon)
    const next = nextDayAt(noon)
    expect(new Date(next).toISOString()).toBe('2026-01-16T00:00:00.000Z')
    expect(allowance.check('a', undefined, next - 1)?.limit).toBe('dailyTokens')
    expect(allowance.check('a', undefined, next)?.limit).toBe('concurrentJobs')
    allowance.settle(job('one'), 'completed', next)
    expect(allowance.check('a', undefined, next)).toBeUndefined()
  })

  it('that ends in the midst of a job takes along what the job was charged on it', () => {
    const { allowance } = allowanceOf({})
    const late = nextDayAt(noon) - minute
    const early = nextDayAt(noon) + minute
    allowance.reserve('a', job('one'), undefined, late)
    allowance.charge(job('one'), tokens(500), late)
    allowance.reserve('a', job('two'), undefined, early)
    allowance.charge(job('two'), tokens(40), early)
    allowance.charge(job('one'), tokens(21), early)
    allowance.settle(job('one'), 'killed', early)
    expect(allowance.account('a', early)).toMatchObject({ tokens: 40, jobs: 1, active: 1 })
  })

  it('does not come back when the clock is set back', () => {
    const { allowance } = allowanceOf({ dailyTokens: 10 })
    allowance.reserve('a', job('one'), undefined, midnight)
    allowance.charge(job('one'), tokens(10), midnight)
    expect(allowance.check('a', undefined, midnight - 1)?.limit).toBe('dailyTokens')
  })

  it('tells a crossing of its own', () => {
    const { allowance, told } = allowanceOf({ dailyTokens: 10 })
    allowance.reserve('a', job('one'), undefined, noon)
    allowance.charge(job('one'), tokens(8), noon)
    told.news()
    allowance.charge(job('one'), tokens(8), nextDayAt(noon))
    expect(told.news()).toEqual(['usage.recorded', 'quota.warning'])
  })
})

it('is brought back by its facts', () => {
  const { allowance, told } = allowanceOf({})
  for (const id of ['one', 'two', 'three']) {
    allowance.reserve('a', job(id), 'small', noon)
    allowance.charge(job(id), { inputTokens: 11, costUsd: 0.25 }, noon)
  }
  allowance.settle(job('one'), 'failed', noon)
  allowance.settle(job('two'), 'killed', noon)
  const again = new Allowance(teller().tell)
  for (const fact of told.facts) again.apply(fact as UsageFact)
  expect(again.account('a', noon)).toMatchObject({ tokens: 17, jobs: 3, active: 1, costUsd: 0.75 })
  expect(again.account('a', noon).tokensOf('small')).toBe(17)
  expect(again.open).toEqual([job('three')])
})

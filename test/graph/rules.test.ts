import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type CountsAs as Status,
  type DependencyCounts,
  evaluateRule,
  type RuleName,
  ruleNames,
} from '../../src/graph/rules.ts'

const statuses: readonly Status[] = ['completed', 'failed', 'skipped']

/** The rules word for word, over the dependencies that are settled. */
const saying: Record<RuleName, (settled: readonly Status[]) => boolean> = {
  'all-completed': (settled) => settled.every((one) => one === 'completed'),
  'all-settled': () => true,
  'all-failed': (settled) => settled.every((one) => one === 'failed'),
  'all-skipped': (settled) => settled.every((one) => one === 'skipped'),
  'any-completed': (settled) => settled.some((one) => one === 'completed'),
  'any-failed': (settled) => settled.some((one) => one === 'failed'),
  'any-settled': (settled) => settled.length > 0,
  'none-failed': (settled) => settled.every((one) => one !== 'failed'),
  'none-failed-min-one-completed': (settled) =>
    settled.every((one) => one !== 'failed') && settled.some((one) => one === 'completed'),
  'none-skipped': (settled) => settled.every((one) => one !== 'skipped'),
  always: () => true,
}

const isEarly = (rule: RuleName): boolean => rule === 'always' || rule.startsWith('any-')

const count = (settled: readonly Status[], needs: number): DependencyCounts => ({
  needs,
  completed: settled.filter((one) => one === 'completed').length,
  failed: settled.filter((one) => one === 'failed').length,
  skipped: settled.filter((one) => one === 'skipped').length,
})

function endingsOf(settled: readonly Status[], needs: number): (readonly Status[])[] {
  if (settled.length === needs) return [settled]
  return statuses.flatMap((next) => endingsOf([...settled, next], needs))
}

const anyRule = fc.constantFrom(...ruleNames)
const anyMoment = fc.integer({ min: 1, max: 5 }).chain((needs) =>
  fc.record({
    needs: fc.constant(needs),
    settled: fc.array(fc.constantFrom(...statuses), { maxLength: needs }),
  }),
)

const isImpossible = (rule: RuleName, settled: readonly Status[], needs: number): boolean =>
  endingsOf(settled, needs).every((ending) => !saying[rule](ending))

describe('a rule over some settled dependencies', () => {
  it('can no longer be met exactly when no way in which the others may settle meets it', () => {
    fc.assert(
      fc.property(anyRule, anyMoment, (rule, { needs, settled }) => {
        const state = evaluateRule(rule, count(settled, needs))
        expect(state === 'never' || state === 'hopeless').toBe(isImpossible(rule, settled, needs))
      }),
      { numRuns: 1_000 },
    )
  })

  it('is only hopeless while others are open and skips alone are to blame', () => {
    fc.assert(
      fc.property(anyRule, anyMoment, (rule, { needs, settled }) => {
        const ran = settled.filter((one) => one !== 'skipped')
        const isBySkipsAlone =
          settled.length < needs && isImpossible(rule, settled, needs) && !isImpossible(rule, ran, needs)
        expect(evaluateRule(rule, count(settled, needs)) === 'hopeless').toBe(isBySkipsAlone)
      }),
      { numRuns: 1_000 },
    )
  })

  it('is met once it holds: early rules at any moment, the others when all are settled', () => {
    fc.assert(
      fc.property(anyRule, anyMoment, (rule, { needs, settled }) => {
        const due = isEarly(rule) || settled.length === needs
        expect(evaluateRule(rule, count(settled, needs)) === 'met').toBe(due && saying[rule](settled))
      }),
      { numRuns: 1_000 },
    )
  })

  it('keeps what it has decided', () => {
    fc.assert(
      fc.property(anyRule, anyMoment, (rule, { needs, settled }) => {
        const states = [0, ...settled.keys()].map((_, length) =>
          evaluateRule(rule, count(settled.slice(0, length), needs)),
        )
        const inOrder = (['open', 'hopeless'] as const).flatMap((early) =>
          states.filter((state) => state === early),
        )
        const decided = states.slice(inOrder.length)
        expect(states).toEqual([...inOrder, ...decided.map(() => decided[0])])
        if (states.includes('hopeless')) expect(decided).not.toContain('met')
      }),
    )
  })

  it('is decided when all of them are settled', () => {
    fc.assert(
      fc.property(anyRule, fc.array(fc.constantFrom(...statuses), { minLength: 1 }), (rule, settled) => {
        expect(['met', 'never']).toContain(evaluateRule(rule, count(settled, settled.length)))
      }),
    )
  })
})

describe('a task without dependencies', () => {
  it.each(ruleNames)('has its rule met: %s', (rule) => {
    expect(evaluateRule(rule, { needs: 0, completed: 0, failed: 0, skipped: 0 })).toBe('met')
  })
})

describe('a first failure among three dependencies', () => {
  it.each([
    ['all-completed', 'never'],
    ['all-settled', 'open'],
    ['all-failed', 'open'],
    ['all-skipped', 'never'],
    ['any-completed', 'open'],
    ['any-failed', 'met'],
    ['any-settled', 'met'],
    ['none-failed', 'never'],
    ['none-failed-min-one-completed', 'never'],
    ['none-skipped', 'open'],
    ['always', 'met'],
  ] as const)('leaves %s %s', (rule, state) => {
    expect(evaluateRule(rule, { needs: 3, completed: 0, failed: 1, skipped: 0 })).toBe(state)
  })
})

describe('a first skip among three dependencies', () => {
  it.each([
    ['all-completed', 'hopeless'],
    ['all-settled', 'open'],
    ['all-failed', 'hopeless'],
    ['all-skipped', 'open'],
    ['any-completed', 'open'],
    ['any-failed', 'open'],
    ['any-settled', 'met'],
    ['none-failed', 'open'],
    ['none-failed-min-one-completed', 'open'],
    ['none-skipped', 'hopeless'],
    ['always', 'met'],
  ] as const)('leaves %s %s', (rule, state) => {
    expect(evaluateRule(rule, { needs: 3, completed: 0, failed: 0, skipped: 1 })).toBe(state)
  })
})

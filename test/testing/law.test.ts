import { anyFaults, anySchedule, law, type LawOptions, type LawOutcome } from 'dagmar/testing'
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { dag } from '../../src/index.ts'
import type { Breach } from '../../src/testing.ts'

let tried = 0

// As users of Vitest call it, with nothing but name, arbitrary and check.
law('a law without options is a test of the framework that runs it', fc.nat(), () => {
  tried++
})

/** What the test of a law does. */
async function outcomeOf<Case>(
  arbitrary: fc.Arbitrary<Case>,
  check: (given: Case) => LawOutcome | Promise<LawOutcome>,
  options: LawOptions<Case> = {},
): Promise<string> {
  let body: (() => Promise<void>) | undefined
  law('the law', arbitrary, check, {
    ...options,
    test: (_, own) => {
      body = own
    },
  })
  return body!().then(
    () => 'holds',
    (thrown: unknown) => (thrown as Error).message,
  )
}

describe('a law that holds', () => {
  it('returns nothing, true or an empty list, at once or later', async () => {
    for (const outcome of [undefined, true, []]) {
      expect(await outcomeOf(fc.nat(), () => outcome)).toBe('holds')
      expect(await outcomeOf(fc.nat(), async () => outcome)).toBe('holds')
    }
  })

  it('is tried as often as asked for, with the examples first', async () => {
    const seen: number[] = []
    await outcomeOf(fc.nat(), (given) => void seen.push(given), { runs: 7, examples: [4, 2] })
    expect(seen).toHaveLength(7)
    expect(seen.slice(0, 2)).toEqual([4, 2])
  })

  it('passes over cases that fc.pre refuses', async () => {
    expect(await outcomeOf(fc.nat(), (given) => fc.pre(given % 2 === 0))).toBe('holds')
  })
})

describe('a law that is broken', () => {
  it('fails with the smallest case, what was wrong, and the seed that brings it back', async () => {
    const text = await outcomeOf(fc.array(fc.nat()), (list) => list.length < 3, { seed: 1 })
    expect(text).toContain('The law does not hold: the law')
    expect(text).toMatch(/Case \d+ broke it, shrunk \d+ times\. Again: \{ seed: 1, path: '[\d:]+' \}/)
    expect(text).toContain('The case:\n  [0,0,0]')
    const path = /path: '([\d:]+)'/.exec(text)![1]!
    const again: number[][] = []
    await outcomeOf(fc.array(fc.nat()), (list) => void again.push(list), { seed: 1, path })
    expect(again[0]).toEqual([0, 0, 0])
  })

  it('is one whose check throws, rejects, or names what is broken', async () => {
    const breach: Breach = {
      guarantee: 2,
      words: 'A task has at most one live attempt.',
      runId: 'run',
      message: 'attempt 2 began while attempt 1 was live',
      story: '#1  +0 ms  task.ready\n#2  +0 ms  task.dispatched',
    }
    const wrongs = [
      () => {
        throw new Error('thrown')
      },
      () => Promise.reject(new Error('rejected')),
      () => ['a sentence', breach],
      () => false,
      () => 'one bad thing',
    ]
    const texts = await Promise.all(wrongs.map((wrong) => outcomeOf(fc.constant(0), wrong)))
    expect(texts[0]).toContain('  thrown')
    expect(texts[1]).toContain('  rejected')
    expect(texts[2]).toContain('  a sentence\n  Guarantee 2 is broken: A task has at most one live attempt.')
    expect(texts[2]).toContain('    #2  +0 ms  task.dispatched')
    expect(texts[3]).toContain('  The check returned false.')
    expect(texts[4]).toContain('What was wrong:\n  one bad thing')
  })

  it.each([
    [{ ok: true }, 'an object'],
    [null, 'null'],
    [7, '7'],
    ['', 'an empty text'],
    [[{ ok: true }], 'a list with an object in it'],
  ])('is one whose check returns %j, which says nothing', async (returned, words) => {
    const text = await outcomeOf(fc.constant(0), () => returned as LawOutcome)
    expect(text).toContain(
      `The check returned ${words}, but it may return true or nothing where the law holds, else false, a text that says what is wrong, or a list of texts and breaches.`,
    )
  })

  it('tells each part of its case on lines of its own, in the words of the part', async () => {
    const shop = dag('shop').task('build', () => 1)
    const cases = fc.record({ faults: anyFaults(shop), schedule: anySchedule(shop), count: fc.nat() })
    const text = await outcomeOf(cases, ({ faults }) => faults.length === 0, { seed: 1 })
    expect(text).toMatch(/The case:\n {2}faults:\n {4}- \S.*\n {2}schedule: build 0 ms\n {2}count: 0\n/)
    const pair = fc.tuple(
      anyFaults(shop, { kinds: ['hangs'], maxAttempt: 1 }),
      fc.record({ a: fc.constant('x') }),
    )
    expect(await outcomeOf(pair, ([faults]) => faults.length === 0, { seed: 1 })).toContain(
      'The case:\n  [0]:\n    - attempt 1 of build falls silent and never ends\n  [1]: {"a":"x"}\n',
    )
  })

  it('says so where no case was good enough to try', async () => {
    expect(await outcomeOf(fc.nat(), () => fc.pre(false))).toContain('too many pre-condition failures')
  })
})

describe('the options of a law', () => {
  it.each([
    [{ sed: 5 }, "has an unknown field 'sed'. Did you mean 'seed'?"],
    [{ runs: 0 }, 'runs is 0'],
    [{ seed: 'x' }, "seed is 'x'"],
    [{ path: 3 }, 'path is 3'],
    [{ examples: 4 }, 'examples is 4'],
    [{ timeoutMs: -1 }, 'timeoutMs is -1'],
    [{ test: 'it' }, "test is 'it'"],
  ])('are refused as %j', (options, said) => {
    const register = (): void => law('x', fc.nat(), () => true, options as LawOptions<number>)
    expect(register).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(said) }),
    )
  })
})

describe('the test framework of a law', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  it.each(['test', 'it'])('is the one that has a global %s, as Jest has', async (name) => {
    const register = vi.fn<(name: string, body: () => Promise<void>, timeoutMs: number) => void>()
    vi.stubGlobal(name, register)
    law('a law', fc.nat(), () => true, { timeoutMs: 5 })
    expect(register).toHaveBeenCalledExactlyOnceWith('a law', expect.any(Function), 5)
    await register.mock.calls[0]![1]()
  })
})

describe('the law without options above', () => {
  it('has been tried as often as laws are', () => {
    expect(tried).toBe(Number(process.env['DAGMAR_LAW_RUNS'] ?? 100))
  })
})

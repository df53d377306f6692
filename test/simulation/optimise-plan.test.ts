import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plan } from 'dagmar'
import { optimise, simulate } from 'dagmar/simulation'
import { anyBound } from '../scheduling/any-problem.ts'

describe('an optimised plan', () => {
  it('takes as long as was promised, by the real machines, with pools, capacities and priorities', async () => {
    await fc.assert(
      fc.asyncProperty(anyBound(), async ({ plan: of, ...limits }) => {
        const found = optimise(of, { ...limits, effort: 100 })
        expect((await simulate(found.plan, limits)).makespanMs).toBe(found.makespanMs)
        // The plan itself has its list looked for when it starts.
        const own = await simulate(of, { ...limits, optimise: { effort: 100 } })
        expect(own.makespanMs).toBe(found.makespanMs)
        const byPath = await simulate(of, { ...limits, order: 'critical-path' })
        expect(found.makespanMs).toBeLessThanOrEqual(byPath.makespanMs)
      }),
    )
  }, 60_000)

  it('is bound by no less than what the simulation of it says, so that the two never contradict each other', async () => {
    await fc.assert(
      fc.asyncProperty(anyBound({ most: 40 }), async ({ plan: of, ...limits }) => {
        const found = optimise(of, { ...limits, effort: 50 })
        const { bounds } = await simulate(found.plan, limits)
        for (const { leastMs } of bounds)
          expect(found.lowerBoundMs).toBeGreaterThanOrEqual(leastMs * (1 - 1e-9))
        expect(found.lowerBoundMs).toBeLessThanOrEqual(found.makespanMs)
      }),
    )
  }, 60_000)

  it('keeps its list whatever it is run with', async () => {
    const tasks = Object.fromEntries(
      [3, 3, 2, 2, 2].map((estimate, index) => [`t${index}`, { estimate, run: () => undefined }]),
    )
    const { plan: best, ...found } = optimise(plan({ name: 'five', tasks }), { concurrency: 2 })
    expect(found).toMatchObject({ makespanMs: 6, lowerBoundMs: 6, isOptimal: true, truncated: false })
    const oneByOne = await simulate(best, { concurrency: 1 })
    const started = oneByOne.tasks.toSorted((a, b) => a.startAt - b.startAt).map(({ id }) => id)
    const listed = best.tasks
      .toSorted((a, b) => best.rank[a.index]! - best.rank[b.index]!)
      .map(({ id }) => id)
    expect(started).toEqual(listed)
  })

  it('is not made of options that make no sense', () => {
    const of = plan({ name: 'one', tasks: { a: { run: () => undefined } } })
    expect(() => optimise(of, { effort: -1 })).toThrow('optimise.effort is -1')
    expect(() => optimise(of, { timeCap: 0 })).toThrow('optimise.timeCap is 0, but it must be more than 0')
    expect(() => optimise(of, { concurrency: 0 })).toThrow('concurrency is 0')
    expect(() => optimise(of, { pools: { x: 1 } })).toThrow("pools has 'x', but no task uses such a pool.")
    expect(() => optimise(of, { efort: 1 } as never)).toThrow("Did you mean 'effort'?")
    expect(() => plan({ name: 'one', tasks: {}, optimise: { seed: 0.5 } })).toThrow('optimise.seed is 0.5')
  })
})

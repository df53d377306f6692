import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plan, type Plan } from 'dagmar'
import { staticRank } from '../../src/graph/critical-path.ts'
import { lowerBound } from '../../src/scheduling/optimise/lower-bound.ts'
import { listScheduler } from '../../src/scheduling/optimise/list-schedule.ts'
import { optimisedRank } from '../../src/scheduling/optimise/optimised-rank.ts'
import { problemOf } from '../../src/scheduling/optimise/problem-of.ts'
import { longestPaths, reversed } from '../../src/scheduling/optimise/problem.ts'
import { anyBound, type Bound } from './any-problem.ts'
import { shortest } from './shortest.ts'

const limitsOf = ({ concurrency, pools, capacities }: Bound) => ({
  slots: concurrency,
  pools: [pools],
  capacities,
})
const never = () => 0
const run = (): undefined => undefined

const found = (bound: Bound, effort = 200, seed = 1) =>
  optimisedRank(bound.plan, limitsOf(bound), { effort, seed, timeCapMs: 1 }, never)

const planned = (tasks: Readonly<Record<string, readonly [estimate: number, ...needs: string[]]>>): Plan =>
  plan({
    name: 'planned',
    order: 'optimised',
    tasks: Object.entries(tasks).map(([id, [estimate, ...needs]]) => [id, { estimate, needs, run }] as const),
  })

const onTwo = (of: Plan) => ({ plan: of, concurrency: 2, pools: {}, capacities: {} })

describe('an optimised order', () => {
  it('never takes longer than that by critical path', () => {
    fc.assert(
      fc.property(anyBound(), (bound) => {
        const none = found(bound, 0)
        expect(none.rank).toEqual(staticRank(bound.plan.tasks, 'critical-path'))
        expect(found(bound).makespan).toBeLessThanOrEqual(none.makespan)
      }),
    )
  })

  it('is the same for the same effort and seed', () => {
    fc.assert(
      fc.property(anyBound(), fc.integer({ min: 0, max: 1000 }), (bound, seed) => {
        expect(found(bound, 100, seed)).toEqual(found(bound, 100, seed))
      }),
    )
  })

  it('never puts a task before one of higher priority', () => {
    fc.assert(
      fc.property(anyBound(), (bound) => {
        const { rank } = found(bound)
        const listed = bound.plan.tasks.toSorted((a, b) => rank[a.index]! - rank[b.index]!)
        const priorities = listed.map(({ priority }) => priority)
        expect(priorities).toEqual(priorities.toSorted((a, b) => b - a))
      }),
    )
  })

  it('makes the schedule that it promises', () => {
    fc.assert(
      fc.property(anyBound(), (bound) => {
        const problem = problemOf(bound.plan.tasks, limitsOf(bound))
        const { rank, makespan } = found(bound)
        // Of equal rank there are none but in the order to begin with.
        fc.pre(new Set(rank).size === rank.length)
        const tails = longestPaths(reversed(problem))
        expect(listScheduler(problem, tails).schedule(rank, Number.POSITIVE_INFINITY)).toBe(makespan)
      }),
    )
  })

  it('is nearly always the shortest that tries everything without idling', () => {
    const missed: number[] = []
    let all = 0
    fc.assert(
      fc.property(anyBound({ most: 7, hasLimits: false }), (bound) => {
        const least = shortest(bound.plan, bound.concurrency, false)
        const { makespan } = found(bound, 2000)
        all++
        if (makespan !== least) missed.push(makespan - least)
        expect(makespan).toBeGreaterThanOrEqual(least)
      }),
      { numRuns: 300 },
    )
    expect(missed.length).toBeLessThan(all * 0.02)
  })

  it('beats the critical path where that goes for the long chain too early', () => {
    // By critical path long and chain start, and the four short ones wait; they fit beside long if chain waits.
    const bound = onTwo(planned({ a: [3], b: [3], c: [2], d: [2], e: [2] }))
    expect(found(bound, 0).makespan).toBe(7)
    expect(found(bound)).toMatchObject({ makespan: 6, lowerBound: 6, isOptimal: true })
  })
})

describe('a schedule by a list', () => {
  it('is given up where it takes longer than is asked for, and only there', () => {
    fc.assert(
      fc.property(anyBound(), (bound) => {
        const problem = problemOf(bound.plan.tasks, limitsOf(bound))
        const { schedule } = listScheduler(problem, longestPaths(reversed(problem)))
        const rank = Int32Array.from(bound.plan.tasks.keys())
        const makespan = schedule(rank, Number.POSITIVE_INFINITY)
        expect(schedule(rank, makespan)).toBe(makespan)
        if (makespan > 0) expect(schedule(rank, makespan - 1)).toBe(Number.POSITIVE_INFINITY)
      }),
    )
  })
})

describe('its lower bound', () => {
  it('is never above the shortest schedule there is, with idling', () => {
    const durations = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.double({ min: 0, max: 9, noNaN: true }))
    fc.assert(
      fc.property(anyBound({ most: 6, hasLimits: false, durations }), (bound) => {
        const { lowerBound, isOptimal, makespan } = found(bound, 20)
        const least = shortest(bound.plan, bound.concurrency, true)
        expect(lowerBound).toBeLessThanOrEqual(least * (1 + 1e-9))
        if (isOptimal) expect(makespan).toBeCloseTo(least, 6)
      }),
      { numRuns: 300 },
    )
  })

  const larger = { most: 70, durations: fc.integer({ min: 0, max: 100 }) }

  it('is never above the best schedule that is found, with pools and capacities and in larger dags', () => {
    fc.assert(
      fc.property(anyBound(larger), (bound) => {
        const problem = problemOf(bound.plan.tasks, limitsOf(bound))
        const [heads, tails] = [longestPaths(problem), longestPaths(reversed(problem))]
        // Before it is cut to the makespan.
        const { makespan } = found(bound)
        expect(lowerBound(problem, heads, tails, true)).toBeLessThanOrEqual(makespan)
        expect(lowerBound(problem, heads, tails, false)).toBeLessThanOrEqual(makespan)
      }),
    )
  })

  it('is no less than each of its parts: the longest path, and the work of each resource over its amount', () => {
    fc.assert(
      fc.property(anyBound({ ...larger, most: 200 }), (bound) => {
        const problem = problemOf(bound.plan.tasks, limitsOf(bound))
        const [heads, tails] = [longestPaths(problem), longestPaths(reversed(problem))]
        const least = lowerBound(problem, heads, tails, true)
        const works = [problem.slots, ...problem.totals].map((amount, resource) => {
          const held = (lane: number): number => (resource === 0 ? 1 : problem.needs[lane]![resource - 1]!)
          const work = problem.durations.reduce(
            (sum, one, task) => sum + one * held(problem.laneOf[task]!),
            0,
          )
          return work / amount
        })
        for (const part of [Math.max(...heads), ...works])
          expect(least).toBeGreaterThanOrEqual(part * (1 - 1e-9))
        expect(least).toBeGreaterThanOrEqual(lowerBound(problem, heads, tails, false))
      }),
      { numRuns: 40 },
    )
  }, 60_000)

  it('does not lose the work bound where a large dag has too many instants to look at', () => {
    const tasks = Array.from({ length: 3_000 }, (_, index) => {
      const needs = index < 40 ? [] : [`t${index - 40}`]
      return [
        `t${index}`,
        { estimate: 1_000 + ((index * 7_919) % 997), needs, run: () => undefined },
      ] as const
    })
    const of = plan({ name: 'large', tasks })
    const work = of.tasks.reduce((sum, { estimateMs }) => sum + estimateMs!, 0)
    const { lowerBound: least } = found({ plan: of, concurrency: 8, pools: {}, capacities: {} }, 0)
    expect(least).toBeGreaterThanOrEqual(work / 8)
  })

  it('sees that slots stand idle before there is enough to do, and when little is left', () => {
    // The first half is a tree that opens; of the second half each task needs one of the tasks before it.
    const size = 2_000
    const tasks = Array.from({ length: size }, (_, index) => {
      const need = index < size / 2 ? (index - 1) >> 1 : 2 * index - size
      const needs = index === 0 ? [] : [`t${need}`]
      return [`t${index}`, { estimate: 5 + ((index * 7_919) % 20), needs, run }] as const
    })
    const of = plan({ name: 'tree', tasks })
    const { lowerBound: least, makespan } = found(
      { plan: of, concurrency: 16, pools: {}, capacities: {} },
      500,
    )
    expect(makespan / least).toBeLessThan(1.01)
  })

  it('counts what pools and executors can do at once', () => {
    const tasks = ['a', 'b', 'c', 'd'].map(
      (id) => [id, { estimate: 5, uses: { gpu: 2 }, executor: 'remote', run }] as const,
    )
    const of = plan({ name: 'gpus', pools: { gpu: 4 }, tasks })
    expect(found({ plan: of, concurrency: 4, pools: { gpu: 4 }, capacities: {} }).lowerBound).toBe(10)
    expect(found({ plan: of, concurrency: 4, pools: { gpu: 4 }, capacities: { remote: 1 } })).toMatchObject({
      lowerBound: 20,
      isOptimal: true,
    })
  })

  it('sees work that comes too close together in the middle', () => {
    const middle = ['m1', 'm2', 'm3', 'm4', 'm5']
    const of = planned({
      first: [10],
      ...Object.fromEntries(middle.map((id) => [id, [4, 'first']])),
      last: [10, ...middle],
    } as Parameters<typeof planned>[0])
    expect(found(onTwo(of))).toMatchObject({ makespan: 32, lowerBound: 30 })
  })
})

describe('a search', () => {
  const hard = onTwo(planned({ a: [3], b: [3], c: [2], d: [2], e: [2, 'a'], f: [1, 'a', 'b'], g: [4, 'c'] }))

  it('that is out of time gives what it has, and says so', () => {
    let now = 0
    const settings = { effort: 1e9, seed: 1, timeCapMs: 10 }
    const bound = onTwo(
      planned({ first: [1], m: [4, 'first'], n: [4, 'first'], o: [4, 'first'], p: [1, 'm', 'n', 'o'] }),
    )
    const { truncated, evaluations } = optimisedRank(bound.plan, limitsOf(bound), settings, () => now++)
    expect(truncated).toBe(true)
    expect(evaluations).toBeLessThan(30)
  })

  it('ends at the first list that is proven to be the best', () => {
    const { isOptimal, evaluations } = found(hard, 1e9)
    expect(isOptimal).toBe(true)
    expect(evaluations).toBeLessThan(1000)
  })

  it('of no tasks finds no time', () => {
    const empty = { plan: planned({}), concurrency: 2, pools: {}, capacities: {} }
    expect(found(empty)).toMatchObject({ makespan: 0, lowerBound: 0, isOptimal: true })
  })
})

describe('the tasks that an order is looked for', () => {
  it('count as the median of the others without an estimate, and take no time where they would be skipped', () => {
    const { tasks } = plan({
      name: 'rules',
      tasks: {
        a: { estimate: 2, run },
        b: { estimate: 6, run },
        guess: { run },
        repair: { needs: ['a'], when: 'any-failed', estimate: 9, run },
        after: { needs: ['repair'], when: 'all-settled', estimate: 1, run },
        always: { needs: ['b'], when: 'always', estimate: 1, run },
      },
    })
    const problem = problemOf(tasks, { slots: 2, pools: [], capacities: {} })
    expect([...problem.durations]).toEqual([2, 6, 2, 0, 1, 1])
    expect([...longestPaths(problem)]).toEqual([2, 6, 2, 0, 3, 1])
  })
})

import {
  anyDag,
  anyFaults,
  anyPlan,
  anySchedule,
  anyTaskOptions,
  checkInvariants,
  type Shape,
} from 'dagmar/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRuntime, type Plan, plan as planFrom } from '../../src/index.ts'

const needsOf = (plan: Plan): readonly (readonly number[])[] => plan.tasks.map(({ needs }) => needs)

/** What fast-check reports of the smallest case. */
function smallest<Case>(
  arbitrary: fc.Arbitrary<Case>,
  isFine: (given: Case) => boolean,
): { case: Case; text: string } {
  const details = fc.check(fc.property(arbitrary, isFine), { numRuns: 2_000, seed: 3 })
  if (details.counterexample === null) throw new Error('every case was fine')
  return { case: details.counterexample[0], text: fc.stringify(details.counterexample[0]) }
}

describe('a random plan', () => {
  it('is one that plan() takes, of as many tasks as asked for', () => {
    fc.assert(
      fc.property(anyPlan({ minTasks: 2, maxTasks: 5, taskOptions: anyTaskOptions() }), (plan) => {
        expect(plan.tasks.length).toBeGreaterThanOrEqual(2)
        expect(plan.tasks.length).toBeLessThanOrEqual(5)
        for (const { needs, index } of plan.tasks) for (const need of needs) expect(need).toBeLessThan(index)
      }),
    )
  })

  it.each<[Shape, (needs: readonly number[], index: number, count: number) => boolean]>([
    ['wide', (needs) => needs.length === 0],
    [
      'chain',
      (needs, index) => needs.length === (index === 0 ? 0 : 1) && needs.every((need) => need === index - 1),
    ],
    ['tree', (needs, index) => needs.length === (index === 0 ? 0 : 1)],
    [
      'diamond',
      (needs, index, count) =>
        index === 0 ||
        (index < count - 1 || index === 1
          ? needs.length === 1 && needs[0] === 0
          : needs.length === count - 2),
    ],
    [
      'layered',
      (needs, index, count) =>
        index < Math.max(2, Math.ceil(Math.sqrt(count))) ? needs.length === 0 : needs.length > 0,
    ],
  ])('has the shape %s', (shape, fits) => {
    fc.assert(
      fc.property(anyPlan({ shape, maxTasks: 12 }), (plan) => {
        for (const [index, needs] of needsOf(plan).entries())
          expect(fits(needs, index, plan.tasks.length)).toBe(true)
      }),
    )
  })

  it('may be large', () => {
    const [plan] = fc.sample(anyPlan({ minTasks: 400, maxTasks: 500, shape: 'layered' }), 1)
    expect(plan!.tasks.length).toBeGreaterThanOrEqual(400)
  })

  it('shrinks to the tasks and options that matter', () => {
    const found = smallest(
      anyPlan({ maxTasks: 20, taskOptions: anyTaskOptions() }),
      (plan) => !plan.tasks.some(({ policy, needs }) => policy.onFailure === 'ask' && needs.length === 1),
    )
    expect(found.text).toBe('random: 2 tasks\n  t0\n  t1 ← t0 (onFailure ask)')
  })

  it('runs, as a dag of handlers that return, and keeps the guarantees', async () => {
    await fc.assert(
      fc.asyncProperty(anyDag(), async (dag) => {
        const run = createRuntime().dispatch(dag)
        const { status, outputs } = await run.result
        expect(status).toBe('completed')
        expect(outputs).toMatchObject({ t0: 'output of t0' })
        expect(checkInvariants(run, dag, { concurrency: 4, ended: true })).toEqual([])
      }),
    )
  })

  it('does what it is given to do', async () => {
    const [dag] = fc.sample(anyDag({ shape: 'chain', run: (taskId) => async () => taskId.toUpperCase() }), 1)
    expect((await createRuntime().dispatch(dag!).result).outputs).toMatchObject({ t0: 'T0' })
  })
})

describe('random task options', () => {
  it('are options of a plan, within the pools and executors they are given', () => {
    const options = anyTaskOptions({ pools: { gpu: 3 }, executors: ['far'], isRoot: true })
    const seen = new Set<unknown>()
    fc.assert(
      fc.property(options, (own) => {
        const made = planFrom({ name: 'one', pools: { gpu: 3 }, tasks: { a: { ...own, run: () => 1 } } })
        seen.add(made.tasks[0]!.executor).add(made.tasks[0]!.uses['gpu'])
      }),
    )
    expect(seen).toEqual(new Set(['inline', 'far', undefined, 1, 2, 3]))
  })
})

describe('random faults and schedules', () => {
  const [plan] = fc.sample(anyPlan({ minTasks: 3, maxTasks: 3 }), 1) as [Plan]

  it('are of the kinds asked for, at most as many as asked for, about tasks of the dag', () => {
    const kinds = new Set<string>()
    fc.assert(
      fc.property(anyFaults(plan, { maxFaults: 2, kinds: ['fails', 'killed'] }), (faults) => {
        expect(faults.length).toBeLessThanOrEqual(2)
        for (const fault of faults) {
          kinds.add(fault.kind)
          if ('taskId' in fault) expect(['t0', 't1', 't2']).toContain(fault.taskId)
        }
      }),
    )
    expect(kinds).toEqual(new Set(['fails', 'killed']))
  })

  it('are of every kind where nothing is said', () => {
    const kinds = fc
      .sample(anyFaults(plan), { numRuns: 1_000, seed: 1 })
      .flatMap((faults) => faults.map(({ kind }) => kind))
    expect(new Set(kinds).size).toBe(13)
  })

  it('shrink to the one that matters, and print as a sentence', () => {
    const found = smallest(anyFaults(plan), (faults) => !faults.some(({ kind }) => kind === 'hangs'))
    expect(found.text).toBe('- attempt 1 of t0 falls silent and never ends')
  })

  it('shrink to no length for any task but those that matter', () => {
    const found = smallest(anySchedule(plan), ({ t1 }) => t1!.run < 35)
    expect(found.text).toBe('t0 0 ms · t1 35 ms · t2 0 ms')
  })

  it('of a dag without tasks are none', () => {
    const empty = planFrom({ name: 'empty', tasks: {} })
    expect(fc.sample(anyFaults(empty), 3)).toEqual([[], [], []])
    expect(fc.sample(anySchedule(empty), 1)).toEqual([{}])
  })
})

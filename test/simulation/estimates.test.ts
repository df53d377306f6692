import { describe, expect, it } from 'vitest'
import { createRuntime, dag, type Fact, SimulatedClock } from 'dagmar'
import { estimatesFrom, simulate, withEstimates } from 'dagmar/simulation'
import { promisesSettled } from '../../src/time/simulated-clock.ts'
import { planned, refusalOf } from './planned.ts'

/** The facts of a run of tasks that last as long as they are told to, by task and attempt. */
async function factsOf(lasting: Readonly<Record<string, readonly number[]>>): Promise<readonly Fact[]> {
  const clock = new SimulatedClock(1_000)
  const tasks = Object.entries(lasting).reduce(
    (all, [id, lengths]) =>
      all.task(id, { retry: { maxAttempts: lengths.length, backoff: { base: 50 } } }, async ({ attempt }) => {
        await new Promise<void>((resolve) => clock.setTimeout(resolve, lengths[attempt - 1]!))
        if (attempt < lengths.length) throw new Error('again')
      }) as never,
    dag('lasting'),
  )
  const run = createRuntime({ clock }).dispatch(tasks)
  const facts: Fact[] = []
  run.events$.subscribe((fact) => facts.push(fact))
  await promisesSettled()
  while (clock.fireNext()) await promisesSettled()
  await run.result
  return facts
}

describe('estimates from facts', () => {
  it('are what each task took from its start to its completion, without failed attempts and waits', async () => {
    expect(estimatesFrom(await factsOf({ quick: [30], shaky: [500, 70] }))).toEqual({ quick: 30, shaky: 70 })
  })

  it('are the medians over several runs', async () => {
    const runs = await Promise.all([30, 90, 40].map((ms) => factsOf({ build: [ms] })))
    expect(estimatesFrom(runs)).toEqual({ build: 40 })
    expect(estimatesFrom(runs.slice(0, 2))).toEqual({ build: 60 })
    expect(estimatesFrom(runs.flat())).toEqual({ build: 40 })
  })

  it('leave out what never completed', async () => {
    const facts = await factsOf({ build: [30] })
    expect(estimatesFrom(facts.filter(({ type }) => type !== 'task.completed'))).toEqual({})
    expect(estimatesFrom(facts.filter(({ type }) => type !== 'task.started'))).toEqual({})
    expect(estimatesFrom([])).toEqual({})
  })

  it.each([
    [
      'the handle of a run',
      { id: 'r', story: () => [], events$: {} },
      'estimatesFrom is given an object, but',
    ],
    ['null', null, 'estimatesFrom is given null, but'],
    ['a text', 'facts.jsonl', "estimatesFrom is given 'facts.jsonl', but"],
    ['a list of handles', [{ id: 'r', story: () => [] }], 'estimatesFrom is given an object, but'],
    ['a list of lists of something else', [[1]], 'estimatesFrom is given 1, but'],
  ])('are refused for %s', (_, given, message) => {
    const thrown = (() => {
      try {
        return estimatesFrom(given as never)
      } catch (error) {
        return error
      }
    })()
    expect(thrown).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(message),
      hint: expect.stringContaining('give its facts: '),
    })
  })

  it('are what a simulation takes its durations from', async () => {
    const durations = estimatesFrom(await factsOf({ a: [30], b: [70] }))
    const next = planned({ a: {}, b: { needs: ['a'] }, c: { estimate: 5, needs: ['b'] } })
    expect(await simulate(next, { durations })).toMatchObject({ makespanMs: 105 })
  })
})

describe('a plan with estimates', () => {
  const unknown = planned({ small: {}, large: {}, own: { estimate: 40 } }, { concurrency: 1, order: 'fifo' })

  it('starts the longest chain first, for they are what its order is made of', async () => {
    const known = withEstimates(unknown, { small: 10, large: '90ms', gone: 1 })
    const { tasks } = await simulate(known)
    expect(tasks.map(({ id, startAt }) => [id, startAt])).toEqual([
      ['small', 130],
      ['large', 0],
      ['own', 90],
    ])
    expect(known.order).toBe('critical-path')
    expect(unknown.tasks[0]!.estimateMs).toBeUndefined()
  })

  it('keeps another order where it is told to', () => {
    const known = withEstimates(unknown, { small: 10, large: 90 }, { order: 'fifo' })
    expect([...known.rank]).toEqual([0, 0, 0])
    expect(known.tasks.map(({ estimateMs }) => estimateMs)).toEqual([10, 90, 40])
  })

  it('is what a runtime runs in that order', async () => {
    const known = withEstimates(unknown, { small: 10, large: 90 })
    const started: string[] = []
    const run = createRuntime().dispatch(known)
    run.events$.subscribe((fact) => {
      if (fact.type === 'task.started') started.push(fact.taskId)
    })
    expect((await run.result).status).toBe('completed')
    expect(started).toEqual(['large', 'own', 'small'])
  })

  it('is refused for what is no length of time', async () => {
    expect(await refusalOf(() => withEstimates(unknown, { small: -1 }))).toContain(
      'estimates.small is -1, which is not',
    )
    expect(await refusalOf(() => withEstimates(unknown, { small: Number.POSITIVE_INFINITY }))).toContain(
      'finite',
    )
    expect(await refusalOf(() => withEstimates(unknown, null as never))).toContain('estimates is null, but')
    expect(await refusalOf(() => withEstimates(unknown, {}, { odrer: 'fifo' } as never))).toContain(
      "Did you mean 'order'?",
    )
  })
})

import { describe, expect, it } from 'vitest'
import { dag } from 'dagmar'
import { simulate, type Simulation } from 'dagmar/simulation'
import { planned, refusalOf } from './planned.ts'

const taskOf = ({ tasks }: Simulation, id: string) => tasks.find((task) => task.id === id)!
const startsOf = ({ tasks }: Simulation) => Object.fromEntries(tasks.map(({ id, startAt }) => [id, startAt]))

const diamond = planned({
  first: { estimate: '1s' },
  long: { estimate: '5s', needs: ['first'] },
  short: { estimate: '2s', needs: ['first'] },
  last: { estimate: '1s', needs: ['long', 'short'] },
})

describe('a simulated run', () => {
  it('takes agents for granted', async () => {
    const tasks = {
      a: { estimate: '2s', requires: ['write'] },
      b: { estimate: '1s', needs: ['a'], agent: 'ada' },
    } as const
    expect(await simulate(planned(tasks))).toMatchObject({ status: 'completed', makespanMs: 3_000 })
  })

  it('takes as long as its longest chain where there are slots enough', async () => {
    const simulation = await simulate(diamond)
    expect(simulation).toMatchObject({
      name: 'planned',
      status: 'completed',
      counts: { completed: 4 },
      makespanMs: 7_000,
      criticalPathMs: 7_000,
      criticalPath: ['first', 'long', 'last'],
      busyMs: 9_000,
      concurrency: 4,
      peakConcurrency: 2,
      utilisation: 9 / 28,
      boundBy: 'critical-path',
    })
    expect(startsOf(simulation)).toEqual({ first: 0, long: 1_000, short: 1_000, last: 6_000 })
    expect(simulation.sentence).toBe(
      'The critical path bounds it: no schedule is shorter. Tasks waited for nothing else.',
    )
  })

  it('tells how long tasks wait for a slot', async () => {
    const simulation = await simulate(diamond, { concurrency: 1 })
    expect(simulation).toMatchObject({ makespanMs: 9_000, utilisation: 1, boundBy: 'slots' })
    expect(taskOf(simulation, 'short')).toEqual({
      id: 'short',
      status: 'completed',
      readyAt: 1_000,
      startAt: 6_000,
      endAt: 8_000,
      queuedMs: 5_000,
      attempts: [{ startAt: 6_000, endAt: 8_000, how: 'completed' }],
    })
    expect(simulation.bounds).toEqual([
      { by: 'slots', leastMs: 9_000, queuedMs: 5_000, amount: 1 },
      { by: 'critical-path', leastMs: 7_000, queuedMs: 0 },
    ])
  })

  it('starts ready tasks in the order that it is told', async () => {
    const tasks = planned({ small: { estimate: 10 }, large: { estimate: 30 }, middle: { estimate: 20 } })
    const fifo = await simulate(tasks, { concurrency: 1, order: 'fifo' })
    const path = await simulate(tasks, { concurrency: 1, order: 'critical-path' })
    expect(startsOf(fifo)).toEqual({ small: 0, large: 10, middle: 40 })
    expect(startsOf(path)).toEqual({ large: 0, middle: 30, small: 50 })
    expect(startsOf(await simulate(tasks, { concurrency: 1 }))).toEqual(startsOf(path))
  })

  it('starts what has priority first, in any order', async () => {
    const tasks = planned({ long: { estimate: 30 }, urgent: { estimate: 5, priority: 'high' } })
    expect(startsOf(await simulate(tasks, { concurrency: 1 }))).toEqual({ urgent: 0, long: 5 })
  })

  it('names the pool that bounds it, with what comes before and behind', async () => {
    const uses = { gpu: 1 }
    const tasks = planned(
      {
        load: { estimate: 10 },
        a: { estimate: 50, needs: ['load'], uses },
        b: { estimate: 50, needs: ['load'], uses },
        c: { estimate: 50, needs: ['load'], uses },
        save: { estimate: 5, needs: ['a', 'b', 'c'] },
      },
      { pools: { gpu: 1 } },
    )
    const one = await simulate(tasks)
    expect(one).toMatchObject({ makespanMs: 165, boundBy: { pool: 'gpu' } })
    expect(one.bounds[0]).toEqual({ by: { pool: 'gpu' }, leastMs: 165, queuedMs: 150, amount: 1 })
    expect(await simulate(tasks, { pools: { gpu: 3 } })).toMatchObject({
      makespanMs: 65,
      boundBy: 'critical-path',
    })
  })

  it('counts a limit that nobody queued for, when some task uses it', async () => {
    const uses = { db: 1 }
    const tasks = planned(
      {
        a: { estimate: 50, uses },
        b: { estimate: 50, needs: ['a'], uses },
        c: { estimate: 40 },
        idle: { estimate: 1 },
      },
      { pools: { db: 1, spare: 3 }, order: 'fifo' },
    )
    const { bounds } = await simulate(tasks, { concurrency: 2, capacities: { inline: 3 } })
    expect(bounds.map(({ by, leastMs, queuedMs }) => ({ by, leastMs, queuedMs }))).toEqual([
      { by: 'critical-path', leastMs: 100, queuedMs: 0 },
      { by: { pool: 'db' }, leastMs: 100, queuedMs: 0 },
      { by: 'slots', leastMs: 75, queuedMs: 40 },
      { by: { executor: 'inline' }, leastMs: 50 + 50 / 3, queuedMs: 0 },
    ])
    const free = await simulate(tasks, { concurrency: Number.POSITIVE_INFINITY })
    expect(free.bounds.map(({ by }) => by)).toEqual(['critical-path', { pool: 'db' }])
  })

  it('is bound by a pool for which the slots leave nobody to queue', async () => {
    const uses = { db: 1 }
    const tasks = planned(
      {
        a: { estimate: 50, priority: 3, uses },
        c: { estimate: 30, priority: 2 },
        b: { estimate: 50, uses },
        d: { estimate: 30, priority: 1 },
      },
      { pools: { db: 1 } },
    )
    const simulation = await simulate(tasks, { concurrency: 2 })
    expect(simulation.bounds.find(({ by }) => typeof by === 'object')).toMatchObject({ queuedMs: 0 })
    expect(simulation).toMatchObject({ makespanMs: 100, boundBy: { pool: 'db' } })
  })

  it('says by how little a schedule misses its bound', async () => {
    const tasks = planned({
      a: { estimate: 200_000 },
      b: { estimate: 200_000 },
      c: { estimate: 142, priority: 'low' },
    })
    const { sentence } = await simulate(tasks, { concurrency: 2 })
    expect(sentence).toContain(
      'The work for the 2 slots bounds it: it takes 71 ms more than any schedule must take.',
    )
    const odd = planned({ a: { estimate: 200_000 }, b: { estimate: 200_001 } })
    expect((await simulate(odd, { concurrency: 2 })).sentence).toContain('no schedule is shorter.')
  })

  it('names the executor that bounds it', async () => {
    const tasks = planned({ a: { estimate: 10 }, b: { estimate: 10 }, c: { estimate: 10 } })
    expect(await simulate(tasks, { capacities: { inline: 1 } })).toMatchObject({
      makespanMs: 30,
      boundBy: { executor: 'inline' },
      peakConcurrency: 1,
    })
  })

  it('fills as many slots as there are tasks where there is no limit', async () => {
    const simulation = await simulate(diamond, { concurrency: Number.POSITIVE_INFINITY })
    expect(simulation).toMatchObject({ makespanMs: 7_000, peakConcurrency: 2, utilisation: 9 / 14 })
    expect(await simulate(diamond, { concurrency: 1_000 })).toMatchObject({ makespanMs: 7_000 })
  })

  it('of no tasks, or of tasks that take no time, takes none', async () => {
    expect(await simulate(planned({}))).toMatchObject({
      status: 'completed',
      makespanMs: 0,
      criticalPath: [],
      utilisation: 0,
      boundBy: 'critical-path',
      tasks: [],
    })
    const still = planned({ a: { estimate: 0 }, b: { estimate: 0, needs: ['a'] } })
    expect(await simulate(still, { concurrency: 1 })).toMatchObject({
      makespanMs: 0,
      utilisation: 0,
      counts: { completed: 2 },
      sentence: 'Nothing takes any time.',
    })
  })

  it('takes a dag as well as a plan, and never calls a handler', async () => {
    const built = dag('built').task('only', { estimate: '2s' }, () => {
      throw new Error('nobody asked for that')
    })
    expect(await simulate(built)).toMatchObject({ name: 'built', makespanMs: 2_000, status: 'completed' })
  })
})

describe('how long a task takes', () => {
  const some = planned({ a: { estimate: 10 }, b: { estimate: 20 }, c: {}, d: { estimate: 60 } })
  const tookOf = async (durations: NonNullable<Parameters<typeof simulate>[1]>['durations']) =>
    Object.fromEntries(
      (await simulate(some, durations === undefined ? {} : { durations })).tasks.map((task) => [
        task.id,
        task.endAt - task.startAt,
      ]),
    )

  it('is its estimate, or the median of the given ones, or 1 s', async () => {
    expect(await tookOf(undefined)).toEqual({ a: 10, b: 20, c: 20, d: 60 })
    expect(await simulate(planned({ a: {}, b: { needs: ['a'] } }))).toMatchObject({ makespanMs: 2_000 })
  })

  it('may be given for all, by id, and by a function of task and attempt', async () => {
    expect(await tookOf('2s')).toEqual({ a: 2_000, b: 2_000, c: 2_000, d: 2_000 })
    expect(await tookOf({ b: '1s', c: 7 })).toEqual({ a: 10, b: 1_000, c: 7, d: 60 })
    expect(await tookOf((id, attempt) => (id === 'a' ? 100 * attempt + 0.4 : undefined))).toEqual({
      a: 100,
      b: 20,
      c: 20,
      d: 60,
    })
  })

  it('may be drawn around its own, with the mean and the spread that were asked for', async () => {
    const many = planned(
      Object.fromEntries(Array.from({ length: 4_000 }, (_, at) => [`t${at}`, { estimate: 10_000 }])),
    )
    const drawn = async (durations: NonNullable<Parameters<typeof simulate>[1]>['durations'] & object) => {
      const { tasks } = await simulate(many, { durations, concurrency: Number.POSITIVE_INFINITY })
      const all = tasks.map(({ startAt, endAt }) => endAt - startAt)
      const mean = all.reduce((sum, ms) => sum + ms, 0) / all.length
      const deviation = Math.sqrt(all.reduce((sum, ms) => sum + (ms - mean) ** 2, 0) / all.length)
      return {
        mean: mean / 10_000,
        spread: deviation / mean,
        least: Math.min(...all),
        most: Math.max(...all),
      }
    }
    const uniform = await drawn({ kind: 'uniform', spread: 0.5 })
    expect(uniform.mean).toBeCloseTo(1, 1)
    expect(uniform.least).toBeGreaterThanOrEqual(5_000)
    expect(uniform.most).toBeLessThanOrEqual(15_000)
    expect(uniform.spread).toBeCloseTo(0.5 / Math.sqrt(3), 1)
    const normal = await drawn({ kind: 'normal' })
    expect(normal.mean).toBeCloseTo(1, 1)
    expect(normal.spread).toBeCloseTo(0.25, 1)
    const lognormal = await drawn({ kind: 'lognormal', spread: 0.6 })
    expect(lognormal.mean).toBeCloseTo(1, 1)
    expect(lognormal.spread).toBeCloseTo(0.6, 1)
    const exponential = await drawn({ kind: 'exponential', mean: '20s' })
    expect(exponential.mean).toBeCloseTo(2, 0)
    expect(exponential.spread).toBeCloseTo(1, 0)
  })

  it('does not depend on what runs beside it', async () => {
    const options = { durations: { kind: 'lognormal' }, failureRate: 0.3, seed: 5 } as const
    const lengths = ({ tasks }: Simulation) =>
      tasks.map(({ id, attempts }) => [id, attempts.map(({ startAt, endAt, how }) => [endAt - startAt, how])])
    const one = await simulate(diamond, { ...options, concurrency: 1, order: 'fifo' })
    expect(lengths(await simulate(diamond, { ...options, concurrency: 9 }))).toEqual(lengths(one))
    expect(await simulate(diamond, { ...options, concurrency: 1, order: 'fifo' })).toEqual(one)
    expect(lengths(await simulate(diamond, { ...options, seed: 6 }))).not.toEqual(lengths(one))
  })
})

describe('a simulated failure', () => {
  it('is retried as the task says, with its waits in the critical path', async () => {
    const tasks = planned({
      shaky: { estimate: 10, retry: { maxAttempts: 3, backoff: { base: 100 } } },
      next: { estimate: 5, needs: ['shaky'] },
    })
    const simulation = await simulate(tasks, { failureRate: { shaky: 1 } })
    const { attempts, queuedMs, status } = taskOf(simulation, 'shaky')
    expect({ queuedMs, status }).toEqual({ queuedMs: 0, status: 'failed' })
    expect(attempts).toEqual([
      { startAt: 0, endAt: 10, how: 'failed' },
      { startAt: 110, endAt: 120, how: 'failed' },
      { startAt: 320, endAt: 330, how: 'failed' },
    ])
    expect(simulation).toMatchObject({ status: 'failed', makespanMs: 330, criticalPathMs: 330, busyMs: 30 })
    expect(simulation.sentence).toMatch(/^It ended as failed after 330 ms: /)
    expect(simulation.rootCauses).toMatchObject([{ taskId: 'shaky', failure: { code: 'SIMULATED_FAILURE' } }])
    expect(taskOf(simulation, 'next')).toMatchObject({
      status: 'skipped',
      startAt: 330,
      endAt: 330,
      attempts: [],
    })
  })

  it('counts the wait of a retry for a slot as queueing', async () => {
    const tasks = planned({
      shaky: { estimate: 10, priority: 'high', retry: { maxAttempts: 2, backoff: { base: 1 } } },
      long: { estimate: 100 },
    })
    const simulation = await simulate(tasks, { failureRate: { shaky: 1 }, concurrency: 1 })
    expect(taskOf(simulation, 'shaky')).toMatchObject({ queuedMs: 99, endAt: 120 })
    expect(simulation.bounds.find(({ by }) => by === 'slots')).toMatchObject({ queuedMs: 109 })
  })

  it('that asks what now is answered by skip', async () => {
    const tasks = planned({ asks: { estimate: 10, onFailure: 'ask' }, next: { needs: ['asks'] } })
    expect(await simulate(tasks, { failureRate: { asks: 1 } })).toMatchObject({
      status: 'failed',
      counts: { failed: 1, skipped: 1 },
    })
  })

  it('does not wait for a person who says whether a task may start: that is yes', async () => {
    const tasks = planned({
      asks: { estimate: 10, confirm: 'Now?', answerWithin: 1 },
      next: { needs: ['asks'] },
    })
    expect(await simulate(tasks)).toMatchObject({ status: 'completed', counts: { completed: 2 } })
  })

  it('that aborts ends the rest at once', async () => {
    const tasks = planned({ bad: { estimate: 10, onFailure: 'abort' }, other: { estimate: 100 } })
    const simulation = await simulate(tasks, { failureRate: { bad: 1 } })
    expect(simulation).toMatchObject({ makespanMs: 10, failure: { code: 'RUN_ABORTED' } })
    expect(simulation.sentence).toBe(
      'It ended early, as failed after 10 ms: how long a run that completes takes is not known. Tasks waited for nothing else.',
    )
    expect(taskOf(simulation, 'other')).toMatchObject({
      status: 'killed',
      attempts: [{ startAt: 0, endAt: 10, how: 'ended' }],
    })
  })

  it('that aborts leaves teardowns to run, once what they need has ended', async () => {
    const tasks = planned({
      up: { estimate: 10 },
      bad: { estimate: 20, needs: ['up'], onFailure: 'abort' },
      long: { estimate: 500, needs: ['up'] },
      down: { estimate: 30, needs: ['up', 'long'], teardown: true },
      never: { estimate: 1, needs: ['long'] },
    })
    const {
      makespanMs,
      status,
      tasks: simulated,
    } = await simulate(tasks, { concurrency: 4, failureRate: { bad: 1 } })
    expect([makespanMs, status]).toEqual([60, 'failed'])
    expect(simulated.map(({ id, status: how, startAt }) => [id, how, startAt])).toEqual([
      ['up', 'completed', 0],
      ['bad', 'failed', 10],
      ['long', 'killed', 10],
      ['down', 'completed', 30],
      ['never', 'skipped', 30],
    ])
  })

  it('that aborts has teardowns wait for what they need, which is no wait for room', async () => {
    const tasks = planned({
      first: { estimate: 0 },
      bad: { estimate: 0, priority: -1, onFailure: 'abort' },
      tidy: { estimate: 1, needs: ['first'], teardown: true, priority: -2 },
      last: { estimate: 1, needs: ['first', 'tidy'], when: 'any-settled', teardown: true, priority: -2 },
    })
    const simulation = await simulate(tasks, { failureRate: { bad: 1 }, concurrency: 1 })
    expect(taskOf(simulation, 'last')).toMatchObject({ startAt: 1, endAt: 2, queuedMs: 0 })
    expect(simulation.bounds.reduce((sum, { queuedMs }) => sum + queuedMs, 0)).toBe(0)
  })

  it('comes about as often as was asked for', async () => {
    const many = planned(Object.fromEntries(Array.from({ length: 3_000 }, (_, at) => [`t${at}`, {}])))
    const { counts } = await simulate(many, { failureRate: 0.2, concurrency: Number.POSITIVE_INFINITY })
    expect(counts.failed / 3_000).toBeCloseTo(0.2, 1)
  })
})

describe('limits of time', () => {
  it('are those of the plan: an attempt that is too long is ended', async () => {
    const tasks = planned({
      slow: { estimate: '10s', timeout: '3s', retry: { maxAttempts: 2, backoff: { base: 0 } } },
    })
    const simulation = await simulate(tasks)
    expect(simulation).toMatchObject({ makespanMs: 6_000, status: 'failed' })
    expect(simulation.rootCauses[0]?.failure.code).toBe('ATTEMPT_TIMEOUT')
    const run = await simulate(planned({ slow: { estimate: '10s' } }, { timeout: '4s' }))
    expect(run).toMatchObject({ makespanMs: 4_000, failure: { code: 'RUN_TIMEOUT' } })
    expect(run.sentence).toBe('Its timeout ended it after 4.0 s. Tasks waited for nothing else.')
  })

  it('do not count silence, of which nobody knows anything', async () => {
    const tasks = planned({ quiet: { estimate: '10m', stall: { after: '1s', grace: '1s' } } })
    expect(await simulate(tasks)).toMatchObject({ status: 'completed', makespanMs: 600_000 })
  })
})

describe('rules that are met early', () => {
  it('make no chain of what nobody waited for', async () => {
    const tasks = planned({
      quick: { estimate: 10 },
      slow: { estimate: 100 },
      either: { estimate: 50, needs: ['quick', 'slow'], when: 'any-completed' },
    })
    expect(await simulate(tasks)).toMatchObject({
      makespanMs: 100,
      criticalPathMs: 100,
      criticalPath: ['slow'],
    })
  })
})

describe('a simulation that makes no sense', () => {
  it.each([
    [{ concurrency: 0 }, 'concurrency is 0, but it must be an integer of 1 or more, or Infinity.'],
    [{ concurrency: 1.5 }, 'concurrency is 1.5, but'],
    [
      { durations: { frist: 100 } },
      "durations has 'frist', but planned has no such task. Did you mean 'first'?",
    ],
    [{ failureRate: { nope: 0.1 } }, "failureRate has 'nope', but planned has no such task."],
    [{ pools: { x: 1 } }, "pools has 'x', but no task uses such a pool."],
    [{ seed: -1 }, 'seed is -1, but it must be an integer of 0 or more.'],
    [{ failureRate: 1.1 }, 'failureRate is 1.1, but it must be between 0 and 1.'],
    [{ failureRate: { first: Number.NaN } }, 'failureRate.first is NaN, but'],
    [{ durations: -5 }, 'durations is -5, which is not a duration.'],
    [
      { durations: { first: Number.POSITIVE_INFINITY } },
      'durations.first is Infinity, but it must be finite.',
    ],
    [
      { durations: { kind: 'uniform', spread: 2 } as const },
      'durations.spread is 2, but it must be between 0 and 1.',
    ],
    [
      { durations: () => Number.NaN },
      "durations('first', 1) is NaN, but it must be a finite number of milliseconds",
    ],
    [
      { capacities: { inlin: 1 } },
      "capacities has 'inlin', but no task asks for such an executor. Did you mean 'inline'?",
    ],
    [{ capacities: { inline: 0 } }, 'capacities.inline is 0, but it must be an integer of 1 or more.'],
  ])('is refused with the option and what is wrong: %j', async (options, message) => {
    expect(await refusalOf(() => simulate(diamond, options))).toContain(message)
  })

  it('is refused for a distribution, an order or an option that nobody knows', async () => {
    const refused = (options: object) => refusalOf(() => simulate(diamond, options))
    expect(await refused({ durations: { kind: 'lognorml' } })).toContain("Did you mean 'lognormal'?")
    expect(await refused({ durations: { kind: 'exponential', spread: 2 } })).toContain(
      "unknown field 'spread'",
    )
    expect(await refused({ order: 'best' })).toContain(
      "order is 'best', but it must be one of fifo, critical-path, optimised.",
    )
    expect(await refused({ slots: 3 })).toContain("unknown field 'slots'")
    await expect(simulate(diamond, { durations: { nope: 1 } })).rejects.toMatchObject({
      code: 'TASK_UNKNOWN',
      facts: { taskId: 'nope' },
    })
  })

  it('is refused for a plan that holds everything', async () => {
    const held = planned({ a: {} }, { concurrency: 0 })
    expect(await refusalOf(() => simulate(held))).toContain('nothing would ever start')
    expect(await simulate(held, { concurrency: 1 })).toMatchObject({ makespanMs: 1_000 })
  })

  it('is given up when it would go on for ever', async () => {
    const endless = planned({
      bad: { estimate: 1, retry: { maxAttempts: Number.POSITIVE_INFINITY, backoff: { base: 0 } } },
    })
    expect(await refusalOf(() => simulate(endless, { failureRate: 1 }))).toContain(
      'The simulation goes on for ever: bad',
    )
  })

  it('tells what a function of durations has thrown', async () => {
    const durations = () => {
      throw new Error('no idea')
    }
    expect(await refusalOf(() => simulate(diamond, { durations }))).toContain(
      "durations('first', 1) threw: no idea",
    )
  })
})

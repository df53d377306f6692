import { describe, expect, it } from 'vitest'
import { simulate, type Simulation, sweep } from 'dagmar/simulation'
import { planned, refusalOf } from './planned.ts'

const ada = { id: 'ada', capabilities: ['write', 'review'] }
const bob = { id: 'bob', capabilities: ['write'] }
const writes = { estimate: '10s', requires: ['write'] } as const
const wide = planned({ a: writes, b: writes, c: writes, d: writes })
const whoIn = ({ tasks }: Simulation) =>
  Object.fromEntries(tasks.map(({ id, attempts }) => [id, attempts.map(({ agent }) => agent)]))

describe('a simulation with agents', () => {
  it('has as many tasks at once as they take, whatever slots there are', async () => {
    const simulation = await simulate(wide, { concurrency: 8, agents: [ada] })
    expect(simulation).toMatchObject({ status: 'completed', makespanMs: 40_000, peakConcurrency: 1 })
    expect(simulation.boundBy).toEqual({ agents: ['ada'] })
    expect(simulation.sentence).toBe(
      'The work for the agent ada (1 at once) bounds it: no schedule is shorter. Tasks waited in all 1 min 0 s for the agent ada (1 at once).',
    )
    expect(whoIn(simulation)).toEqual({ a: ['ada'], b: ['ada'], c: ['ada'], d: ['ada'] })
  })

  it('shares the work out as the router would', async () => {
    const simulation = await simulate(wide, { concurrency: 8, agents: [ada, { ...bob, maxLoad: 2 }] })
    expect(simulation.makespanMs).toBe(20_000)
    expect(simulation.agents).toEqual([
      { id: 'ada', attempts: 2, busyMs: 20_000, peakLoad: 1, utilisation: 1 },
      { id: 'bob', attempts: 2, busyMs: 20_000, peakLoad: 2, utilisation: 0.5 },
    ])
  })

  it('says for whom tasks wait that somebody else keeps busy', async () => {
    const tasks = planned({
      draft: { ...writes, priority: 'high' },
      check: { estimate: '5s', requires: ['review'] },
    })
    const simulation = await simulate(tasks, { concurrency: 8, agents: [ada] })
    expect(simulation.tasks.map(({ id, queuedMs }) => [id, queuedMs])).toEqual([
      ['draft', 0],
      ['check', 10_000],
    ])
    expect(simulation.bounds.map(({ by, queuedMs }) => [by, queuedMs])).toContainEqual([
      { agents: ['ada'] },
      10_000,
    ])
  })

  it('has the bound of each group of agents, which no schedule can beat', async () => {
    const tasks = planned({
      ...Object.fromEntries(['a', 'b', 'c'].map((id) => [id, writes])),
      d: { ...writes, requires: ['review'] },
    })
    const { bounds, makespanMs } = await simulate(tasks, { concurrency: 8, agents: [ada, bob] })
    expect(bounds.filter(({ by }) => typeof by === 'object')).toEqual([
      { by: { agents: ['ada', 'bob'] }, leastMs: 20_000, queuedMs: expect.any(Number), amount: 2 },
      { by: { agents: ['ada'] }, leastMs: 10_000, queuedMs: expect.any(Number), amount: 1 },
    ])
    for (const { leastMs } of bounds) expect(leastMs).toBeLessThanOrEqual(makespanMs)
  })

  it('lets an allowance of concurrent jobs count, and one of the day have tasks wait for the next', async () => {
    const roomy = { ...ada, maxLoad: 0 }
    const at = async (allowance: object) =>
      (await simulate(wide, { concurrency: 8, agents: [{ ...roomy, allowance }] })).makespanMs
    expect(await at({})).toBe(10_000)
    expect(await at({ concurrentJobs: 2 })).toBe(20_000)
    expect(await at({ dailyJobs: 3 })).toBe(24 * 3_600_000 + 10_000)
    const poor = [{ ...roomy, allowance: { dailyJobs: 3 } }]
    expect((await simulate(wide, { concurrency: 8, agents: poor })).sentence).toContain(
      'Tasks waited in all 24 h 0 min for the agent ada.',
    )
  })

  it('takes it that agents give signs as often as they have to', async () => {
    const long = planned({ a: { estimate: '1h', requires: ['write'] }, b: { ...writes, needs: ['a'] } })
    expect(await simulate(long, { agents: [{ ...bob, ttl: '1m' }] })).toMatchObject({
      status: 'completed',
      makespanMs: 3_610_000,
    })
  })

  it('fails where nobody can do a task, after the dispatch attempts that the run would make', async () => {
    const simulation = await simulate(planned({ a: { ...writes, requires: ['sing'] } }), { agents: [ada] })
    expect(simulation).toMatchObject({ status: 'failed', makespanMs: 15_000 })
    expect(simulation.rootCauses[0]!.failure.code).toBe('NO_AGENT')
  })

  it('leaves a plan that asks for none as it was', async () => {
    const plain = planned({ a: { estimate: '1s' } })
    expect(await simulate(plain, { agents: [ada] })).toEqual(await simulate(plain))
  })

  it('is swept like any other: slots beyond the agents are worth nothing', async () => {
    const { knee, points } = await sweep(wide, { concurrency: [1, 2, 4], agents: [ada, bob] })
    expect(points.map(({ makespanMs }) => makespanMs)).toEqual([40_000, 20_000, 20_000])
    expect(knee?.concurrency).toBe(2)
  })

  it('refuses agents that are none', async () => {
    expect(await refusalOf(() => simulate(wide, { agents: [{ id: 'ada', maxLoad: -1 }] }))).toContain(
      'maxLoad is -1',
    )
  })
})

import { describe, expect, it } from 'vitest'
import { sweep } from 'dagmar/simulation'
import { planned, refusalOf } from './planned.ts'

const eight = planned(Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`t${at}`, { estimate: 10 }])))

describe('a sweep', () => {
  it('has the makespan for each number of slots, rising, and by default for 1 to 16', async () => {
    const { points } = await sweep(eight, { concurrency: [4, 1, 2, 2, 8] })
    expect(points.map(({ concurrency, makespanMs }) => [concurrency, makespanMs])).toEqual([
      [1, 80],
      [2, 40],
      [4, 20],
      [8, 10],
    ])
    expect(points[0]).toMatchObject({ boundBy: 'slots', utilisation: 1, status: 'completed' })
    expect((await sweep(eight)).points).toHaveLength(16)
  })

  it('finds the best, and the fewest slots that are within 5 % of it', async () => {
    const tasks = planned({
      long: { estimate: 96 },
      ...Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`t${at}`, { estimate: 10 }])),
    })
    const { knee, best } = await sweep(tasks)
    expect([best?.concurrency, best?.makespanMs]).toEqual([3, 96])
    expect([knee?.concurrency, knee?.makespanMs]).toEqual([2, 100])
    expect((await sweep(tasks, { tolerance: 0 })).knee).toMatchObject({ concurrency: 3 })
    expect((await sweep(eight)).knee).toMatchObject({ concurrency: 8, makespanMs: 10 })
  })

  it('gives attempts the same lengths and fates at each of its points', async () => {
    const { points } = await sweep(eight, {
      concurrency: [1, 2, 100],
      durations: { kind: 'exponential' },
      failureRate: 0.5,
    })
    expect(new Set(points.map(({ criticalPathMs }) => criticalPathMs)).size).toBe(1)
  })

  it('finds them among the runs that completed, for one that fails ends early', async () => {
    const timed = planned({ a: { estimate: 40 }, b: { estimate: 40 } }, { timeout: 50 })
    const { points, knee, best } = await sweep(timed, { concurrency: [1, 2] })
    expect(points.map(({ status, makespanMs }) => [status, makespanMs])).toEqual([
      ['failed', 50],
      ['completed', 40],
    ])
    expect([knee?.concurrency, best?.concurrency]).toEqual([2, 2])
    const within = await sweep(timed, { concurrency: [1, 2], tolerance: 10 })
    expect(within.knee?.concurrency).toBe(2)
  })

  it('has neither where no run completes', async () => {
    const { points, knee, best } = await sweep(eight, { failureRate: 1, concurrency: [1, 2] })
    expect(points.map(({ status }) => status)).toEqual(['failed', 'failed'])
    expect({ knee, best }).toEqual({ knee: undefined, best: undefined })
  })

  it('is refused where there is nothing to try, or nothing could start', async () => {
    expect(await refusalOf(() => sweep(eight, { concurrency: [] }))).toContain(
      'a list with at least one number',
    )
    expect(await refusalOf(() => sweep(eight, { concurrency: [0, 1] }))).toContain('concurrency is 0, but')
    expect(await refusalOf(() => sweep(eight, { tolerance: -1 }))).toContain('tolerance is -1, but')
    expect(await refusalOf(() => sweep(eight, { concurrency: 4 as never }))).toContain(
      'concurrency is 4, but it must be a list of numbers.',
    )
    expect(await refusalOf(() => sweep(eight, { tolerence: 0.1 } as never))).toContain(
      "sweep's options object has an unknown field 'tolerence'. Did you mean 'tolerance'?",
    )
    expect(await refusalOf(() => sweep(eight, null as never))).toContain(
      "sweep's options object is null, but",
    )
  })
})

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
    expect([best.concurrency, best.makespanMs]).toEqual([3, 96])
    expect([knee.concurrency, knee.makespanMs]).toEqual([2, 100])
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

  it('is refused where there is nothing to try, or nothing could start', async () => {
    expect(await refusalOf(() => sweep(eight, { concurrency: [] }))).toContain(
      'a list with at least one number',
    )
    expect(await refusalOf(() => sweep(eight, { concurrency: [0, 1] }))).toContain('concurrency is 0, but')
    expect(await refusalOf(() => sweep(eight, { tolerance: -1 }))).toContain('tolerance is -1, but')
  })
})

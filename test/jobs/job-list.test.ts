import { describe, expect, it, vi } from 'vitest'
import type { JobSummary } from '../../src/jobs/job.ts'
import { makeSpec } from '../../src/jobs/spool/make-spec.ts'
import { Entry } from '../../src/jobs/supervisor/entry.ts'
import { JobList } from '../../src/jobs/supervisor/job-list.ts'
import { endedSummary } from '../../src/jobs/supervisor/summary-of.ts'
import { commandPlan } from './test-home.ts'

const idAt = (at: number): string => `261126-101010-${at.toString(16).padStart(4, '0')}`

function listOf(count: number) {
  const list = new JobList()
  const entries = Array.from({ length: count }, (_, at) => {
    const project = at % 2 === 0 ? 'even' : 'odd'
    return new Entry(
      makeSpec(idAt(at), commandPlan('true'), { project, labels: { at: `${at}` } }, at),
      'environment',
    )
  })
  // In any order.
  for (const [at, entry] of entries.entries()) entry.place = at + 1
  for (const entry of [...entries.slice(count / 2), ...entries.slice(0, count / 2)]) list.add(entry)
  return { list, entries }
}

function end(entry: Entry, status: 'completed' | 'failed' = 'completed'): void {
  entry.end = endedSummary(entry, { status, reason: status, at: 1 })
}

const places = (jobs: readonly JobSummary[]): number[] => jobs.map(({ place }) => place)

describe('the list of jobs', () => {
  it('has them in the order of their dispatch, and answers queries with the number of each', () => {
    const { list, entries } = listOf(10)
    end(entries[3]!)
    list.changed(entries[3]!)
    expect(list.ids).toEqual(entries.map(({ id }) => id))
    expect(places(list.matching({ project: 'odd' }))).toEqual([2, 4, 6, 8, 10])
    expect(places(list.matching({ project: 'odd', limit: 2 }))).toEqual([8, 10])
    expect(places(list.matching({ isOpen: false }))).toEqual([4])
    expect(places(list.matching({ since: 3, until: 5 }))).toEqual([4, 5])
    expect(places(list.matching({ labels: { at: '7' } }))).toEqual([8])
    expect(places(list.matching({ status: ['failed'] }))).toEqual([])
    expect(list.open.size).toBe(9)
  })

  it('leaves each job its number when others are removed, and gives the next one after the highest', () => {
    const { list, entries } = listOf(4)
    list.remove([entries[1]!.id, 'nobody'])
    expect(list.find(entries[1]!.id)).toBeUndefined()
    expect(places(list.matching({}))).toEqual([1, 3, 4])
    expect([list.at(2), list.at(3)]).toEqual([undefined, entries[2]!.id])
    list.remove([entries[3]!.id])
    const fresh = listOf(5).entries[4]!
    fresh.place = 0
    list.add(fresh)
    expect(places(list.matching({}))).toEqual([1, 3, 4])
    expect(list.at(4)).toBe(fresh.id)
    list.remove([fresh.id])
    // What is still told of one that is gone changes nothing.
    list.changed(entries[1]!)
    expect(list.open.size).toBe(2)
  })
})

describe('who watches the list', () => {
  it('is told all of it in parts, and then what changes and what goes, gathered', async () => {
    const { list, entries } = listOf(1_200)
    const told: [changed: number, removed: number, isPart: boolean][] = []
    const stop = list.watch({
      isReady: () => true,
      tell: (changed, removed, isPart) => told.push([changed.length, removed.length, isPart]),
    })
    expect(told).toEqual([
      [500, 0, true],
      [500, 0, true],
      [200, 0, false],
    ])
    end(entries[5]!)
    list.changed(entries[5]!)
    list.changed(entries[6]!)
    list.changed(entries[5]!)
    list.remove([entries[9]!.id])
    await vi.waitFor(() => expect(told.at(-1)).toEqual([2, 1, false]))
    expect(told).toHaveLength(4)
    stop()
    list.changed(entries[7]!)
    list.close()
    expect(told).toHaveLength(4)
  })

  it('is told once it is ready, however long that takes, and what has happened by then', async () => {
    const { list, entries } = listOf(3)
    let isReady = false
    const told: string[] = []
    list.watch({
      isReady: () => isReady,
      tell: (changed) => told.push(changed.map(({ id, status }) => `${id.slice(-1)} ${status}`).join()),
    })
    expect(told).toEqual([])
    end(entries[1]!, 'failed')
    list.changed(entries[1]!)
    isReady = true
    await vi.waitFor(() => expect(told).toEqual(['0 dispatched,1 failed,2 dispatched']))
    list.close()
  })

  it('hears of an empty list, too', () => {
    const list = new JobList()
    const told: number[] = []
    list.watch({ isReady: () => true, tell: (changed) => told.push(changed.length) })
    expect(told).toEqual([0])
    list.close()
  })
})

import { describe, expect, it } from 'vitest'
import type { SupervisorLink } from '../../src/jobs/client/supervisor-link.ts'
import { watchedList } from '../../src/jobs/client/watched-list.ts'
import type { JobSummary } from '../../src/jobs/job.ts'
import { jobOf } from '../cli/jobs/made-jobs.ts'

describe('the list of jobs as it changes', () => {
  it('has them in the order of their dispatch, with the numbers that they have, within one second, too', () => {
    const changed = [
      jobOf({ id: '261126-113754-ffff', dispatchedAt: 1_001, place: 3 }),
      jobOf({ id: '261126-113754-aaaa', dispatchedAt: 1_002, place: 7 }),
      jobOf({ id: '261126-113754-0000', dispatchedAt: 1_002, place: 5 }),
    ]
    const link = {
      isClosed: false,
      watch: async (_request: unknown, watcher: { take: (message: unknown) => void }) => {
        watcher.take({ watch: 1, changed, removed: [] })
        return () => undefined
      },
    } as unknown as SupervisorLink
    let seen: readonly JobSummary[] = []
    watchedList(link, {}).subscribe((list) => {
      seen = list
    })
    expect(seen.map(({ id, place }) => [id.slice(-4), place])).toEqual([
      ['ffff', 3],
      ['0000', 5],
      ['aaaa', 7],
    ])
  })
})

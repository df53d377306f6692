import { describe, expect, it } from 'vitest'
import { Entry } from '../../src/jobs/supervisor/entry.ts'
import { JobList } from '../../src/jobs/supervisor/job-list.ts'

const entry = (id: string, dispatchedAt: number): Entry =>
  new Entry(
    {
      version: 1,
      id,
      name: id,
      project: 'web',
      labels: {},
      dispatchedAt,
      definition: { name: id, tasks: {} },
      cwd: '/',
      umask: 0o022,
    },
    '',
  )

describe('the list of the supervisor', () => {
  it('has jobs in the order of their dispatch, within one second, too, however they come', () => {
    const list = new JobList()
    list.add(entry('261126-113754-0000', 1_003))
    list.add(entry('261126-113754-ffff', 1_001))
    list.add(entry('261126-113754-bbbb', 1_002))
    list.add(entry('261126-113754-aaaa', 1_002))
    expect(list.matching({}).map(({ id, place }) => [id.slice(-4), place])).toEqual([
      ['ffff', 1],
      ['aaaa', 2],
      ['bbbb', 3],
      ['0000', 4],
    ])
    list.remove(['261126-113754-ffff'])
    expect(list.matching({ limit: 1 })).toMatchObject([{ id: '261126-113754-0000', place: 3 }])
  })
})

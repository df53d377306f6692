import { describe, expect, it } from 'vitest'
import { jobStatuses, jobBar, jobPercent, shortAge } from '../../../src/cli/jobs/job-look.ts'
import { countsLine, jobTable } from '../../../src/cli/jobs/job-table.ts'
import { painter } from '../../../src/cli/screen/colours.ts'
import { displayWidth } from '../../../src/cli/screen/text-width.ts'
import type { JobSummary } from '../../../src/jobs/job.ts'
import { jobOf, now } from './made-jobs.ts'

const plain = painter(false)
const drawn = (jobs: readonly JobSummary[], columns?: number) =>
  jobTable(jobs, { columns, paint: plain, now })

const one = jobOf({ place: 12, message: 'Processing files…' })

describe('the list of jobs', () => {
  it('has place, id, project, name, status, a bar of 20 cells, age and the last message', () => {
    expect(drawn([one], 120)).toEqual([
      '     id                  project  name     status   progress                   age  message',
      '%12  261126-113754-000c  web      release  running  ██████░░░░░░░░░░░░░░  30%   5m  Processing files…',
    ])
  })

  it('leaves out what there is no room for, the least needed first', () => {
    expect(drawn([one], 80)[1]).toBe(
      '%12  261126-113754-000c  release  running  ██████░░░░░░░░░░░░░░  30%   5m',
    )
    expect(drawn([one], 60)[1]).toBe('%12  release  running  ██████░░░░░░░░░░░░░░  30%   5m')
    expect(drawn([one], 45)[1]).toBe('%12 release running ██████░░░░░░░░░░░░░░  30%')
    expect(drawn([one], 40)[1]).toBe('%12 release ● ██████░░░░░░░░░░░░░░  30%')
  })

  it.each([40, 41, 55, 79, 80, 100, 133, 200])(
    'fits a terminal of %i columns, whatever is in it',
    (columns) => {
      const jobs = jobStatuses.flatMap((status, index) => [
        jobOf({ status, place: index + 1, name: `${'n'.repeat(299)}${index}`, project: 'p'.repeat(300) }),
        jobOf({ status, place: index + 1_000, name: '日本語の名前'.repeat(50), message: 'm'.repeat(10_000) }),
        jobOf({
          status,
          place: 99_999,
          name: '',
          project: '',
          message: '\u001b[31mred\u001b[0m\r\nnext\u202eturned',
        }),
      ])
      const rows = drawn(jobs, columns)
      expect(rows).toHaveLength(31)
      for (const row of rows) expect(displayWidth(row)).toBeLessThanOrEqual(columns)
      for (const row of rows.slice(1)) expect(row).toMatch(/(?<![█░])[█░]{20} {1,3}\d+%/)
    },
  )

  it('cuts long names in the middle, and nothing where there is no terminal', () => {
    const long = jobOf({ name: `begin${'x'.repeat(300)}end`, message: 'm'.repeat(300) })
    expect(drawn([long], 80)[1]).toContain('beginxx…xxxxend')
    expect(drawn([long])[1]).toMatch(/begin.+…x+end/)
    expect(drawn([long])[1]).toContain('m'.repeat(300))
  })

  it('lets nothing through that a terminal would act on', () => {
    const bad = jobOf({ name: '\u001b]0;title\u0007n', project: 'a\nb', message: 'x\u001b[2Jy\u202e\u0007z' })
    // oxlint-disable-next-line no-control-regex
    for (const row of drawn([bad], 200)) expect(row).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
  })

  it('keeps its columns below each other under wide letters and letters from right to left', () => {
    const [, ...rows] = drawn(
      [jobOf({ name: '日本' }), jobOf({ name: 'שלום', place: 2 }), jobOf({ name: 'abcdefgh', place: 3 })],
      100,
    )
    const starts = rows.map((row) => displayWidth(row.slice(0, row.indexOf('running'))))
    expect(new Set(starts).size).toBe(1)
  })

  it('draws 2,000 jobs', () => {
    const jobs = Array.from({ length: 2_000 }, (_, index) =>
      jobOf({ place: index + 1, message: `line ${index}` }),
    )
    expect(drawn(jobs, 100)).toHaveLength(2_001)
  })

  it('has a colour for each kind of status', () => {
    const paint = painter(true)
    const colours = jobStatuses.map((status) => {
      const [, row] = jobTable([jobOf({ status })], { columns: 100, paint, now })
      // oxlint-disable-next-line no-control-regex
      return new RegExp(`\u001b\\[(\\d+)m${status}`).exec(row!)![1]
    })
    expect(colours).toEqual(['2', '2', '36', '33', '33', '33', '33', '32', '31', '31'])
  })
})

describe('the bar', () => {
  it.each([
    [0, 0, '0%'],
    [0.29, 5, '29%'],
    [0.3, 6, '30%'],
    [0.999, 19, '99%'],
    [1, 20, '100%'],
    [1.7, 20, '100%'],
    [-1, 0, '0%'],
    [Number.NaN, 0, '0%'],
  ])('of %d has %i full cells of 20', (progress, full, percent) => {
    expect(jobBar({ progress })).toBe('█'.repeat(full) + '░'.repeat(20 - full))
    expect(jobPercent({ progress })).toBe(percent)
  })
})

describe('the line of counts', () => {
  it('counts stalled, paused and ending jobs as running, and killed ones as failed', () => {
    expect(
      countsLine(
        jobStatuses.map((status) => ({ status })),
        plain,
      ),
    ).toBe('Running 5 · Pending 2 · Completed 1 · Failed 2')
    expect(countsLine([], plain)).toBe('Running 0 · Pending 0 · Completed 0 · Failed 0')
  })
})

it('an age takes few columns', () => {
  expect([-5, 0, 59_999, 60_000, 3_599_999, 86_399_999, 86_400_000, 8_640_000_000].map(shortAge)).toEqual([
    '0s',
    '0s',
    '59s',
    '1m',
    '59m',
    '23h',
    '1d',
    '100d',
  ])
})

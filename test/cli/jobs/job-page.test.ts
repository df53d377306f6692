import { jobStatuses } from '../../../src/cli/jobs/job-look.ts'
import { describe, expect, it } from 'vitest'
import { jobPage } from '../../../src/cli/jobs/job-page.ts'
import { painter } from '../../../src/cli/screen/colours.ts'
import { displayWidth } from '../../../src/cli/screen/text-width.ts'
import type { JobDetails } from '../../../src/jobs/job.ts'
import { detailsOf, dispatchedAt, now, taskOf } from './made-jobs.ts'

const paint = painter(false)
const page = (details: JobDetails, columns?: number, isWhole = false) =>
  jobPage(details, { columns, paint, now, isWhole })

const failure = {
  code: 'COMMAND_FAILED',
  message: 'The command exited with code 7.',
  severity: 'error',
  retryable: true,
  at: now,
} as const

describe('the page of a job', () => {
  it('begins with its status, its bar and its last message', () => {
    expect(page(detailsOf({ message: 'Processing files…' }), 100)).toEqual([
      'RUNNING [██████░░░░░░░░░░░░░░] 30% Processing files…',
      '261126-113754-0001  release  project web · dispatched 5m ago · at work for 4m59s',
      '',
      'tasks',
      '  ✓ build   completed  1m20s',
      '  ● test    running  1m20s',
      '  ○ deploy  pending',
    ])
  })

  it.each(jobStatuses)('says %s, with the 20 cells', (status) => {
    expect(page(detailsOf({ status }))[0]).toMatch(new RegExp(`^${status.toUpperCase()} \\[[█░]{20}\\] 30%`))
  })

  it('names what failed by itself first, and apart what was skipped because of it', () => {
    const tasks = [
      taskOf('test', { status: 'failed', attempt: 2, maxAttempts: 2, failure, isRootCause: true }),
      taskOf('build'),
      taskOf('lint', { status: 'failed', failure: { ...failure, message: 'Two spaces.' } }),
      taskOf('deploy', {
        status: 'skipped',
        attempt: 0,
        tookMs: undefined as never,
        skipped: { reason: 'dependency-failed', by: 'test' },
      }),
    ]
    expect(page(detailsOf({ status: 'failed', settledAt: now, tasks }), 100).slice(2)).toEqual([
      '',
      'what failed',
      '  ✗ test    failed  attempt 2 of 2  1m20s  The command exited with code 7.',
      '',
      'skipped because of that',
      '  - deploy  skipped  dependency-failed: test',
      '',
      'other tasks',
      '  ✓ build   completed  1m20s',
      '  ✗ lint    failed  1m20s  Two spaces.',
    ])
  })

  it('names what was killed before what was skipped because of it', () => {
    const tasks = [
      taskOf('build'),
      taskOf('test', { status: 'killed' }),
      taskOf('deploy', { status: 'skipped', skipped: { reason: 'dependency-failed', by: 'test' } }),
      taskOf('other', { status: 'killed' }),
    ]
    const heads = page(detailsOf({ status: 'failed', settledAt: now, tasks })).slice(3)
    expect(heads.flatMap((line) => line.match(/^ {2}\S +\S+|^\S.*/) ?? [])).toEqual([
      'what failed',
      '  ✗ test',
      'skipped because of that',
      '  - deploy',
      'other tasks',
      '  ✓ build',
      '  ✗ other',
    ])
  })

  it('says how to answer a task that asks', () => {
    const tasks = [taskOf("it's", { status: 'running', questions: ['Really deploy?'] })]
    expect(page(detailsOf({ isAsking: true, tasks })).slice(4)).toEqual([
      "  ? it's  asks  1m20s  Really deploy?",
      '',
      String.raw`dagmar answer 261126-113754-0001 'it'\''s' <answer> answers it`,
    ])
  })

  it('says until when, and for whom, a job waits', () => {
    const waiting = {
      status: 'dispatched',
      startedAt: undefined as never,
      notBefore: now + 60_000,
      after: ['a', 'b'],
    } as const
    expect(page(detailsOf({ ...waiting, labels: { team: 'x' } }))[1]).toBe(
      '261126-113754-0001  release  project web · team=x · dispatched 5m ago · starts in 1m00s · waits for a and b',
    )
    expect(page(detailsOf({ status: 'completed', settledAt: dispatchedAt + 11_000 }))[1]).toContain(
      'took 10.0 s',
    )
  })

  it('counts the quiet tasks of a large job, unless all are wanted', () => {
    const tasks = [
      ...Array.from({ length: 2_000 }, (_, index) => taskOf(`done-${index}`)),
      ...Array.from({ length: 30 }, (_, index) =>
        taskOf(`later-${index}`, { status: 'pending', attempt: 0 }),
      ),
      taskOf('now', { status: 'running' }),
    ]
    const details = detailsOf({ tasks })
    expect(page(details).slice(4)).toEqual([
      '  ● now        running  1m20s',
      '  and 30 pending, 2000 completed: --all names them',
    ])
    expect(page(details, 80, true)).toHaveLength(4 + 2_031)
  })

  it('says in full on a narrow terminal what failed, what is asked, and since when', () => {
    const tasks = [
      taskOf('a-task-with-a-long-name', { status: 'failed', isRootCause: true, failure }),
      taskOf('deploy', { status: 'running', questions: ['Deploy this to production, and tell the others?'] }),
      taskOf('build', { message: 'a line of output that nobody has to act upon' }),
    ]
    const message = 'a-task: The command exited with code 7.'
    expect(page(detailsOf({ message, isAsking: true, tasks }), 40)).toEqual([
      'RUNNING [██████░░░░░░░░░░░░░░] 30%',
      '  a-task: The command exited with code',
      '  7.',
      '261126-113754-0001  release',
      '  project web · dispatched 5m ago · at',
      '  work for 4m59s',
      '',
      'what failed',
      '  ✗ a-task…g-name  failed  1m20s',
      '      The command exited with code 7.',
      '',
      'other tasks',
      '  ? deploy         asks  1m20s',
      '      Deploy this to production, and',
      '      tell the others?',
      '  ✓ build          completed  1m20s  a …',
      '',
      'dagmar answer 261126-113754-0001 deploy <answer> answers it',
    ])
  })

  it.each([40, 80, 200])(
    'fits %i columns, and lets nothing through that a terminal would act on',
    (columns) => {
      const tasks = [
        taskOf('x'.repeat(300), {
          status: 'failed',
          isRootCause: true,
          failure: { ...failure, message: `\u001b[31m${'y'.repeat(500)}` },
        }),
        taskOf('שלום\u202e', { message: '\u001b]0;t\u0007', questions: ['a\nb\u001b[2J'] }),
      ]
      const lines = page(
        detailsOf({ tasks, name: 'n'.repeat(300), message: '\u001b[2J日本'.repeat(99) }),
        columns,
      )
      for (const line of lines) {
        // A command to copy is broken by the terminal.
        if (!line.startsWith('dagmar answer')) expect(displayWidth(line)).toBeLessThanOrEqual(columns)
        // oxlint-disable-next-line no-control-regex
        expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
      }
    },
  )
})

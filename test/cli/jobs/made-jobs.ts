import { noTasks } from '../../../src/events/task-view.ts'
import type { JobDetails, JobSummary, JobTask } from '../../../src/jobs/job.ts'

/** 26 November 2026, 11:37:54 UTC. */
export const dispatchedAt = Date.UTC(2026, 10, 26, 11, 37, 54)
export const now = dispatchedAt + 300_000

export function jobOf(fields: Partial<JobSummary> = {}): JobSummary {
  const { place = 1 } = fields
  return {
    id: `261126-113754-${place.toString(16).padStart(4, '0')}`,
    name: 'release',
    project: 'web',
    labels: {},
    status: 'running',
    total: 3,
    counts: { ...noTasks(), completed: 1, running: 1, pending: 1 },
    progress: 0.3,
    message: '',
    dispatchedAt,
    startedAt: dispatchedAt + 1_000,
    place,
    ...fields,
  }
}

export function taskOf(id: string, fields: Partial<JobTask> = {}): JobTask {
  return {
    id,
    status: 'completed',
    attempt: 1,
    maxAttempts: 1,
    ...(fields.attempt === 0 ? {} : { tookMs: 80_000 }),
    questions: [],
    isRootCause: false,
    ...fields,
  }
}

export function detailsOf(fields: Partial<JobDetails> = {}): JobDetails {
  const tasks = fields.tasks ?? [
    taskOf('build'),
    taskOf('test', { status: 'running' }),
    taskOf('deploy', { status: 'pending', attempt: 0 }),
  ]
  return { ...jobOf(fields), pid: 4711, folder: '/home/me/.local/state/dagmar/jobs/1', ...fields, tasks }
}

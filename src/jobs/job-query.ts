import { isSettledStatus, type JobQuery, type JobSummary } from './job.ts'

/** Whether a job is one of those that are asked for. */
export function fitsQuery(job: Omit<JobSummary, 'place'>, query: JobQuery): boolean {
  const { status, project, name, labels, since, until, isOpen } = query
  if (isOpen !== undefined && isOpen === isSettledStatus(job.status)) return false
  if (status !== undefined && !status.includes(job.status)) return false
  if (project !== undefined && job.project !== project) return false
  if (name !== undefined && job.name !== name) return false
  if (since !== undefined && job.dispatchedAt < since) return false
  if (until !== undefined && job.dispatchedAt >= until) return false
  return Object.entries(labels ?? {}).every(([key, value]) => job.labels[key] === value)
}

import { DagmarError } from '../../errors/dagmar-error.ts'
import type { Jobs } from '../../jobs/client/jobs.ts'
import { jobNamed } from './chosen-jobs.ts'
import { watchJob } from './watch-job.ts'

/** Shows a job live. Resolves with the exit code. */
export async function watchOne(jobs: Jobs, ids: readonly string[]): Promise<number> {
  const [id] = ids
  if (id === undefined || ids.length > 1) {
    throw new DagmarError('CONFIG_INVALID', {
      message: 'A terminal has room for one job: say which is to be watched.',
      hint: 'As in dagmar jobs %-1 --watch, which is the latest.',
    })
  }
  return watchJob(jobs, await jobNamed(jobs, id))
}

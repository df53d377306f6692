import { DagmarError } from '../../errors/dagmar-error.ts'
import type { Jobs } from '../../jobs/client/jobs.ts'
import { jobNamed } from './chosen-jobs.ts'
import { type WatchFlags, watchJob } from './watch-job.ts'

const latest = '%-1'

/** Shows a job live. Resolves with the exit code. */
export async function watchOne(
  jobs: Jobs,
  [id = latest, ...more]: readonly string[],
  flags: WatchFlags,
): Promise<number> {
  if (more.length > 0) {
    throw new DagmarError('CONFIG_INVALID', {
      message: 'A terminal has room for one job: say which is to be watched.',
      hint: 'As in dagmar jobs %-1 --watch, which is the latest. dagmar jobs --watch shows the list.',
    })
  }
  if (id === latest && (await jobs.list({ limit: 1 })).length === 0) {
    throw new DagmarError('JOB_UNKNOWN', {
      message: 'There are no jobs yet.',
      hint: 'dagmar dispatch makes one.',
    })
  }
  return watchJob(jobs, await jobNamed(jobs, id), flags)
}

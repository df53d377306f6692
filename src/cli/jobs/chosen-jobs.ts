import { DagmarError } from '../../errors/dagmar-error.ts'
import { didYouMean, show } from '../../graph/read-values.ts'
import type { Job, Jobs } from '../../jobs/client/jobs.ts'
import type { JobStatus, JobSummary } from '../../jobs/job.ts'
import { listed } from '../../text/listed.ts'
import { type FilterFlags, queryOf } from './job-filters.ts'

export interface ChosenJob {
  readonly job: Job
  readonly summary: JobSummary
}

export interface Choice {
  /** What stands on the command line: whole ids, their beginnings and ends, or places. */
  readonly ids: readonly string[]
  readonly flags: FilterFlags
  /** Epoch milliseconds. */
  readonly now: number
  /** Which jobs filters alone choose. Those that are named are chosen in any case. */
  readonly among?: readonly JobStatus[]
}

/**
 * The jobs that are named, of which filters leave those that fit; without names, all that fit. Each once, in that order.
 * Rejects with `JOB_UNKNOWN` or `JOB_AMBIGUOUS` before anything is done, and with `CONFIG_INVALID` where nothing says
 * which.
 */
export async function chosenJobs(
  jobs: Jobs,
  { ids, flags, now, among }: Choice,
): Promise<readonly ChosenJob[]> {
  const query = queryOf(flags, now)
  if (ids.length > 0) {
    const named = new Map<string, Job>()
    for (const job of await Promise.all(ids.map((id) => jobNamed(jobs, id)))) named.set(job.id, job)
    const fitting = query === undefined ? undefined : new Set((await jobs.list(query)).map(({ id }) => id))
    const left = [...named.values()].filter(({ id }) => fitting?.has(id) ?? true)
    return Promise.all(left.map(async (job) => ({ job, summary: await job.details() })))
  }
  if (query === undefined) {
    throw new DagmarError('CONFIG_INVALID', {
      message: 'Nothing says which jobs.',
      hint: 'Give an id, a place such as %-1 for the latest, or a filter such as --status running. dagmar jobs lists them.',
    })
  }
  const summaries = (await jobs.list(query)).filter(({ status }) => among?.includes(status) ?? true)
  return Promise.all(summaries.map(async (summary) => ({ job: await jobs.job(summary.id), summary })))
}

/** The job of an id, a beginning or an end of it, or a place. Rejects with what might have been meant. */
export async function jobNamed(jobs: Jobs, given: string): Promise<Job> {
  try {
    return await jobs.job(given)
  } catch (thrown) {
    if (!(thrown instanceof DagmarError) || thrown.code !== 'JOB_UNKNOWN' || given.startsWith('%'))
      throw thrown
    throw await whatWasMeant(jobs, given, thrown)
  }
}

async function whatWasMeant(jobs: Jobs, given: string, cause: DagmarError): Promise<DagmarError> {
  const all = await jobs.list()
  const called = all.filter(({ name }) => name === given).map(({ id }) => id)
  const message =
    called.length === 0
      ? `There is no job ${show(given)}.${didYouMean(
          given,
          all.flatMap(({ id }) => [id, id.slice(14)]),
        )}`
      : `There is no job ${show(given)}, but ${called.length === 1 ? 'one is' : `${called.length} are`} called so: ${listed(called.toReversed())}.`
  return new DagmarError('JOB_UNKNOWN', {
    message,
    hint: all.length === 0 ? 'There are no jobs: dagmar dispatch makes one.' : 'dagmar jobs lists them.',
    facts: { given },
    cause,
  })
}

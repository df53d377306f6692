import type { OutputConfiguration } from 'commander'
import { lastValueFrom, scan, takeWhile } from 'rxjs'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { type Fact, isRunFact } from '../../events/facts.ts'
import { inspectElsewhere } from '../../inspector/inspect.ts'
import type { Job, Jobs } from '../../jobs/client/jobs.ts'
import { jobNamed } from '../jobs/chosen-jobs.ts'
import { isSupervisorLost } from '../jobs/supervisor-words.ts'
import { jobsElsewhere } from './jobs-elsewhere.ts'
import { exported, type InspectFlags, servedAt, shownUntilSignal } from './shown-page.ts'

/** Serves a page with all jobs or with one, or writes one as a file. Resolves with the exit code. */
export async function inspectJobs(
  jobs: Jobs,
  given: string | undefined,
  flags: InspectFlags,
  output: OutputConfiguration,
): Promise<number> {
  const served = servedAt(flags)
  const job = given === undefined ? undefined : await jobNamed(jobs, given)
  if (job !== undefined && flags.export !== undefined)
    return exported(await factsOf(job), flags.export, output)
  const inspector = await inspectElsewhere(jobsElsewhere(jobs, job?.id), {
    ...served,
    control: flags.control === true,
    keepAlive: true,
  })
  const lost = new Promise<never>((_, reject) => jobs.jobs$({ limit: 1 }).subscribe({ error: reject }))
  try {
    await shownUntilSignal(
      inspector,
      job === undefined ? 'the jobs are' : `the job ${job.id} is`,
      output,
      lost,
    )
    return 0
  } catch (thrown) {
    if (!isSupervisorLost(thrown)) throw thrown
    output.writeErr!(`dagmar: ${thrown.message}\n`)
    return 1
  }
}

/** What it has told so far. */
async function factsOf(job: Job): Promise<readonly Fact[]> {
  const view = await job.view()
  if (view === undefined) {
    throw new DagmarError('CONFIG_INVALID', {
      message: `The job ${job.id} has not started: there is nothing to write.`,
      facts: { id: job.id },
    })
  }
  return lastValueFrom(
    job.events().pipe(
      takeWhile((fact) => !isRunFact(fact) || fact.seq < view.seq, true),
      scan((facts: Fact[], fact) => {
        facts.push(fact)
        return facts
      }, []),
    ),
  )
}

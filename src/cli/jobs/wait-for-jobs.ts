import type { Jobs } from '../../jobs/client/jobs.ts'
import type { JobSummary } from '../../jobs/job.ts'
import { shownText } from '../../text/shown-text.ts'
import { chosenJobs } from './chosen-jobs.ts'
import type { CommandIo } from './command-io.ts'
import type { FilterFlags } from './job-filters.ts'
import { lookOf } from './job-look.ts'
import { messageOf } from './job-table.ts'

/** The options of `dagmar wait`, as commander gives them. */
export interface WaitFlags extends FilterFlags {
  readonly any?: boolean
}

const exitCodes: Readonly<Partial<Record<JobSummary['status'], number>>> = { completed: 0, killed: 130 }

/** What the shell is told of a settled job: 0 completed, 1 failed, 130 killed. */
export function exitCodeOfJob({ status }: Pick<JobSummary, 'status'>): number {
  return exitCodes[status] ?? 1
}

/**
 * Waits for the end of all these jobs, or of the first of them, and prints a line for each. Resolves with the exit code
 * of the job; of several with 0 if all completed, else with 1 if one failed, else with 130.
 */
export async function waitForJobs(
  jobs: Jobs,
  ids: readonly string[],
  flags: WaitFlags,
  io: CommandIo,
): Promise<number> {
  const chosen = await chosenJobs(jobs, { ids, flags, now: io.now() })
  if (chosen.length === 0) {
    io.note('dagmar: no job fits, so there is nothing to wait for')
    return 0
  }
  const ends = chosen.map(async ({ job }) => {
    const summary = await job.settled()
    if (flags.any !== true) await tell(summary, io)
    return summary
  })
  if (flags.any === true) {
    const first = await Promise.race(ends)
    await tell(first, io)
    return exitCodeOfJob(first)
  }
  const codes = (await Promise.all(ends)).map(exitCodeOfJob)
  return codes.find((code) => code === 1) ?? codes.find((code) => code !== 0) ?? 0
}

async function tell(summary: JobSummary, io: CommandIo): Promise<void> {
  const { id, name, status } = summary
  const why = status === 'completed' ? '' : messageOf(summary)
  await io.print(
    `${id}  ${io.paint(shownText(name), 'strong')}  ${io.paint(status, lookOf(summary).tone)}${why === '' ? '' : `  ${shownText(why)}`}\n`,
  )
}

import type { Command } from 'commander'
import {
  addFilters,
  type LoadDoor,
  loadSystemDoor,
  readCount,
  withJobs,
  withJobsIfAny,
  whichJob,
  whichJobs,
} from './job-options.ts'
import type { ListFlags } from './jobs/list-jobs.ts'
import type { LogsFlags } from './jobs/print-logs.ts'
import type { WaitFlags } from './jobs/wait-for-jobs.ts'
import type { WatchFlags } from './jobs/watch-job.ts'

const jobsExamples = `
Examples:
  dagmar jobs                          those that are open, and the latest of the others
  dagmar jobs --status failed --since 1d
  dagmar jobs a2f5                     the tasks of a job, what failed first; or %-1, the latest
  dagmar jobs --watch                  the list live, until q
  dagmar jobs a2f5 --watch             a job live, until d, which leaves it alone
  dagmar jobs a2f5 --json | jq .status
  dagmar jobs --json                   all of them, as one JSON array

Exit codes: 0, or 2 where there is no such job; with --watch as dagmar attach.
`

const attachExamples = `
Examples:
  dagmar attach        the latest job
  dagmar attach a2f5   this one

Shows a job as dagmar run shows a run; ? names the keys. Several may watch a job. d and Ctrl-C
leave it alone: it goes on.

Exit codes: 0 completed, or left with d; 1 failed or killed; 130 left with Ctrl-C.
`

const logsExamples = `
Examples:
  dagmar logs a2f5                 what all its tasks have put out
  dagmar logs a2f5 test -f         that of one task, and what comes, until the job is settled
  dagmar logs %-1 test --tail 20   of the latest job

What a terminal would act on is left out. dagmar jobs a2f5 --json has the folder in which the files lie.
`

const waitExamples = `
Examples:
  dagmar wait a2f5 && ./publish.sh
  dagmar wait %-1 %-2 --any             until the first of them is settled
  dagmar wait --project web --status open

Exit codes: 0 all completed; 1 one failed; 130 none failed, and one was killed; with --any those
of the first that is settled. 2 where there is no such job.
`

/** The commands that look at jobs, and change none. What they do is loaded when they are called. */
export function addLookingCommands(program: Command, load: LoadDoor = loadSystemDoor): void {
  addFilters(
    program
      .command('jobs')
      .summary('list the jobs, or show one')
      .description('Lists the jobs, or shows the tasks of those that are named.')
      .argument('[job...]', whichJobs),
  )
    .option('-a, --all', 'all settled jobs, too; of a large job, all tasks')
    .option('-n, --limit <n>', 'the latest, so many', readCount)
    .option('-w, --watch', 'show the list live, or one job, until you leave it')
    .option('--json', 'print one JSON object for one job, and an array for a list')
    .option('--ids', 'print ids, one a line: of the jobs, or of the tasks of one')
    .addHelpText('after', jobsExamples)
    .action(
      async (ids: readonly string[], flags: ListFlags & { readonly ids?: boolean }, command: Command) => {
        const { listJobs, printIds, showJobs } = await import('./jobs/list-jobs.ts')
        if (flags.ids === true)
          return withJobsIfAny(load, command, (jobs, io) => printIds(jobs, ids, flags, io))
        if (flags.watch === true) return watch(load, command, ids, flags)
        await withJobs(load, command, (jobs, io) =>
          ids.length === 0 ? listJobs(jobs, flags, io) : showJobs(jobs, ids, flags, io),
        )
      },
    )
  addWatching(
    program
      .command('attach')
      .summary('watch a job')
      .description('Shows a job live, until it is settled or you leave it.'),
  )
    .argument('[job]', whichJob, '%-1')
    .option('--json', 'print facts as JSON lines and the result as the last one')
    .addHelpText('after', attachExamples)
    .action((id: string, flags: WatchFlags, command: Command) => watch(load, command, [id], flags))
  program
    .command('logs')
    .summary('print what a job has put out')
    .description('Prints the output of a job, or of one of its tasks.')
    .argument('<job>', whichJob)
    .argument('[task]', 'one of its tasks')
    .option('-f, --follow', 'go on with what comes, until the job is settled')
    .option('--tail <n>', 'only the last lines of each attempt, so many', readCount)
    .option('--since <time>', 'only of attempts that have put something out since: 10m, 14:30')
    .option('--attempt <n>', 'only of this attempt of each task', readCount)
    .addHelpText('after', logsExamples)
    .action(async (id: string, task: string | undefined, flags: LogsFlags, command: Command) => {
      const { printLogs } = await import('./jobs/print-logs.ts')
      await withJobs(load, command, (jobs, io) => printLogs(jobs, id, task, flags, io))
    })
  addFilters(
    program
      .command('wait')
      .summary('wait until jobs are settled')
      .description('Waits until jobs are settled, and exits as they did.')
      .argument('[job...]', whichJobs),
  )
    .option('--any', 'until the first of them is')
    .addHelpText('after', waitExamples)
    .action(async (ids: readonly string[], flags: WaitFlags, command: Command) => {
      const { waitForJobs } = await import('./jobs/wait-for-jobs.ts')
      await withJobs(load, command, (jobs, io) => waitForJobs(jobs, ids, flags, io))
    })
}

async function watch(
  load: LoadDoor,
  command: Command,
  ids: readonly string[],
  flags: ListFlags & WatchFlags,
): Promise<void> {
  const { watchOne } = await import('./jobs/watch-one.ts')
  const { watchList } = await import('./jobs/watch-list.ts')
  await withJobs(load, command, (jobs, io) =>
    ids.length === 0 ? watchList(jobs, flags, io) : watchOne(jobs, ids, flags),
  )
}

/** How a job is shown that is watched. */
function addWatching(command: Command): Command {
  return command
    .option('-q, --quiet', 'print failures, warnings and the summary only')
    .option('-v, --verbose', 'print more: on a terminal every line of output, elsewhere the bookkeeping')
    .option('--group', 'print the output of each attempt together, at its end, where no live view is shown')
    .option('--no-color', 'no colours; NO_COLOR and FORCE_COLOR are heeded too')
}

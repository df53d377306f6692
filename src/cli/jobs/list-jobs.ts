import type { Jobs } from '../../jobs/client/jobs.ts'
import { isSettledStatus, type JobDetails, type JobSummary } from '../../jobs/job.ts'
import { shownJson } from '../../text/shown-json.ts'
import { withNoun } from '../../text/with-noun.ts'
import { chosenJobs } from './chosen-jobs.ts'
import type { CommandIo } from './command-io.ts'
import { type FilterFlags, queryOf } from './job-filters.ts'
import { jobPage } from './job-page.ts'
import { countsLine, jobTable } from './job-table.ts'

/** The options of `dagmar jobs`, as commander gives them. */
export interface ListFlags extends FilterFlags {
  readonly all?: boolean
  readonly limit?: number
  readonly json?: boolean
  readonly watch?: boolean
}

/** How many settled jobs a list has unless more are wanted. */
const latestSettled = 20

const noJobs = `There are no jobs yet.

  dagmar dispatch plan.yaml         runs a plan in the background
  dagmar dispatch -- npm test       does so with a single command
`

/** `dagmar jobs`: the list. Resolves with the exit code. */
export async function listJobs(jobs: Jobs, flags: ListFlags, io: CommandIo): Promise<number> {
  const query = queryOf(flags, io.now())
  const fitting = await jobs.list(query)
  const { all, limit, json } = flags
  if (json === true) {
    await io.print(jsonList(limit === undefined ? fitting : fitting.slice(-limit)))
    return 0
  }
  if (fitting.length === 0) {
    await io.print(query === undefined ? noJobs : 'No job fits. dagmar jobs --all has all there are.\n')
    return 0
  }
  const shown =
    limit === undefined ? (all === true ? fitting : openAndLatest(fitting)) : fitting.slice(-limit)
  const { columns, paint } = io
  const lines = jobTable(shown, { columns, paint, now: io.now() })
  const hidden = fitting.length - shown.length
  const rest = hidden === 0 ? '' : paint(` · ${withNoun(hidden, 'earlier one')} not shown: --all`, 'faint')
  await io.print(`${[...lines, '', countsLine(fitting, paint) + rest].join('\n')}\n`)
  return 0
}

/** All that are not settled, and the latest of the others. */
export function openAndLatest(jobs: readonly JobSummary[]): readonly JobSummary[] {
  const settled = jobs.filter(({ status }) => isSettledStatus(status))
  const left = new Set(settled.slice(0, Math.max(0, settled.length - latestSettled)))
  return jobs.filter((job) => !left.has(job))
}

/** `dagmar jobs <id>`: a page for each. Resolves with the exit code. */
export async function showJobs(
  jobs: Jobs,
  ids: readonly string[],
  flags: ListFlags,
  io: CommandIo,
): Promise<number> {
  const chosen = await chosenJobs(jobs, { ids, flags, now: io.now() })
  const details = await Promise.all(chosen.map(({ job }) => job.details()))
  if (flags.json === true) {
    const [only] = details
    await io.print(only !== undefined && ids.length === 1 ? `${jsonOf(only)}\n` : jsonList(details))
    return 0
  }
  if (details.length === 0) io.note('dagmar: no job fits')
  const { columns, paint } = io
  const options = { columns, paint, now: io.now(), isWhole: flags.all === true }
  await io.print(details.map((one: JobDetails) => `${jobPage(one, options).join('\n')}\n`).join('\n'))
  return 0
}

/**
 * `dagmar jobs --ids`, for completion: the ids of the jobs that fit, the latest first, or those of the tasks of one, a line each.
 * Nothing where no supervisor is there to be asked.
 */
export async function printIds(
  jobs: Jobs | undefined,
  ids: readonly string[],
  flags: ListFlags,
  io: CommandIo,
): Promise<number> {
  const query = queryOf(flags, io.now())
  if (jobs === undefined) return 0
  const [first] = ids
  const found =
    first === undefined
      ? (await jobs.list(query))
          .toReversed()
          .slice(0, flags.limit)
          .map(({ id }) => id)
      : (await (await jobs.job(first)).details()).tasks.map(({ id }) => id)
  await io.print(found.map((id) => `${id}\n`).join(''))
  return 0
}

/** One JSON array, an element a line. */
export function jsonList(values: readonly unknown[]): string {
  return values.length === 0 ? '[]\n' : `[\n${values.map(jsonOf).join(',\n')}\n]\n`
}

function jsonOf(value: unknown): string {
  return shownJson(JSON.stringify(value))
}

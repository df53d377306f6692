import { DagmarError } from '../../errors/dagmar-error.ts'
import { show } from '../../graph/read-values.ts'
import type { Jobs } from '../../jobs/client/jobs.ts'
import { isSettledStatus, type JobQuery } from '../../jobs/job.ts'
import { withNoun } from '../../text/with-noun.ts'
import { toMs } from '../../time/duration.ts'
import type { ActFlags } from './act-on-jobs.ts'
import { isWanted } from './confirmed.ts'
import type { CommandIo } from './command-io.ts'
import { queryOf } from './job-filters.ts'

/** The options of `dagmar prune`, as commander gives them. */
export interface PruneFlags extends ActFlags {
  readonly olderThan?: string
}

/** Forgets settled jobs, with their folders. Resolves with the exit code. Rejects with `CONFIG_INVALID`. */
export async function pruneJobs(jobs: Jobs, flags: PruneFlags, io: CommandIo): Promise<number> {
  const filters = queryOf(flags, io.now())
  if (filters === undefined && flags.olderThan === undefined) {
    throw new DagmarError('CONFIG_INVALID', {
      message: 'Nothing says which jobs are to be forgotten.',
      hint: 'Give --older-than, as in --older-than 7d, or a filter.',
    })
  }
  const query: JobQuery = {
    ...filters,
    ...(flags.olderThan === undefined ? {} : { until: io.now() - readAge(flags.olderThan) }),
  }
  const settled = (await jobs.list(query)).filter(({ status }) => isSettledStatus(status))
  if (settled.length === 0) {
    io.note('dagmar: no settled job fits, so nothing was done')
    return 0
  }
  if (!(await isWanted(settled, 'remove', flags, io))) return 1
  const removed = await jobs.prune(query)
  await io.print(removed.map((id) => `${id}  removed\n`).join(''))
  io.note(`dagmar: removed ${withNoun(removed.length, 'job')}`)
  return 0
}

function readAge(text: string): number {
  const ms = toMs(text)
  if (ms !== undefined) return ms
  throw new DagmarError('CONFIG_INVALID', {
    message: `--older-than is ${show(text)}, but it must be a length such as '7d'.`,
  })
}

import { DagmarError } from '../../errors/dagmar-error.ts'
import { thrownText } from '../../errors/foreign-value.ts'
import type { Jobs } from '../../jobs/client/jobs.ts'
import type { JobStatus } from '../../jobs/job.ts'
import { shownText } from '../../text/shown-text.ts'
import { type ChosenJob, chosenJobs } from './chosen-jobs.ts'
import type { CommandIo } from './command-io.ts'
import { isWanted } from './confirmed.ts'
import type { FilterFlags } from './job-filters.ts'

/** The options of what acts on jobs, as commander gives them. */
export interface ActFlags extends FilterFlags {
  readonly yes?: boolean
}

export interface Act {
  readonly ids: readonly string[]
  readonly flags: ActFlags
  /** In the imperative, for the question: `kill`. */
  readonly verb: string
  /** Which jobs filters alone choose. */
  readonly among?: readonly JobStatus[]
  /** Does it to one job. Resolves with what was done, as in `killed`; rejects where it could not be. */
  readonly perform: (chosen: ChosenJob) => Promise<string>
}

/**
 * Acts on the chosen jobs at the same time, after a question where they are several, and prints a line a job. Resolves
 * with the exit code: 1 where something could not be done, or was not wanted.
 */
export async function actOnJobs(jobs: Jobs, io: CommandIo, act: Act): Promise<number> {
  const { ids, flags, verb, among, perform } = act
  const chosen = await chosenJobs(jobs, {
    ids,
    flags,
    now: io.now(),
    ...(among === undefined ? {} : { among }),
  })
  if (chosen.length === 0) {
    io.note('dagmar: no job fits, so nothing was done')
    return 0
  }
  const summaries = chosen.map(({ summary }) => summary)
  if (!(await isWanted(summaries, verb, flags, io))) return 1
  const done = await Promise.all(
    chosen.map(async (one) => {
      const { id, name } = one.summary
      const subject = `${id}  ${io.paint(shownText(name), 'strong')}`
      try {
        await io.print(`${subject}  ${shownText(await perform(one))}\n`)
        return true
      } catch (thrown) {
        // Of a single job, a task that it does not have is a mistake of who typed it.
        if (chosen.length === 1 && thrown instanceof DagmarError && thrown.code === 'TASK_UNKNOWN')
          throw thrown
        io.note(`${subject}  ${io.paint(`could not ${verb} it`, 'bad')}: ${whyNot(thrown)}`)
        return false
      }
    }),
  )
  return done.every(Boolean) ? 0 : 1
}

function whyNot(thrown: unknown): string {
  if (!(thrown instanceof DagmarError)) return shownText(thrownText(thrown))
  return shownText(thrown.hint === undefined ? thrown.problem : `${thrown.problem} ${thrown.hint}`)
}

import { doersInWords } from '../../events/agents-in-words.ts'
import type { JobDeadLetter, Jobs } from '../../jobs/client/jobs.ts'
import { shownText } from '../../text/shown-text.ts'
import { chosenJobs } from './chosen-jobs.ts'
import type { CommandIo } from './command-io.ts'
import { type FilterFlags, queryOf } from './job-filters.ts'
import { jsonList } from './list-jobs.ts'

/** The options of `dagmar dead-letters`, as commander gives them. */
export interface DeadLetterFlags extends FilterFlags {
  readonly json?: boolean
}

/** Prints the tasks that have used up their attempts, and how to start them again. */
export async function listDeadLetters(
  jobs: Jobs,
  ids: readonly string[],
  flags: DeadLetterFlags,
  io: CommandIo,
): Promise<number> {
  const now = io.now()
  const letters = await jobs.deadLetters(queryOf(flags, now))
  const named = ids.length === 0 ? undefined : await idsOf(jobs, ids, flags, now)
  const wanted = letters.filter(({ jobId }) => named?.has(jobId) ?? true)
  if (flags.json === true) {
    await io.print(jsonList(wanted))
    return 0
  }
  if (wanted.length === 0) {
    io.note('dagmar: no task has used up its attempts')
    return 0
  }
  await io.print(wanted.map((letter) => `${lineOf(letter, io)}\n`).join(''))
  const [{ jobId, taskId }] = wanted as [JobDeadLetter]
  io.note(
    shownText(
      `dagmar redrive ${jobId} ${taskId} starts ${wanted.length === 1 ? 'it' : 'the first of them'} again`,
    ),
  )
  return 0
}

async function idsOf(
  jobs: Jobs,
  ids: readonly string[],
  flags: FilterFlags,
  now: number,
): Promise<ReadonlySet<string>> {
  return new Set((await chosenJobs(jobs, { ids, flags, now })).map(({ job }) => job.id))
}

function lineOf(
  { jobId, name, taskId, attempt, failure, agents }: JobDeadLetter,
  { paint }: CommandIo,
): string {
  const task = paint(shownText(taskId), 'bad')
  const doers = agents === undefined ? undefined : doersInWords(agents)
  const by = doers === undefined ? '' : ` ${shownText(doers)}`
  return `${jobId}  ${paint(shownText(name), 'strong')}  ${task}  attempt ${attempt}${by}  ${shownText(failure.message)}`
}

import { takeWhile } from 'rxjs'
import { type Fact, isRunFact, type RunFact } from '../../events/facts.ts'
import { storyInWords } from '../../events/story-in-words.ts'
import type { Job, Jobs } from '../../jobs/client/jobs.ts'
import { isSettledStatus, type JobDetails, type JobTask } from '../../jobs/job.ts'
import { listed } from '../../text/listed.ts'
import { shownText } from '../../text/shown-text.ts'
import { jobNamed } from './chosen-jobs.ts'
import type { CommandIo } from './command-io.ts'
import { shownLength } from './job-look.ts'
import { requireTask } from './job-verbs.ts'

/** `dagmar why`: why a task, or each one that somebody may wonder about, is where it is. */
export async function explainJob(
  jobs: Jobs,
  given: string,
  taskId: string | undefined,
  io: CommandIo,
): Promise<number> {
  const job = await jobNamed(jobs, given)
  const details = await job.details()
  if (taskId !== undefined) requireTask(details, taskId)
  const sentences =
    taskId === undefined || !hasBegun(details)
      ? await whyJob(job, details, io.now())
      : [(await job.why(taskId)).sentence]
  await io.print(sentences.map((sentence) => `${shownText(sentence)}\n`).join(''))
  return 0
}

const mostExplained = 20

async function whyJob(job: Job, details: JobDetails, now: number): Promise<readonly string[]> {
  const { id, name } = details
  if (!hasBegun(details)) return [`${id} ${name} ${standsAs(details)}${whyNotBegun(details, now)}.`]
  const wondered = details.tasks.filter((task) => isWondered(task, details))
  const named = wondered.slice(0, mostExplained)
  const whys = await Promise.all(named.map(({ id }) => job.why(id)))
  const rest = wondered.length - named.length
  return [
    `${details.id} ${details.name} ${standsAs(details)}${aboutEnd(details)}.`,
    ...whys.map(({ sentence }) => sentence),
    ...(rest === 0 ? [] : [`And ${rest} more: dagmar jobs ${details.id} --all names them.`]),
  ]
}

/** Only of a job that has a run anything is known of its tasks, and then some are no longer merely pending. */
function hasBegun({ status, startedAt, tasks }: JobDetails): boolean {
  return (
    startedAt !== undefined || (!isSettledStatus(status) && tasks.some((task) => task.status !== 'pending'))
  )
}

function whyNotBegun(details: JobDetails, now: number): string {
  const { status, notBefore, after = [] } = details
  if (isSettledStatus(status)) return aboutEnd(details)
  const waits = [
    ...(status === 'paused' ? ['until it is resumed'] : []),
    ...(notBefore !== undefined && notBefore > now
      ? [`for its time, in ${shownLength(notBefore - now)}`]
      : []),
    ...(after.length > 0 ? [`for the end of ${listed(after)}`] : []),
  ]
  return waits.length === 0 ? ', and about to be taken up' : `, and waits ${waits.join(', and ')}`
}

/** Of a settled job, what failed or was killed; of an open one, what is not settled. */
function isWondered({ status, isRootCause }: JobTask, { status: ofJob }: JobDetails): boolean {
  if (isSettledStatus(ofJob)) return isRootCause || (ofJob === 'killed' && status === 'killed')
  return (
    isRootCause ||
    !(status === 'completed' || status === 'failed' || status === 'killed' || status === 'skipped')
  )
}

function standsAs({ status }: JobDetails): string {
  return status === 'failed' ? 'has failed' : status === 'killed' ? 'was killed' : `is ${status}`
}

/** Why it was killed, where that is not all there is to say. */
function aboutEnd({ status, reason = '' }: JobDetails): string {
  const text = reason.replace(/\.$/, '')
  return status !== 'killed' || text === '' || text === status ? '' : `: ${text}`
}

/** `dagmar story`: what happened to a task, or to the whole job, up to now. */
export async function tellStory(
  jobs: Jobs,
  given: string,
  taskId: string | undefined,
  io: CommandIo,
): Promise<number> {
  const job = await jobNamed(jobs, given)
  if (taskId !== undefined) requireTask(await job.details(), taskId)
  const facts = taskId === undefined ? await factsUpToNow(job) : await job.story(taskId)
  const lines = storyInWords(facts)
  if (lines.length === 0) io.note('dagmar: nothing has happened yet')
  await io.print(lines.map((line) => `${shownText(line)}\n`).join(''))
  return 0
}

/** Those of a job that goes on have no end. */
async function factsUpToNow(job: Job): Promise<readonly RunFact[]> {
  const last = (await job.view())?.seq ?? 0
  if (last === 0) return []
  const facts: RunFact[] = []
  const isBefore = (fact: Fact): boolean => !isRunFact(fact) || fact.seq < last
  await new Promise<void>((resolve, reject) => {
    job
      .events()
      .pipe(takeWhile(isBefore, true))
      .subscribe({
        next: (fact) => {
          if (isRunFact(fact)) facts.push(fact)
        },
        error: reject,
        complete: resolve,
      })
  })
  return facts
}

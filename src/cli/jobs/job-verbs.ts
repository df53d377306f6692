import { DagmarError } from '../../errors/dagmar-error.ts'
import { didYouMean } from '../../graph/read-values.ts'
import type { Jobs } from '../../jobs/client/jobs.ts'
import { isSettledStatus, type JobDetails, type JobStatus, settledStatuses } from '../../jobs/job.ts'
import { type ActFlags, actOnJobs } from './act-on-jobs.ts'
import { jobNamed } from './chosen-jobs.ts'
import type { CommandIo } from './command-io.ts'
import { jobStatuses } from './job-look.ts'

/** The options of `dagmar kill` and `dagmar redrive`, as commander gives them. */
export interface TaskFlags extends ActFlags {
  readonly task?: string
  readonly reason?: string
}

const open = jobStatuses.filter((status) => !isSettledStatus(status))
const already = (status: JobStatus): string => `is ${status} already`

export async function killJobs(
  jobs: Jobs,
  words: readonly string[],
  flags: TaskFlags,
  io: CommandIo,
): Promise<number> {
  const { ids, taskId } = await idsAndTask(jobs, words, flags.task)
  const reason = flags.reason === undefined ? {} : { reason: flags.reason }
  const verb = taskId === undefined ? 'kill' : `kill ${taskId} in`
  return actOnJobs(jobs, io, {
    ids,
    flags,
    verb,
    among: open,
    perform: async ({ job, summary: { status } }) => {
      if (isSettledStatus(status)) return already(status)
      if (taskId !== undefined) requireTask(await job.details(), taskId)
      await job.kill(taskId, reason)
      return taskId === undefined ? 'killed' : `${taskId} killed`
    },
  })
}

export async function redriveJobs(
  jobs: Jobs,
  words: readonly string[],
  flags: TaskFlags,
  io: CommandIo,
): Promise<number> {
  const { ids, taskId } = await idsAndTask(jobs, words, flags.task)
  const verb = taskId === undefined ? 'redrive' : `redrive ${taskId} of`
  return actOnJobs(jobs, io, {
    ids,
    flags,
    verb,
    among: ['failed', 'killed'],
    perform: async ({ job }) => {
      if (taskId !== undefined) requireTask(await job.details(), taskId)
      await job.redrive(taskId)
      return taskId === undefined ? 'redriven' : `${taskId} redriven`
    },
  })
}

type Verb = (jobs: Jobs, ids: readonly string[], flags: ActFlags, io: CommandIo) => Promise<number>

export const pauseJobs: Verb = (jobs, ids, flags, io) =>
  actOnJobs(jobs, io, {
    ids,
    flags,
    verb: 'pause',
    among: open.filter((status) => status !== 'paused'),
    perform: async ({ job, summary: { status } }) => {
      if (status === 'paused' || isSettledStatus(status)) return already(status)
      await job.pause()
      return 'paused'
    },
  })

export const resumeJobs: Verb = (jobs, ids, flags, io) =>
  actOnJobs(jobs, io, {
    ids,
    flags,
    verb: 'resume',
    among: ['paused'],
    perform: async ({ job, summary: { status } }) => {
      if (status !== 'paused') return `is ${status}, not paused`
      await job.resume()
      return 'resumed'
    },
  })

export const drainJobs: Verb = (jobs, ids, flags, io) =>
  actOnJobs(jobs, io, {
    ids,
    flags,
    verb: 'drain',
    among: open,
    perform: async ({ job, summary: { status } }) => {
      if (isSettledStatus(status)) return already(status)
      await job.drain()
      return 'drained'
    },
  })

export const removeJobs: Verb = (jobs, ids, flags, io) =>
  actOnJobs(jobs, io, {
    ids,
    flags,
    verb: 'remove',
    among: settledStatuses,
    perform: async ({ job }) => {
      await job.remove()
      return 'removed'
    },
  })

/**
 * What `kill a2f5 deploy` means: two words, of which the second is no job, but a task of the first. Where it is both,
 * nothing is guessed. With `--task` all words are jobs.
 */
async function idsAndTask(
  jobs: Jobs,
  words: readonly string[],
  task: string | undefined,
): Promise<{ readonly ids: readonly string[]; readonly taskId?: string }> {
  if (task !== undefined) return { ids: words, taskId: task }
  const [first, second] = words
  if (words.length !== 2 || first === undefined || second === undefined) return { ids: words }
  const job = await jobNamed(jobs, first)
  const { tasks } = await job.details()
  const isTask = tasks.some(({ id }) => id === second)
  const problem = await whyNoJob(jobs, second)
  if (!isTask && problem === undefined) return { ids: words }
  if (isTask && problem !== undefined) return { ids: [first], taskId: second }
  if (isTask) {
    throw new DagmarError('CONFIG_INVALID', {
      message: `${second} is a job, and also a task of ${job.id}.`,
      hint: `Say --task ${second}, or give the whole id of the job.`,
    })
  }
  if (problem!.code !== 'JOB_UNKNOWN') throw problem!
  const near = didYouMean(
    second,
    tasks.map(({ id }) => id),
  )
  throw new DagmarError('JOB_UNKNOWN', {
    message:
      near === ''
        ? `${problem!.problem} ${job.id} has no task of that name either.`
        : `${job.id} has no task '${second}', and there is no such job.${near}`,
    hint: `dagmar jobs lists them, and dagmar jobs ${job.id} its tasks.`,
    cause: problem,
  })
}

async function whyNoJob(jobs: Jobs, given: string): Promise<DagmarError | undefined> {
  try {
    await jobNamed(jobs, given)
    return undefined
  } catch (thrown) {
    if (thrown instanceof DagmarError) return thrown
    throw thrown
  }
}

/** Throws `TASK_UNKNOWN`. */
export function requireTask({ id, tasks }: Pick<JobDetails, 'id' | 'tasks'>, taskId: string): void {
  if (tasks.some((task) => task.id === taskId)) return
  throw taskUnknown(
    id,
    taskId,
    tasks.map((task) => task.id),
  )
}

export function taskUnknown(jobId: string, taskId: string, known: readonly string[]): DagmarError {
  return new DagmarError('TASK_UNKNOWN', {
    message: `The job ${jobId} has no task '${taskId}'.${didYouMean(taskId, known)}`,
    hint: `dagmar jobs ${jobId} lists its tasks.`,
    facts: { taskId },
  })
}

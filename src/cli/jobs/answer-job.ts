import { DagmarError } from '../../errors/dagmar-error.ts'
import type { Jobs } from '../../jobs/client/jobs.ts'
import type { JobDetails } from '../../jobs/job.ts'
import { shownText } from '../../text/shown-text.ts'
import { jobNamed } from './chosen-jobs.ts'
import type { CommandIo } from './command-io.ts'
import { taskUnknown } from './job-verbs.ts'

/**
 * Answers the oldest question of a task. Without an answer it only prints what is asked. Rejects with `TASK_UNKNOWN`,
 * and with `ANSWER_STALE` where nothing is asked.
 */
export async function answerJob(
  jobs: Jobs,
  given: string,
  taskId: string | undefined,
  answer: string | undefined,
  io: CommandIo,
): Promise<number> {
  const job = await jobNamed(jobs, given)
  const details = await job.details()
  const task = details.tasks.find(({ id }) => id === taskId)
  if (taskId !== undefined && task === undefined) {
    throw taskUnknown(
      job.id,
      taskId,
      details.tasks.map(({ id }) => id),
    )
  }
  if (taskId === undefined || answer === undefined) return printQuestions(details, taskId, io)
  const [question] = task!.questions
  if (question === undefined) {
    throw new DagmarError('ANSWER_STALE', {
      message: `${taskId} of ${job.id} asks nothing: it is ${task!.status}.`,
      hint: `dagmar answer ${job.id} prints what the job asks.`,
    })
  }
  await job.answer(taskId, answer)
  await io.print(
    `${job.id}  ${io.paint(shownText(details.name), 'strong')}  ${shownText(`${taskId} answered: ${answer}`)}\n`,
  )
  return 0
}

async function printQuestions(
  { id, tasks }: JobDetails,
  taskId: string | undefined,
  io: CommandIo,
): Promise<number> {
  const lines = tasks
    .filter((task) => taskId === undefined || task.id === taskId)
    .flatMap((task) =>
      task.questions.map((question) => `${io.paint(shownText(task.id), 'strong')}  ${shownText(question)}\n`),
    )
  if (lines.length === 0) io.note(`dagmar: ${taskId === undefined ? id : shownText(taskId)} asks nothing`)
  await io.print(lines.join(''))
  return 0
}

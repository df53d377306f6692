import type { PassingFact } from '../../events/facts.ts'
import { outputFolder } from '../../jobs/home.ts'
import type { JobDetails, JobTask } from '../../jobs/job.ts'
import { attemptLogs } from '../../jobs/logs/attempt-logs.ts'
import { readLog } from '../../jobs/logs/read-log.ts'

/** Of so many tasks, those that somebody may want to read first. */
const mostTasks = 50
const tailLines = 200

/**
 * What tasks wrote before anybody watched, as far as it is worth a look: the last lines of the latest attempts. A line
 * that has not ended comes again as a whole. Without files, there is nothing.
 */
export async function earlierOutput(details: JobDetails): Promise<readonly PassingFact[]> {
  const tasks = details.tasks
    .filter(({ attempt }) => attempt > 0)
    .toSorted((a, b) => interestOf(a) - interestOf(b))
    .slice(0, mostTasks)
  const byId = new Map(tasks.map((task) => [task.id, task]))
  const facts: PassingFact[] = []
  try {
    for (const log of await attemptLogs(outputFolder(details.folder), byId.keys())) {
      const task = byId.get(log.taskId)
      if (task?.attempt !== log.attempt) continue
      const pieces: Uint8Array[] = []
      for await (const piece of readLog(log, { tailLines })) pieces.push(piece)
      const text = Buffer.concat(pieces).toString('utf8')
      const whole = text.slice(0, text.lastIndexOf('\n') + 1)
      if (whole !== '') facts.push(outputOf(task, whole, details))
    }
  } catch {
    // They are looked for once: the job may be forgotten at any moment, and its output is no reason not to show it.
  }
  return facts
}

/** Those at work first, then those that failed. */
function interestOf({ status, settledAt }: JobTask): number {
  return settledAt === undefined ? 0 : status === 'failed' ? 1 : 2
}

function outputOf({ id, attempt, startedAt }: JobTask, text: string, details: JobDetails): PassingFact {
  const at = startedAt ?? details.dispatchedAt
  return {
    type: 'task.output',
    taskId: id,
    attempt,
    text,
    stream: 'stdout',
    at,
    afterSeq: 0,
    runId: details.id,
  }
}

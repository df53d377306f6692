import { asyncScheduler, from, map, switchMap, throttleTime } from 'rxjs'
import type { CommandElsewhere, RunElsewhere, RunsElsewhere } from '../../inspector/recording/runs-source.ts'
import type { Job, Jobs } from '../../jobs/client/jobs.ts'
import type { JobSummary } from '../../jobs/job.ts'

/** Of many jobs the list is long, and one of them may write all the time: it is compared so often at most. */
const listMs = 250

/** Jobs as the inspector shows runs: all of them, or one. */
export function jobsElsewhere(jobs: Jobs, only?: string): RunsElsewhere {
  return {
    runs$: jobs.jobs$().pipe(
      throttleTime(listMs, asyncScheduler, { leading: true, trailing: true }),
      map((all) => all.filter(({ id }) => only === undefined || id === only).map(entryOf)),
    ),
    agents$: jobs.agents$,
    events: (id, seq) => from(jobs.job(id)).pipe(switchMap((job) => job.events({ from: seq }))),
    why: async (id, taskId) => (await jobs.job(id)).why(taskId),
    command: async (id, command) => carryOut(await jobs.job(id), command),
  }
}

function entryOf(summary: JobSummary): RunElsewhere {
  const { id, name, status, total, project, labels, progress, message, dispatchedAt, settledAt } = summary
  return {
    runId: id,
    name,
    status,
    tasks: total,
    job: {
      project,
      labels,
      // No bar is finer.
      progress: Math.round(progress * 1_000) / 1_000,
      message,
      dispatchedAt,
      ...(settledAt === undefined ? {} : { settledAt }),
    },
  }
}

function carryOut(job: Job, command: CommandElsewhere): Promise<void> {
  switch (command.command) {
    case 'kill':
      return job.kill(command.taskId, { reason: command.reason ?? 'killed in the inspector' })
    case 'drain':
      return job.drain()
    case 'pause':
      return job.pause()
    case 'resume':
      return job.resume()
    case 'redrive':
      return job.redrive(command.taskId)
    case 'answer':
      return job.answer(command.taskId, command.answer)
  }
}

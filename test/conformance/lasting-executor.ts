import { attemptIdOf, type AttemptReport, type Executor, type JsonValue, type Report } from 'dagmar'

/** What an attempt does where it lives. */
export type LastingWork = { readonly ends: AttemptReport } | { readonly endsWhen: Promise<void> } | 'hangs'

export interface Job {
  end: AttemptReport | undefined
  readonly heardBy: Set<Report>
}

/** Where attempts go on when the executor that started them is gone, by number. */
export type Place = Map<number, Job>

/** An executor whose attempts outlive it: a later one with the same place ends them or takes them over. */
export function lastingExecutor(place: Place): Executor {
  const own = new Map<string, Job>()
  return {
    async start(attempt, report) {
      const job: Job = { end: undefined, heardBy: new Set([report]) }
      const number = place.size + 1
      place.set(number, job)
      own.set(attemptIdOf(attempt), job)
      try {
        await attempt.note({ job: number })
      } catch (thrown) {
        own.delete(attemptIdOf(attempt))
        throw thrown
      }
      if (job.end !== undefined) return
      report({ type: 'attempt.started' })
      carryOut(job, attempt.work as LastingWork)
    },
    abort: (attemptId) => end(own.get(attemptId), { type: 'attempt.ended' }),
    async reap(_attempt, handle) {
      const number = numberIn(handle)
      if (number === undefined) throw new Error('That is no handle of a job.')
      end(place.get(number), { type: 'attempt.ended' })
    },
    adopt(attempt, handle, report) {
      const job = place.get(numberIn(handle) ?? 0)
      if (job === undefined) {
        report({ type: 'attempt.failed', failure: { code: 'JOB_LOST', message: 'The job is gone.' } })
        return
      }
      own.set(attemptIdOf(attempt), job)
      job.heardBy.add(report)
      report({ type: 'attempt.started' })
      if (job.end !== undefined) report(job.end)
    },
  }
}

function carryOut(job: Job, work: LastingWork): void {
  if (work === 'hangs') return
  if ('ends' in work) setImmediate(() => end(job, work.ends))
  else void work.endsWhen.then(() => end(job, { type: 'attempt.completed', output: 'late' }))
}

function end(job: Job | undefined, how: AttemptReport): void {
  if (job === undefined || job.end !== undefined) return
  job.end = how
  for (const report of job.heardBy) report(how)
}

function numberIn(handle: JsonValue): number | undefined {
  const isObject = typeof handle === 'object' && handle !== null && 'job' in handle
  return isObject && typeof handle.job === 'number' ? handle.job : undefined
}

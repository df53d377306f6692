import type { Observable } from 'rxjs'
import type { JobQuery, JobSummary } from '../job.ts'
import { fitsQuery } from '../job-query.ts'
import type { SupervisorLink } from './supervisor-link.ts'
import { watch } from './watch.ts'

/** The jobs that fit, and again after each change. */
export function watchedList(link: SupervisorLink, query: JobQuery): Observable<readonly JobSummary[]> {
  return watch(link, () => {
    const jobs = new Map<string, JobSummary>()
    let isFresh = true
    return {
      request: () => {
        isFresh = true
        return { verb: 'watch-jobs' }
      },
      take: (message, subscriber) => {
        if (!('changed' in message)) return
        // What another supervisor told does not count any more.
        if (isFresh) jobs.clear()
        isFresh = false
        for (const id of message.removed) jobs.delete(id)
        for (const job of message.changed) jobs.set(job.id, job)
        if (message.isPart === true) return
        subscriber.next(listOf(jobs, query))
      },
    }
  })
}

function listOf(jobs: ReadonlyMap<string, JobSummary>, query: JobQuery): readonly JobSummary[] {
  // As the supervisor has them: ids tell the order of seconds alone.
  const all = [...jobs.values()].toSorted((a, b) => a.place - b.place)
  const found = all.filter((job) => fitsQuery(job, query))
  return query.limit === undefined ? found : found.slice(-query.limit)
}

import { Observable } from 'rxjs'
import type { JobQuery, JobSummary } from '../job.ts'
import { fitsQuery } from '../job-query.ts'
import type { SupervisorLink } from './supervisor-link.ts'

/** The jobs that fit, and again after each change. */
export function watchedList(link: SupervisorLink, query: JobQuery): Observable<readonly JobSummary[]> {
  return new Observable((subscriber) => {
    let jobs = new Map<string, JobSummary>()
    let isFresh = true
    let stop = (): void => undefined
    const watch = async (): Promise<void> => {
      isFresh = true
      stop = await link.watch(
        { verb: 'watch-jobs' },
        {
          take: (message) => {
            if (!('changed' in message)) return
            if (isFresh) jobs = new Map()
            isFresh = false
            for (const id of message.removed) jobs.delete(id)
            for (const job of message.changed) jobs.set(job.id, job)
            subscriber.next(listOf(jobs, query))
          },
          lost: () => {
            if (link.isClosed) subscriber.complete()
            else if (!subscriber.closed) again()
          },
        },
      )
      if (subscriber.closed) stop()
    }
    const again = (): void => void watch().catch((thrown: unknown) => subscriber.error(thrown))
    again()
    return () => stop()
  })
}

function listOf(jobs: ReadonlyMap<string, JobSummary>, query: JobQuery): readonly JobSummary[] {
  const all = [...jobs.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))
  // Places move as others go.
  const found = all.map((job, index) => ({ ...job, place: index + 1 })).filter((job) => fitsQuery(job, query))
  return query.limit === undefined ? found : found.slice(-query.limit)
}

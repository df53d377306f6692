import { concat, from, NEVER, of } from 'rxjs'
import { DagmarError } from '../../../src/errors/dagmar-error.ts'
import type { Fact, RunFact } from '../../../src/events/facts.ts'
import { fold } from '../../../src/events/fold.ts'
import type { Job, JobDeadLetter, JobOptions, Jobs } from '../../../src/jobs/client/jobs.ts'
import type { JobDetails, JobQuery, JobSummary } from '../../../src/jobs/job.ts'
import { isSettledStatus } from '../../../src/jobs/job.ts'
import { detailsOf } from './made-jobs.ts'

export interface FakeJobs extends Jobs {
  /** What was asked for, in words: `kill 1 deploy`. */
  readonly calls: string[]
  readonly dispatched: { readonly definition: unknown; readonly options: JobOptions }[]
  /** Ends a job that somebody waits for. */
  settle(id: string, status: JobSummary['status']): void
}

export interface FakeOptions {
  readonly facts?: readonly RunFact[]
  readonly deadLetters?: readonly JobDeadLetter[]
  /** Of these jobs nothing can be done. */
  readonly stubborn?: readonly string[]
}

/** A supervisor in memory: it keeps books of what it is asked for, and does nothing. */
export function fakeJobs(given: readonly Partial<JobDetails>[], options: FakeOptions = {}): FakeJobs {
  const all = new Map(
    given.map((fields, index) => {
      const details = detailsOf({ place: index + 1, ...fields })
      return [details.id, details]
    }),
  )
  const calls: string[] = []
  const dispatched: FakeJobs['dispatched'] = []
  const waiting = new Map<string, (summary: JobSummary) => void>()
  const fits = (job: JobSummary, query: JobQuery): boolean =>
    (query.status?.includes(job.status) ?? true) &&
    (query.project === undefined || job.project === query.project) &&
    (query.name === undefined || job.name === query.name) &&
    Object.entries(query.labels ?? {}).every(([key, value]) => job.labels[key] === value) &&
    (query.since === undefined || job.dispatchedAt >= query.since) &&
    (query.until === undefined || job.dispatchedAt < query.until)
  const find = (id: string): JobDetails => {
    const place = /^%(-?\d+)$/.exec(id)?.[1]
    const ids = [...all.keys()]
    const found =
      place === undefined
        ? all.has(id)
          ? [id]
          : ids.filter((one) => one.startsWith(id) || one.endsWith(id))
        : [ids.at(Number(place) < 0 ? Number(place) : Number(place) - 1)]
    if (found.length > 1)
      throw new DagmarError('JOB_AMBIGUOUS', { message: `${found.length} jobs have '${id}'.` })
    const [only] = found
    if (only === undefined) throw new DagmarError('JOB_UNKNOWN', { message: `There is no job '${id}'.` })
    return all.get(only)!
  }
  const jobOf = ({ id }: JobDetails): Job => {
    const done = async (what: string): Promise<void> => {
      calls.push(what)
      if (options.stubborn?.includes(id) === true) throw new Error('it \u001b[31mwill\u001b[0m not')
    }
    const word = (text?: string): string => (text === undefined ? '' : ` ${text}`)
    return {
      id,
      details: async () => all.get(id)!,
      events: () => {
        const facts: readonly Fact[] = options.facts ?? []
        return isSettledStatus(all.get(id)!.status) ? from(facts) : concat(from(facts), NEVER)
      },
      view: async () => (options.facts === undefined ? undefined : fold(options.facts)),
      why: async (taskId) => ({ taskId, status: 'pending', sentence: `${taskId} waits.`, waitsFor: [] }),
      story: async (taskId) => (options.facts ?? []).filter((fact) => fact.taskId === taskId),
      kill: (taskId, { reason } = {}) => done(`kill ${id}${word(taskId)}${word(reason)}`),
      pause: () => done(`pause ${id}`),
      resume: () => done(`resume ${id}`),
      drain: () => done(`drain ${id}`),
      redrive: (taskId) => done(`redrive ${id}${word(taskId)}`),
      answer: (taskId, answer) => done(`answer ${id} ${taskId} ${JSON.stringify(answer)}`),
      settled: () => {
        const details = all.get(id)!
        if (isSettledStatus(details.status)) return Promise.resolve(details)
        return new Promise((resolve) => waiting.set(id, resolve))
      },
      remove: async () => {
        if (!isSettledStatus(all.get(id)!.status)) {
          throw new DagmarError('JOB_OPEN', {
            message: `${id} is not settled.`,
            hint: `dagmar kill ${id} ends it.`,
          })
        }
        await done(`remove ${id}`)
      },
    }
  }
  return {
    connected$: NEVER,
    agents$: NEVER,
    home: '/home/me/.local/state/dagmar',
    calls,
    dispatched,
    settle: (id, status) => {
      all.set(id, { ...all.get(id)!, status })
      waiting.get(id)?.(all.get(id)!)
    },
    dispatch: async (definition, jobOptions = {}) => {
      dispatched.push({ definition, options: jobOptions })
      const details = detailsOf({ place: all.size + 1, status: 'dispatched' })
      all.set(details.id, details)
      return jobOf(details)
    },
    job: async (id) => jobOf(find(id)),
    list: async (query = {}) => [...all.values()].filter((job) => fits(job, query)),
    jobs$: (query = {}) => of([...all.values()].filter((job) => fits(job, query))),
    facts$: NEVER,
    deadLetters: async () => options.deadLetters ?? [],
    prune: async (query) => {
      const gone = [...all.values()].filter((job) => isSettledStatus(job.status) && fits(job, query))
      for (const { id } of gone) all.delete(id)
      return gone.map(({ id }) => id)
    },
    agents: async () => [],
    usage: async () => [],
    status: async () => ({
      pid: 4711,
      version: '0.1.0',
      protocol: 1,
      home: '/home/me/.local/state/dagmar',
      startedAt: 0,
      concurrency: 4,
      inUse: 2,
      jobs: all.size,
      open: [...all.values()].filter(({ status }) => !isSettledStatus(status)).length,
      clients: 1,
      memory: 80 * 2 ** 20,
    }),
    stop: async ({ now } = {}) => void calls.push(`stop${now === true ? ' now' : ''}`),
    close: async () => void calls.push('close'),
    [Symbol.asyncDispose]: async () => void calls.push('close'),
  }
}

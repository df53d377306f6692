/// <reference lib="esnext.disposable" preserve="true" />
import { createHash } from 'node:crypto'
import type { RunFact } from '../../events/facts.ts'
import { fold } from '../../events/fold.ts'
import { plan } from '../../graph/make-plan.ts'
import { openHome } from '../home.ts'
import type { JobDetails, JobQuery, JobSummary } from '../job.ts'
import { packageVersion } from '../package-root.ts'
import type { Request } from '../protocol/messages.ts'
import { jobEnvironment } from '../spool/job-environment.ts'
import { makeSpec } from '../spool/make-spec.ts'
import type { ConnectOptions, Job, JobFact, JobOptions, Jobs, SupervisorStatus } from './jobs.ts'
import { SupervisorLink } from './supervisor-link.ts'
import { watch } from './watch.ts'
import { watchedFacts } from './watched-facts.ts'
import { watchedList } from './watched-list.ts'

/**
 * The jobs of a state directory. Its supervisor is started when there is none, and again when it has gone.
 * Rejects with `HOME_UNSAFE`, `SUPERVISOR_LOST` and `SUPERVISOR_VERSION`.
 */
export async function connect(options: ConnectOptions = {}): Promise<Jobs> {
  const home = openHome(options.home)
  const link = new SupervisorLink({ home, version: packageVersion(), start: options.start ?? true })
  await link.hello()

  const job = (id: string): Job => ({
    id,
    details: () => link.ask<JobDetails>({ verb: 'details', id }),
    events: ({ from = 1 } = {}) => watchedFacts(link, id, from),
    view: async () => {
      const facts = await link.ask<readonly RunFact[]>({ verb: 'facts', id })
      return facts.length === 0 ? undefined : fold(facts)
    },
    why: (taskId) => link.ask({ verb: 'why', id, taskId }),
    story: (taskId) => link.ask({ verb: 'facts', id, taskId }),
    kill: (taskId, { reason } = {}) =>
      link.ask({
        verb: 'kill',
        id,
        ...(taskId === undefined ? {} : { taskId }),
        ...(reason === undefined ? {} : { reason }),
      }),
    pause: () => link.ask({ verb: 'pause', id }),
    resume: () => link.ask({ verb: 'resume', id }),
    drain: () => link.ask({ verb: 'drain', id }),
    redrive: (taskId, { env = process.env } = {}) =>
      link.ask({
        verb: 'redrive',
        id,
        environment: jobEnvironment(env),
        ...(taskId === undefined ? {} : { taskId }),
      }),
    answer: (taskId, answer) => link.ask({ verb: 'answer', id, taskId, answer }),
    settled: () => link.ask<JobSummary>({ verb: 'settled', id }),
    remove: async () => void (await link.ask({ verb: 'remove', ids: [id] })),
  })

  const dispatch: Jobs['dispatch'] = async (definition, jobOptions = {}) => {
    // What is wrong with it is said here, with all that an error has.
    plan(definition)
    const dispatched = await batch(definition, jobOptions)
    return job(dispatched)
  }
  /** What is dispatched within one turn of the event loop is sent together. */
  let waiting: {
    readonly definition: Parameters<Jobs['dispatch']>[0]
    readonly options: JobOptions
    readonly resolve: (id: string) => void
    readonly reject: (reason: unknown) => void
  }[] = []
  const batch = (definition: Parameters<Jobs['dispatch']>[0], jobOptions: JobOptions): Promise<string> =>
    new Promise((resolve, reject) => {
      waiting.push({ definition, options: jobOptions, resolve, reject })
      if (waiting.length === 1) setImmediate(() => void flush())
    })
  const flush = async (): Promise<void> => {
    const sent = waiting
    waiting = []
    try {
      const ids = await link.askWith<readonly string[]>((known) => dispatchRequest(sent, known))
      for (const [index, { resolve }] of sent.entries()) resolve(ids[index]!)
    } catch (thrown) {
      if (sent.length === 1) sent[0]!.reject(thrown)
      else {
        // One that is refused does not refuse the others.
        for (const one of sent) {
          waiting = [one]
          await flush()
        }
      }
    }
  }

  const close = (): Promise<void> => link.close()
  return {
    home: home.path,
    connected$: link.connected$,
    dispatch,
    job: async (id) => job(await link.ask<string>({ verb: 'resolve', given: id })),
    list: (query = {}) => link.ask({ verb: 'list', query }),
    jobs$: (query = {}) => watchedList(link, query),
    facts$: watch<JobFact>(link, () => ({
      request: () => ({ verb: 'watch-facts' }),
      take: (message, subscriber) => {
        if (!('facts' in message)) return
        for (const fact of message.facts) subscriber.next({ jobId: message.jobId, fact })
      },
    })),
    deadLetters: (query = {}) => link.ask({ verb: 'dead-letters', query }),
    prune: (query: JobQuery) => link.ask({ verb: 'prune', query }),
    status: () => link.ask<SupervisorStatus>({ verb: 'status' }),
    stop: async ({ now = false } = {}) => {
      await link.ask({ verb: 'stop', now })
      await link.gone()
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

function dispatchRequest(
  jobs: readonly { readonly definition: Parameters<Jobs['dispatch']>[0]; readonly options: JobOptions }[],
  known: Set<string>,
): Request {
  const environments: Record<string, Readonly<Record<string, string>>> = {}
  const names = new Map<JobOptions['env'], string>()
  const sent = jobs.map(({ definition, options }) => {
    const { spec, environment } = makeSpec('', definition, options, 0)
    const { id: _id, version: _version, dispatchedAt: _at, ...rest } = spec
    let name = names.get(options.env)
    if (name === undefined) {
      name = createHash('sha256').update(JSON.stringify(environment)).digest('hex')
      names.set(options.env, name)
    }
    if (!known.has(name)) environments[name] = environment
    known.add(name)
    return { ...rest, environment: name }
  })
  return { verb: 'dispatch', jobs: sent, environments }
}

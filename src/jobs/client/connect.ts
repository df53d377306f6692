/// <reference lib="esnext.disposable" preserve="true" />
import type { RunFact } from '../../events/facts.ts'
import { fold } from '../../events/fold.ts'
import { plan } from '../../graph/make-plan.ts'
import { openHome } from '../home.ts'
import type { JobDetails, JobQuery, JobSummary } from '../job.ts'
import type { AgentsTold } from '../../runtime/agents/watch-agents.ts'
import { packageVersion } from '../package-root.ts'
import { jobEnvironment } from '../spool/job-environment.ts'
import { DispatchBatches } from './dispatch-batches.ts'
import type { ConnectOptions, Job, JobFact, Jobs, SupervisorStatus } from './jobs.ts'
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
  const batches = new DispatchBatches(home, link)

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
    return job(await batches.dispatch(definition, jobOptions))
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
    agents: () => link.ask({ verb: 'agents' }),
    agents$: watch<AgentsTold>(link, () => ({
      request: () => ({ verb: 'watch-agents' }),
      take: (message, subscriber) => {
        if ('told' in message) subscriber.next(message.told)
      },
    })),
    usage: ({ by = 'agent', since } = {}) =>
      link.ask({ verb: 'usage', by, ...(since === undefined ? {} : { since }) }),
    status: () => link.ask<SupervisorStatus>({ verb: 'status' }),
    stop: async ({ now = false } = {}) => {
      await link.ask({ verb: 'stop', now })
      await link.gone()
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

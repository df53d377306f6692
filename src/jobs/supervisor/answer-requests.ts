import type { Runtime } from '../../runtime/create-runtime.ts'
import type { RunHandle } from '../../runtime/handle/run-handle.ts'
import { deadLettersOf } from '../../runtime/durable/history.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { fold } from '../../events/fold.ts'
import { whyOf } from '../../events/why-of.ts'
import { plan } from '../../graph/make-plan.ts'
import type { Store } from '../../ports/store.ts'
import type { SupervisorStatus } from '../client/jobs.ts'
import type { Home } from '../home.ts'
import { newJobId, resolveJobId } from '../job-id.ts'
import { type JobQuery, settledStatuses } from '../job.ts'
import type { ClientMessage, Request } from '../protocol/messages.ts'
import { specVersion } from '../spec.ts'
import type { Answer, ClientConnection } from './client-connection.ts'
import type { Entry } from './entry.ts'
import type { Environments } from './environments.ts'
import type { JobBook } from './job-book.ts'
import type { JobList } from './job-list.ts'

export interface AnswerOptions {
  readonly home: Home
  readonly book: JobBook
  readonly list: JobList
  readonly runtime: Runtime
  readonly store: Store
  readonly environments: Environments
  readonly status: () => SupervisorStatus
  readonly look: (secrets: Readonly<Record<string, Readonly<Record<string, string>>>>) => Promise<void>
  readonly stop: (now: boolean) => Promise<void>
  /** Calls `begun` once the job has a run, at once if it has one. Returns a function that stops waiting. */
  readonly whenRun: (entry: Entry, begun: (run: RunHandle) => void) => () => void
  readonly whenSettled: (entry: Entry, settled: () => void) => () => void
}

type OfVerb<V extends Request['verb']> = Extract<ClientMessage, { verb: V }>

/** What the supervisor does for each verb. */
export function answerRequests(options: AnswerOptions): Answer {
  const { home, book, list, runtime, store, environments } = options
  const entryOf = (id: string): Entry => list.find(id) ?? list.find(resolveJobId(id, list.ids))!

  const dispatch = async (
    { jobs, environments: sent }: OfVerb<'dispatch'>,
    client: ClientConnection,
  ): Promise<readonly string[]> => {
    // All of them are judged before any is taken.
    for (const { definition } of jobs) plan(definition)
    const now = Date.now()
    const taken = jobs.map(({ environment, ...rest }) => {
      const variables = sent[environment] ?? client.environments.get(environment)
      if (variables === undefined)
        throw new DagmarError('CONFIG_INVALID', { message: 'A job has no environment.' })
      client.environments.set(environment, variables)
      for (const other of rest.after ?? []) entryOf(other)
      const after = rest.after?.map((other) => entryOf(other).id)
      const id = newJobId(home, now)
      const spec = {
        ...rest,
        ...(after === undefined ? {} : { after }),
        version: specVersion,
        id,
        dispatchedAt: now,
      } as const
      return book.add(spec, environments.add(variables))
    })
    return (await Promise.all(taken)).map(({ id }) => id)
  }

  const watchFacts = ({ n, id, from = 1 }: OfVerb<'watch-facts'>, client: ClientConnection): void => {
    if (id === undefined) {
      const seen = runtime.events$.subscribe((fact) => client.tell(n, fact.runId, fact))
      client.watch(n, () => seen.unsubscribe())
      return
    }
    const entry = entryOf(id)
    if (entry.end !== undefined) {
      void tellSettled(entry, from, n, client)
      return
    }
    const stops: (() => void)[] = []
    client.watch(n, () => {
      for (const stop of stops) stop()
    })
    // It may end without a run. With one, the end is told after its last fact.
    stops.push(options.whenSettled(entry, () => client.end(n)))
    const begun = (run: RunHandle): void => {
      for (const stop of stops.splice(0)) stop()
      const seen = run.events({ from, until: 'settled' }).subscribe({
        next: (fact) => client.tell(n, entry.id, fact),
        complete: () => client.end(n),
      })
      stops.push(() => seen.unsubscribe())
    }
    stops.push(options.whenRun(entry, begun))
  }

  const tellSettled = async (
    entry: Entry,
    from: number,
    n: number,
    client: ClientConnection,
  ): Promise<void> => {
    for (const fact of await store.read(entry.id, { from: Math.max(1, from) })) client.tell(n, entry.id, fact)
    client.end(n)
  }

  const settled = (entry: Entry): Promise<unknown> =>
    new Promise((resolve) => {
      if (entry.end === undefined) options.whenSettled(entry, () => resolve(list.withPlace(entry)))
      else resolve(list.withPlace(entry))
    })

  const forget = async (entries: readonly Entry[]): Promise<readonly string[]> => {
    await book.remove(entries)
    return entries.map(({ id }) => id)
  }

  const prune = (query: JobQuery): Promise<readonly string[]> =>
    forget(
      list
        .entriesFor({ ...query, status: query.status ?? settledStatuses })
        .filter(({ end }) => end !== undefined),
    )

  const deadLetters = async (query: JobQuery): Promise<unknown> => {
    const ids = new Set(
      list
        .matching({ ...query, status: query.status ?? ['failed', 'killed', 'completed'] })
        .map(({ id }) => id),
    )
    const letters = await deadLettersOf(store, {})
    return letters
      .filter(({ runId }) => ids.has(runId))
      .map(({ runId: jobId, name, taskId, attempt, failure }) => ({ jobId, name, taskId, attempt, failure }))
  }

  const why = async ({ id, taskId }: OfVerb<'why'>): Promise<unknown> => {
    const entry = entryOf(id)
    if (entry.run !== undefined) return entry.run.why(taskId)
    const facts = await book.facts(entry)
    if (facts.length > 0) return whyOf(fold(facts), taskId)
    throw new DagmarError('TASK_UNKNOWN', {
      message: `The job ${entry.id} has not begun, so that nothing is known of its tasks.`,
      facts: { id: entry.id, taskId },
    })
  }

  const answers: {
    readonly [V in Request['verb']]: (request: OfVerb<V>, client: ClientConnection) => unknown
  } = {
    look: ({ secrets = {} }) => options.look(secrets),
    dispatch,
    list: ({ query }) => list.matching(query),
    resolve: ({ given }) => resolveJobId(given, list.ids),
    details: ({ id }) => book.details(entryOf(id)),
    facts: async ({ id, taskId }) => {
      const facts = await book.facts(entryOf(id))
      return taskId === undefined ? facts : facts.filter((fact) => fact.taskId === taskId)
    },
    why,
    kill: ({ id, taskId, reason = 'killed' }) => book.kill(entryOf(id), taskId, reason),
    pause: ({ id }) => book.pause(entryOf(id)),
    resume: ({ id }) => book.resume(entryOf(id)),
    drain: ({ id }) => book.drain(entryOf(id)),
    redrive: ({ id, taskId, environment }) => book.redrive(entryOf(id), taskId, environment),
    answer: ({ id, taskId, answer }) => book.answer(entryOf(id), taskId, answer),
    settled: ({ id }) => settled(entryOf(id)),
    remove: ({ ids }) => forget(ids.map(entryOf)),
    prune: ({ query }) => prune(query),
    'dead-letters': ({ query }) => deadLetters(query),
    status: () => options.status(),
    stop: ({ now }) => options.stop(now),
    'watch-jobs': ({ n }, client) => {
      client.watch(
        n,
        list.watch((changed, removed) => client.send({ watch: n, changed, removed })),
      )
    },
    'watch-facts': watchFacts,
    unwatch: ({ watch }, client) => client.unwatch(watch),
  }

  return (request, client) => {
    const act = answers[request.verb] as
      | ((request: ClientMessage, client: ClientConnection) => unknown)
      | undefined
    if (Object.hasOwn(answers, request.verb) && act !== undefined) return act(request, client)
    throw new DagmarError('SUPERVISOR_VERSION', {
      message: `The supervisor does not know what '${request.verb}' is.`,
      hint: 'It may be older than what asks. Stop it, and it is started anew: dagmar supervisor stop',
    })
  }
}

import { usageRows } from '../../agents/usage-rows.ts'
import { type JournalledAgentFact, agentsJournal } from '../../events/agent-facts.ts'
import type { Agents } from '../../runtime/agents/agents.ts'
import type { Desk } from '../../runtime/agents/desk.ts'
import { watchAgents } from '../../runtime/agents/watch-agents.ts'
import type { Runtime } from '../../runtime/create-runtime.ts'
import type { RunHandle } from '../../runtime/handle/run-handle.ts'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { fold } from '../../events/fold.ts'
import { whyOf } from '../../events/why-of.ts'
import type { Store } from '../../ports/store.ts'
import { agentsPart } from '../../events/agents-in-words.ts'
import type { JobDeadLetter, SupervisorStatus } from '../client/jobs.ts'
import { resolveJobId } from '../job-id.ts'
import { type JobQuery, settledStatuses } from '../job.ts'
import type { ClientMessage, Request } from '../protocol/messages.ts'
import type { Answer, ClientConnection } from './client-connection.ts'
import type { Entry } from './entry.ts'
import type { Environments } from './environments.ts'
import { FactFeed } from './fact-feed.ts'
import type { JobBook } from './job-book.ts'
import type { JobList } from './job-list.ts'
import { readSpec } from './read-spec.ts'

export interface AnswerOptions {
  readonly book: JobBook
  readonly list: JobList
  /** Undefined where there are none. */
  readonly agents: Agents | undefined
  /** What all jobs tell from now on. */
  readonly allFacts: Runtime['events$']
  readonly store: Store
  readonly environments: Environments
  readonly status: () => SupervisorStatus
  readonly look: () => Promise<unknown>
  readonly stop: (now: boolean) => Promise<void>
  /** Calls `begun` once the job has a run, at once if it has one. Returns a function that stops waiting. */
  readonly whenRun: (entry: Entry, begun: (run: RunHandle) => void) => () => void
  readonly whenSettled: (entry: Entry, settled: () => void) => () => void
}

type OfVerb<V extends Request['verb']> = Extract<ClientMessage, { verb: V }>

/** What the supervisor does for each verb. */
export function answerRequests(options: AnswerOptions): Answer {
  const { book, list, store, environments } = options
  const entryOf = (id: string): Entry => list.find(id) ?? list.find(resolveJobId(id, list))!

  const dispatch = async (
    { jobs, environments: sent }: OfVerb<'dispatch'>,
    client: ClientConnection,
  ): Promise<readonly string[]> => {
    for (const [name, variables] of Object.entries(sent)) client.environments.set(name, variables)
    // All of them are judged before any is taken.
    const judged = jobs.map(({ environment, ...rest }) => {
      const variables = client.environments.get(environment)
      if (variables === undefined) {
        throw new DagmarError('CONFIG_INVALID', { message: 'A job has no environment.' })
      }
      const spec = readSpec(rest)
      const after = spec.after?.map((other) => entryOf(other).id)
      return { spec: after === undefined ? spec : { ...spec, after }, variables }
    })
    const taken = judged
      // What is sent again, because nobody knew whether it was heard, is taken once.
      .filter(({ spec }) => list.find(spec.id) === undefined)
      .map(({ spec, variables }) => ({ spec, environment: environments.add(variables) }))
    const added = await Promise.allSettled(taken.map(({ spec, environment }) => book.add(spec, environment)))
    for (const [index, one] of added.entries()) {
      if (one.status === 'rejected') environments.release(taken[index]!.environment)
    }
    // What is put within one turn is one transaction: all of them are safe, or none.
    for (const one of added) if (one.status === 'rejected') throw one.reason
    return judged.map(({ spec }) => spec.id)
  }

  const watchFacts = ({ n, id, from = 1 }: OfVerb<'watch-facts'>, client: ClientConnection): void => {
    if (id === undefined) {
      const seen = options.allFacts.subscribe((fact) => client.tell(n, fact.runId, fact))
      client.watch(n, () => seen.unsubscribe())
      return
    }
    const entry = entryOf(id)
    const feed = new FactFeed({
      client,
      watch: n,
      jobId: entry.id,
      from,
      read: (next, limit) => store.read(entry.id, { from: next, limit }),
    })
    const stops = [() => feed.stop()]
    client.watch(n, () => {
      for (const stop of stops) stop()
    })
    if (entry.end !== undefined) {
      feed.over()
      return
    }
    stops.push(options.whenSettled(entry, () => feed.over()))
    const begun = (run: RunHandle): void => {
      const seen = run.events$.subscribe((fact) => feed.see(fact))
      stops.push(() => seen.unsubscribe())
    }
    stops.push(options.whenRun(entry, begun))
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

  const deadLetters = async (query: JobQuery): Promise<readonly JobDeadLetter[]> => {
    const letters: JobDeadLetter[] = []
    const entries = list.entriesFor({ ...query, status: query.status ?? settledStatuses })
    for (const { id: jobId, summary } of entries) {
      // Most jobs have none, and their journals need not be read.
      if (summary.counts.failed === 0) continue
      for (const { id: taskId, attempt, outcome, agents } of fold(await store.read(jobId)).tasks.values()) {
        if (outcome?.status !== 'failed' || !outcome.deadLettered) continue
        const { code, message } = outcome.failure
        const { name } = summary
        const part = agents === undefined ? {} : { agents: agentsPart(agents) }
        letters.push({ jobId, name, taskId, attempt, failure: { code, message }, ...part })
      }
    }
    return letters
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
    look: async () => void (await options.look()),
    ping: () => undefined,
    dispatch,
    list: ({ query }) => list.matching(query),
    resolve: ({ given }) => resolveJobId(given, list),
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
    agents: async () => {
      // Before that, nobody knows what they have used.
      await (options.agents?.desk as Desk | undefined)?.loaded()
      return options.agents?.list() ?? []
    },
    usage: async ({ by, since }) => {
      // Their journal lies among those of the runs, and has facts of its own.
      const facts = (await store.read(agentsJournal)) as readonly unknown[] as readonly JournalledAgentFact[]
      return usageRows(facts, by, since)
    },
    status: () => options.status(),
    stop: ({ now }) => options.stop(now),
    'watch-jobs': ({ n }, client) => {
      client.watch(
        n,
        list.watch({
          isReady: () => client.isReady,
          tell: (changed, removed, isPart) =>
            client.send({ watch: n, changed, removed, ...(isPart ? { isPart } : {}) }),
        }),
      )
    },
    'watch-facts': watchFacts,
    'watch-agents': ({ n }, client) => {
      const desk = options.agents?.desk as Desk | undefined
      if (desk === undefined) return
      const seen = watchAgents(desk).subscribe((told) => client.send({ watch: n, told }))
      client.watch(n, () => seen.unsubscribe())
    },
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

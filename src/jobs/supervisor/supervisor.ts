import { createServer, type Server, type Socket } from 'node:net'
import { chmodSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { asError } from '../../errors/foreign-value.ts'
import { processExecutor } from '../../executors/process/process-executor.ts'
import type { Agents } from '../../runtime/agents/agents.ts'
import { createRuntime } from '../../runtime/create-runtime.ts'
import type { RunHandle } from '../../runtime/handle/run-handle.ts'
import { sqlite } from '../../stores/sqlite/index.ts'
import { type Clock, systemClock } from '../../time/clock.ts'
import type { SupervisorStatus } from '../client/jobs.ts'
import { startInBackground } from '../client/reach-supervisor.ts'
import { type Home, outputFolder } from '../home.ts'
import { protocolVersion, type Request } from '../protocol/messages.ts'
import type { JobSpec } from '../spec.ts'
import type { Variables } from '../spool/job-environment.ts'
import type { IsSecret } from '../spool/secret-names.ts'
import { answerRequests } from './answer-requests.ts'
import { ClientConnection, Leaving } from './client-connection.ts'
import type { Entry } from './entry.ts'
import { Environments } from './environments.ts'
import { gated } from './gated.ts'
import { JobBook } from './job-book.ts'
import { JobList } from './job-list.ts'
import { JobTable } from './job-table.ts'
import { tryLock } from './lock.ts'
import { StatusFiles } from './status-files.ts'
import { takeSpool } from './take-spool.ts'

export interface SupervisorOptions {
  readonly home: Home
  readonly version: string
  /** How many tasks of all jobs may run at once. @default 4 */
  readonly concurrency?: number
  /** Pools that the tasks of all jobs share. @default none */
  readonly pools?: Readonly<Record<string, number>>
  /** Who does the tasks that ask for an agent. @default nobody: a job that asks for one fails */
  readonly agents?: Agents
  /** Most bytes of the output of an attempt that are kept in one file. */
  readonly logBytes?: number
  readonly isSecret?: IsSecret
  /** How long it stays while no job is open and nobody asks for anything, in milliseconds. @default 60000 */
  readonly idleMs?: number
  readonly warn: (sentence: string) => void
  /** A job has begun, or begins again after a crash or a redrive. `variables` throws where secret ones of it are lost. */
  readonly onRun?: (spec: JobSpec, run: RunHandle, variables: () => Variables) => void
  readonly clock?: Clock
}

export interface Supervisor {
  /** Resolves when it has left: nothing of it is held any more. */
  readonly left: Promise<void>
  stop(now: boolean): Promise<void>
}

const defaultIdleMs = 60_000
/** What says nothing of jobs waits for none that are being taken up. */
const unhurried: ReadonlySet<Request['verb']> = new Set(['look', 'ping', 'status', 'stop', 'unwatch'])

/** How long it takes until the spool is looked at again where something could not be taken out of it. */
const againMs = 5_000

/**
 * Takes the state directory over, goes on with the jobs that are open, and serves clients. Resolves with nothing where
 * another supervisor has it.
 */
export async function startSupervisor(options: SupervisorOptions): Promise<Supervisor | undefined> {
  const { home, version, concurrency = 4, pools, warn, clock = systemClock, idleMs = defaultIdleMs } = options
  const lock = tryLock(home.lock)
  if (lock === undefined) return undefined
  const startedAt = Date.now()
  const environments = new Environments(home, options.isSecret ?? (() => false))
  const table = new JobTable(home.database)
  const store = sqlite(home.journals)
  const list = new JobList()
  const runs = new Waiters<RunHandle>()
  const ends = new Waiters<void>()
  const processes = processExecutor({
    surroundings: (runId) => {
      const entry = list.find(runId)
      if (entry === undefined) return undefined
      const { cwd, umask } = entry.spec
      return {
        env: environments.variables(entry.environment),
        cwd,
        umask,
        logDir: outputFolder(join(home.jobs, runId)),
      }
    },
    ...(options.logBytes === undefined ? {} : { logBytes: options.logBytes }),
  })
  const gate = gated(processes)
  const runtime = createRuntime({
    concurrency,
    ...(pools === undefined ? {} : { pools }),
    ...(options.agents === undefined ? {} : { agents: options.agents }),
    store,
    executors: { process: gate.executor },
  })
  const clients = new Set<ClientConnection>()
  const book = new JobBook({
    home,
    runtime,
    store,
    table,
    environments,
    list,
    clock,
    warn,
    statusFiles: (detailsOf) => new StatusFiles(home, detailsOf, warn),
    onRun: (entry, run) => {
      runs.tell(entry, run)
      options.onRun?.(entry.spec, run, () => environments.variables(entry.environment))
    },
    onEnd: (entry) => {
      ends.tell(entry)
      idle()
    },
  })

  let server: Server | undefined
  /** Nothing is answered any more. */
  let isLeaving = false
  let isStopping = false
  /** How many jobs had come when it was told to stop. */
  let addedBefore = Number.POSITIVE_INFINITY
  let ending: Promise<void> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let again: ReturnType<typeof setTimeout> | undefined
  let leave!: () => void
  const left = new Promise<void>((resolve) => (leave = resolve))

  let looking: Promise<unknown> = Promise.resolve()
  /** One at a time: what one has taken is not safe before it has resolved. True where the spool is empty then. */
  const look = (): Promise<boolean> => {
    const looked = looking.then(async () => {
      try {
        return (await takeSpool(home, { book, list, environments, warn })) === 0
      } catch (thrown) {
        warn(`The spool cannot be read: ${asError(thrown).message}`)
        return false
      }
    })
    looking = looked
    return looked.then((isEmpty) => {
      if (!isEmpty && !isLeaving) again ??= setTimeout(lookAgain, againMs)
      return isEmpty
    })
  }
  const lookAgain = (): void => {
    again = undefined
    void look()
  }

  const isBusy = (): boolean =>
    again !== undefined || !book.isIdle || [...clients].some((client) => client.isBusy) || keepsSessions()
  /** Nobody else would close them in time. */
  const keepsSessions = (): boolean =>
    options.agents?.list().some(({ sessions }) => sessions.some(({ closesAt }) => closesAt !== undefined)) ===
    true
  options.agents?.events$.subscribe(({ type }) => {
    if (type === 'session.closed') idle()
  })
  const idle = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (!isLeaving && !isStopping && !isBusy()) timer = setTimeout(() => void leaveIdle(), idleMs)
  }
  /** Whoever has found the door open has put his job into the spool before: it is looked at once the door is closed. */
  const leaveIdle = async (): Promise<void> => {
    if (isBusy()) return idle()
    isLeaving = true
    await closeDoor()
    const isEmpty = await look()
    if (isEmpty && book.isIdle) ending ??= end()
    if (ending !== undefined) return ending
    isLeaving = false
    await openDoor()
    // The spool has what came while the door was closed.
    await look()
    idle()
  }

  const serve = (socket: Socket): void => {
    const hello = { dagmar: version, protocol: protocolVersion, pid: process.pid }
    const client = new ClientConnection({
      socket,
      hello,
      answer: async (request, from) => {
        // Who has dispatched a job and asks for it, or for the latest, means that one.
        if (!unhurried.has(request.verb)) await looking
        if (isLeaving) throw new Leaving()
        return answer(request, from)
      },
      closed: (one) => {
        if (socket.destroyed) clients.delete(one)
        idle()
      },
    })
    clients.add(client)
    idle()
  }
  const openDoor = async (): Promise<void> => {
    rmSync(home.socket, { force: true })
    const opened = createServer({ allowHalfOpen: false }, serve)
    server = opened
    await new Promise<void>((resolve, reject) => {
      opened.once('error', reject).listen(home.socket, resolve)
    })
    chmodSync(home.socket, 0o600)
  }
  const closeDoor = async (): Promise<void> => {
    const closed = server
    server = undefined
    if (closed === undefined) return
    // Resolves once no client is there any more, which is not waited for: nobody new can come from now on.
    closed.close()
    rmSync(home.socket, { force: true })
    await new Promise((resolve) => setImmediate(resolve))
  }

  let cut!: () => void
  const isCut = new Promise<void>((resolve) => (cut = resolve))
  const end = async (): Promise<void> => {
    clearTimeout(timer)
    book.halt()
    // Who asks meanwhile is answered: what is at work may take hours.
    await Promise.race([isCut, drained()])
    isLeaving = true
    clearTimeout(again)
    await closeDoor()
    await look()
    await book.close()
    list.close()
    // Whoever dispatches after it was told to stop wants the next one.
    const isFollowed = book.added > addedBefore
    for (const client of clients) {
      if (!isFollowed) client.failAll(stopped())
      client.close()
    }
    table.close()
    await store.close()
    lock.release()
    if (isFollowed) await startInBackground(home)
    leave()
  }
  const drained = async (): Promise<void> => {
    try {
      await runtime.shutdown({ mode: 'drain' })
    } catch (thrown) {
      warn(asError(thrown).message)
    }
  }
  const stop = async (now: boolean): Promise<void> => {
    book.halt()
    if (now) {
      // As a crash would: whoever comes next ends what is left, and starts it again.
      gate.close()
      processes.killAllNow()
      cut()
    }
    if (isStopping) return
    isStopping = true
    addedBefore = book.added
    // The answer goes out before the door closes.
    setImmediate(() => void (ending ??= end()))
  }

  const status = (): SupervisorStatus => {
    let inUse = 0
    for (const { summary } of list.open) {
      const { starting, running, stalled, stopping } = summary.counts
      inUse += starting + running + stalled + stopping
    }
    return {
      pid: process.pid,
      version,
      protocol: protocolVersion,
      home: home.path,
      startedAt,
      concurrency,
      inUse,
      jobs: list.size,
      open: list.open.size,
      clients: clients.size,
      memory: process.memoryUsage.rss(),
    }
  }
  const answer = answerRequests({
    book,
    list,
    store,
    environments,
    allFacts: runtime.events$,
    agents: options.agents,
    status,
    look,
    stop,
    whenRun: (entry, begun) => {
      if (entry.run === undefined) return runs.add(entry, begun)
      begun(entry.run)
      return () => undefined
    },
    whenSettled: (entry, settled) => ends.add(entry, settled),
  })

  try {
    await book.restore(table.all(warn))
    await look()
    await openDoor()
  } catch (thrown) {
    lock.release()
    throw asError(thrown)
  }
  // A job may have come between the look and the door.
  await look()
  idle()
  return { left, stop }
}

function stopped(): DagmarError {
  return new DagmarError('SUPERVISOR_LOST', {
    message: 'The supervisor was stopped.',
    hint: 'Jobs go on when it is started again, which any command about them does.',
  })
}

/** Who waits for something to happen to a job. */
class Waiters<Value> {
  readonly #waiting = new Map<Entry, Set<(value: Value) => void>>()

  add(entry: Entry, call: (value: Value) => void): () => void {
    const waiting = this.#waiting.get(entry) ?? new Set()
    this.#waiting.set(entry, waiting.add(call))
    return () => {
      waiting.delete(call)
      if (waiting.size === 0 && this.#waiting.get(entry) === waiting) this.#waiting.delete(entry)
    }
  }

  tell(entry: Entry, value: Value): void {
    const waiting = this.#waiting.get(entry)
    this.#waiting.delete(entry)
    for (const call of waiting ?? []) call(value)
  }
}

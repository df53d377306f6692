import { createServer, type Server, type Socket } from 'node:net'
import { chmodSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { asError } from '../../errors/foreign-value.ts'
import { processExecutor } from '../../executors/process/process-executor.ts'
import { createRuntime } from '../../runtime/create-runtime.ts'
import type { RunHandle } from '../../runtime/handle/run-handle.ts'
import { sqlite } from '../../stores/sqlite/index.ts'
import { type Clock, systemClock } from '../../time/clock.ts'
import type { SupervisorStatus } from '../client/jobs.ts'
import { type Home, outputFolder } from '../home.ts'
import { protocolVersion } from '../protocol/messages.ts'
import type { JobSpec } from '../spec.ts'
import type { Variables } from '../spool/job-environment.ts'
import type { IsSecret } from '../spool/secret-names.ts'
import { answerRequests } from './answer-requests.ts'
import { ClientConnection } from './client-connection.ts'
import type { Entry } from './entry.ts'
import { Environments } from './environments.ts'
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
  /** Most bytes of the output of an attempt that are kept in one file. */
  readonly logBytes?: number
  readonly isSecret?: IsSecret
  /** How long it stays while no job is open and nobody asks for anything, in milliseconds. @default 60000 */
  readonly idleMs?: number
  readonly warn: (sentence: string) => void
  /** A job has begun, or begins again after a crash or a redrive. */
  readonly onRun?: (spec: JobSpec, run: RunHandle) => void
  readonly clock?: Clock
}

export interface Supervisor {
  /** Resolves when it has left: nothing of it is held any more. */
  readonly left: Promise<void>
  stop(now: boolean): Promise<void>
}

const defaultIdleMs = 60_000

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
  const runtime = createRuntime({
    concurrency,
    ...(pools === undefined ? {} : { pools }),
    store,
    executors: { process: processes },
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
      options.onRun?.(entry.spec, run)
    },
    onEnd: (entry) => {
      ends.tell(entry)
      idle()
    },
  })

  let server: Server | undefined
  let isLeaving = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let leave!: () => void
  const left = new Promise<void>((resolve) => (leave = resolve))

  let looking = Promise.resolve()
  /** One at a time: what one has taken is not safe before it has resolved. */
  const look = (secrets: Readonly<Record<string, Variables>> = {}): Promise<void> => {
    looking = looking.then(() => takeSpool(home, { book, list, environments, warn, secrets }))
    return looking
  }

  const idle = (): void => {
    clearTimeout(timer)
    timer = undefined
    if (isLeaving || !book.isIdle || [...clients].some(({ isBusy }) => isBusy)) return
    timer = setTimeout(() => void leaveIdle(), idleMs)
  }
  /** Whoever has found the door open has put his job into the spool before: it is looked at once the door is closed. */
  const leaveIdle = async (): Promise<void> => {
    if (!book.isIdle || [...clients].some(({ isBusy }) => isBusy)) {
      idle()
      return
    }
    await closeDoor()
    await look()
    if (book.isIdle) await end('drain')
    else {
      await openDoor()
      idle()
    }
  }

  const serve = (socket: Socket): void => {
    clearTimeout(timer)
    const hello = { dagmar: version, protocol: protocolVersion, pid: process.pid }
    const client = new ClientConnection({
      socket,
      hello,
      answer,
      closed: (one) => {
        if (socket.destroyed) clients.delete(one)
        idle()
      },
    })
    clients.add(client)
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

  const end = async (mode: 'drain' | 'now'): Promise<void> => {
    isLeaving = true
    clearTimeout(timer)
    await closeDoor()
    if (mode === 'now') processes.killAllNow()
    else await runtime.shutdown({ mode: 'drain' })
    await book.close()
    list.close()
    for (const client of clients) client.close()
    table.close()
    await store.close()
    lock.release()
    leave()
  }
  const stop = async (now: boolean): Promise<void> => {
    // The answer goes out before the door closes.
    setImmediate(() => void end(now ? 'now' : 'drain'))
  }

  const status = (): SupervisorStatus => ({
    pid: process.pid,
    version,
    protocol: protocolVersion,
    home: home.path,
    startedAt,
    concurrency,
    inUse: list.open.reduce(
      (sum, { summary: { counts } }) =>
        sum + counts.starting + counts.running + counts.stalled + counts.stopping,
      0,
    ),
    jobs: list.size,
    open: list.open.length,
    clients: clients.size,
    memory: process.memoryUsage.rss(),
  })
  const answer = answerRequests({
    home,
    book,
    list,
    runtime,
    store,
    environments,
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
    await book.restore(table.all())
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

import { join } from 'node:path'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { asError } from '../../errors/foreign-value.ts'
import type { AskedBy, Fact, RunFact } from '../../events/facts.ts'
import { fold } from '../../events/fold.ts'
import { askedBy } from '../../events/task-view.ts'
import { plan } from '../../graph/make-plan.ts'
import type { Plan } from '../../graph/plan.ts'
import { selectTasks } from '../../plan-file/select-tasks.ts'
import type { Store } from '../../ports/store.ts'
import type { Runtime } from '../../runtime/create-runtime.ts'
import type { RunHandle } from '../../runtime/handle/run-handle.ts'
import type { Clock } from '../../time/clock.ts'
import type { Home } from '../home.ts'
import { isSettledStatus, type JobDetails, type JobStatus } from '../job.ts'
import type { JobSpec } from '../spec.ts'
import type { Variables } from '../spool/job-environment.ts'
import { jobTasks, waitingTasks } from './details-of.ts'
import { Entry } from './entry.ts'
import type { Environments } from './environments.ts'
import type { JobList } from './job-list.ts'
import type { JobTable, KeptJob } from './job-table.ts'
import { messageOf } from './message-of.ts'
import type { StatusFiles } from './status-files.ts'
import { endedSummary } from './summary-of.ts'
import { WaitingJobs } from './waiting-jobs.ts'

/** So many jobs have a run at once. Others wait: a run takes memory, and slots go to the oldest anyway. */
const mostRuns = 256

export interface JobBookOptions {
  readonly home: Home
  readonly runtime: Runtime
  readonly store: Store
  readonly table: JobTable
  readonly environments: Environments
  readonly list: JobList
  readonly clock: Clock
  readonly statusFiles: (detailsOf: (entry: Entry) => Promise<JobDetails>) => StatusFiles
  readonly warn: (sentence: string) => void
  /** A job has got its run. */
  readonly onRun: (entry: Entry, run: RunHandle) => void
  readonly onEnd: (entry: Entry) => void
}

/** The jobs of a supervisor, from when they are taken out of the spool to their end, and over redrives. */
export class JobBook {
  readonly #options: JobBookOptions
  readonly #status: StatusFiles
  readonly #waiting: WaitingJobs
  /** Those that nothing holds back but that too many others have a run. */
  readonly #queue = new Set<Entry>()
  /** Those that have a run that is not settled. */
  readonly #active = new Set<Entry>()
  #isClosed = false

  constructor(options: JobBookOptions) {
    this.#options = options
    const { clock, list } = options
    this.#status = options.statusFiles((entry) => this.details(entry))
    this.#waiting = new WaitingJobs({
      clock,
      endOf: (id) => {
        const other = list.find(id)
        return other === undefined ? 'gone' : other.end?.status
      },
      release: (entry) => {
        this.#queue.add(entry)
        this.#advance()
      },
      refuse: (entry, because) => this.#end(entry, 'killed', `dependency-failed: ${because}`),
    })
  }

  /** True while no job is open, or those that are wait for a person to resume them. */
  get isIdle(): boolean {
    if (this.#queue.size > 0) return false
    for (const entry of this.#active) if (entry.summary.status !== 'paused' || isAtWork(entry)) return false
    return this.#options.list.open.every((entry) => entry.isHeld || this.#active.has(entry))
  }

  /** Takes up a job. Resolves when it is safe. */
  async add(spec: JobSpec, environment: string): Promise<Entry> {
    const { list, table } = this.#options
    const known = list.find(spec.id)
    if (known !== undefined) return known
    const entry = new Entry(spec, environment)
    list.add(entry)
    try {
      this.#status.plan(entry)
      await table.put(keptOf(entry))
    } catch (thrown) {
      list.remove([spec.id])
      throw thrown
    }
    this.#begin(entry)
    return entry
  }

  /** Takes up what an earlier supervisor has left. Nothing starts before this has resolved. */
  async restore(kept: readonly KeptJob[]): Promise<void> {
    const { list, environments, store } = this.#options
    const open: Entry[] = []
    for (const { spec, environment, isHeld, settled } of kept) {
      const entry = new Entry(spec, environment)
      entry.isHeld = isHeld
      entry.end = settled
      list.add(entry)
      if (settled !== undefined) continue
      environments.use(environment)
      open.push(entry)
    }
    environments.sweep()
    const known = new Set((await store.runs()).map(({ runId }) => runId))
    // All at once: what is left of any of them ends before one of them goes on, and nobody waits for each in turn.
    await Promise.all(open.flatMap((entry) => (known.has(entry.id) ? [this.#recover(entry)] : [])))
    for (const entry of open) if (!known.has(entry.id)) this.#begin(entry)
  }

  async details(entry: Entry): Promise<JobDetails> {
    const { list, home, clock } = this.#options
    const view = entry.run?.view() ?? (entry.end === undefined ? undefined : await this.#storedView(entry))
    const isKnown = view !== undefined && view.seq > 0
    return {
      ...list.withPlace(entry),
      tasks: isKnown ? jobTasks(view, clock.now()) : waitingTasks(entry.spec, entry.end !== undefined),
      pid: process.pid,
      folder: join(home.jobs, entry.id),
    }
  }

  /** The facts of a job that it has told up to now. */
  async facts(entry: Entry): Promise<readonly RunFact[]> {
    return this.#options.store.read(entry.id)
  }

  async kill(entry: Entry, taskId: string | undefined, reason: string): Promise<void> {
    if (entry.run !== undefined) return entry.run.kill(taskId, { reason })
    if (entry.end !== undefined) return
    if (taskId !== undefined) throw notBegun(entry, `its task ${taskId} can be killed once it has begun`)
    this.#end(entry, 'killed', reason)
  }

  async drain(entry: Entry): Promise<void> {
    if (entry.run !== undefined) return entry.run.drain()
    if (entry.end === undefined) this.#end(entry, 'killed', 'drained')
  }

  async pause(entry: Entry): Promise<void> {
    if (entry.run !== undefined) {
      entry.run.pause()
      return
    }
    if (entry.end !== undefined || entry.isHeld) return
    entry.isHeld = true
    if (this.#queue.delete(entry)) this.#waiting.add(entry)
    await this.#options.table.put(keptOf(entry))
    this.#changed(entry, true)
  }

  async resume(entry: Entry): Promise<void> {
    if (entry.run !== undefined) {
      entry.run.resume()
      return
    }
    if (!entry.isHeld) return
    entry.isHeld = false
    await this.#options.table.put(keptOf(entry))
    this.#changed(entry, true)
    this.#waiting.look(entry)
  }

  async redrive(entry: Entry, taskId: string | undefined, variables: Variables): Promise<void> {
    const { runtime, environments, table, store } = this.#options
    if (entry.end === undefined) {
      throw new DagmarError('JOB_OPEN', {
        message: `The job ${entry.id} is not settled: it is ${entry.summary.status}.`,
        facts: { id: entry.id },
      })
    }
    const before = entry.end
    const hasRun = (await store.read(entry.id, { limit: 1 })).length > 0
    entry.environment = environments.add(variables)
    try {
      if (!hasRun) {
        if (taskId !== undefined) throw notBegun(entry, 'redrive it as a whole')
        entry.end = undefined
        await table.put(keptOf(entry))
        this.#changed(entry, true)
        this.#begin(entry)
        return
      }
      const run = await runtime.recover(entry.id, { dag: planOf(entry.spec) })
      entry.end = undefined
      const result = run.redrive(taskId)
      await table.put(keptOf(entry))
      this.#adopt(entry, run, result)
    } catch (thrown) {
      entry.end = before
      environments.release(entry.environment)
      throw thrown
    }
  }

  answer(entry: Entry, taskId: string, answer: unknown): void {
    if (entry.run === undefined) throw notBegun(entry, 'it asks nothing yet')
    entry.run.answer(taskId, answer)
  }

  async remove(entries: readonly Entry[]): Promise<void> {
    const { table, list, store } = this.#options
    for (const { end, id } of entries) {
      if (end !== undefined) continue
      throw new DagmarError('JOB_OPEN', {
        message: `The job ${id} is not settled, so that it cannot be removed.`,
        hint: `Kill it first: dagmar kill ${id}`,
        facts: { id },
      })
    }
    const ids = entries.map(({ id }) => id)
    for (const entry of entries) this.#status.forget(entry)
    await table.remove(ids)
    list.remove(ids)
    await store.forget?.(ids)
    for (const id of ids) this.#waiting.ended(id)
  }

  /** Resolves when everything that others may read is written. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#waiting.close()
    await this.#status.flushed()
  }

  #begin(entry: Entry): void {
    this.#changed(entry, true)
    this.#waiting.add(entry)
  }

  #advance(): void {
    for (const entry of this.#queue) {
      if (this.#active.size >= mostRuns || this.#isClosed) return
      this.#queue.delete(entry)
      this.#start(entry)
    }
  }

  #start(entry: Entry): void {
    const { runtime } = this.#options
    const { spec } = entry
    try {
      const { id, input, concurrency, name, project, labels } = spec
      const run = runtime.dispatch(planOf(spec), {
        id,
        labels: { ...labels, name, project },
        ...(input === undefined ? {} : { input }),
        ...(concurrency === undefined ? {} : { concurrency }),
      })
      this.#adopt(entry, run, run.result)
    } catch (thrown) {
      this.#end(entry, 'failed', asError(thrown).message)
    }
  }

  async #recover(entry: Entry): Promise<void> {
    try {
      const run = await this.#options.runtime.recover(entry.id, { dag: planOf(entry.spec) })
      this.#adopt(entry, run, run.result)
    } catch (thrown) {
      this.#end(entry, 'failed', asError(thrown).message)
    }
  }

  #adopt(entry: Entry, run: RunHandle, result: RunHandle['result']): void {
    const { onRun } = this.#options
    entry.run = run
    // Those that were asked before it was recovered.
    for (const task of run.view().tasks.values()) {
      if (task.questions.length > 0) this.#answerAhead(entry, task.id, askedBy(task))
    }
    this.#active.add(entry)
    entry.seen?.unsubscribe()
    entry.seen = run.events$.subscribe((fact) => this.#see(entry, fact))
    onRun(entry, run)
    this.#changed(entry, false)
    void result.then(() => this.#settled(entry, run))
  }

  #see(entry: Entry, fact: Fact): void {
    const message = messageOf(fact)
    if (message !== undefined) entry.message = message
    if (fact.type === 'task.asked') this.#answerAhead(entry, fact.taskId, fact.of)
    this.#changed(entry, settles.has(fact.type))
  }

  #answerAhead(entry: Entry, taskId: string, of: AskedBy): void {
    const answer = entry.ahead(taskId, of)
    if (answer === undefined) return
    // What ends the question at once, as a kill of the run does, is told by the next fact.
    queueMicrotask(() => {
      try {
        entry.run?.answer(taskId, answer)
      } catch {
        // Somebody was quicker.
      }
    })
  }

  #settled(entry: Entry, run: RunHandle): void {
    if (entry.run !== run) return
    entry.changed()
    const end = entry.summary
    // A shutdown leaves runs in the store as they are.
    if (!isSettledStatus(end.status)) return
    this.#active.delete(entry)
    entry.seen?.unsubscribe()
    entry.seen = undefined
    entry.end = end
    entry.run = undefined
    // Whoever reads its facts has been told its last one by now.
    setImmediate(() => void run[Symbol.asyncDispose]())
    this.#close(entry)
    this.#advance()
  }

  /** Ends a job that has no run. */
  #end(entry: Entry, status: JobStatus, reason: string): void {
    this.#queue.delete(entry)
    this.#waiting.delete(entry)
    entry.end = endedSummary(entry, { status, reason, at: this.#options.clock.now() })
    this.#close(entry)
  }

  #close(entry: Entry): void {
    const { table, environments, warn, onEnd } = this.#options
    environments.release(entry.environment)
    this.#changed(entry, true)
    table
      .put(keptOf(entry))
      .catch((thrown: unknown) =>
        warn(`The end of ${entry.id} could not be kept: ${asError(thrown).message}`),
      )
    this.#waiting.ended(entry.id)
    onEnd(entry)
  }

  #changed(entry: Entry, isUrgent: boolean): void {
    entry.changed()
    this.#options.list.changed(entry)
    this.#status.changed(entry, isUrgent)
  }

  async #storedView(entry: Entry): Promise<ReturnType<typeof fold> | undefined> {
    const facts = await this.facts(entry)
    return facts.length === 0 ? undefined : fold(facts)
  }
}

const settles: ReadonlySet<string> = new Set(['task.completed', 'task.failed', 'task.killed', 'task.skipped'])

function isAtWork({ summary: { counts } }: Entry): boolean {
  return counts.starting + counts.running + counts.stalled + counts.stopping > 0
}

function keptOf({ spec, environment, isHeld, end }: Entry): KeptJob {
  return { spec, environment, isHeld, settled: end }
}

function planOf({ definition, select }: JobSpec): Plan {
  const whole = plan(definition)
  return select === undefined ? whole : selectTasks(whole, select)
}

function notBegun({ id }: Entry, what: string): DagmarError {
  return new DagmarError('CONFIG_INVALID', {
    message: `The job ${id} has not begun: ${what}.`,
    facts: { id },
  })
}

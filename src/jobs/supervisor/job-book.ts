import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DagmarError } from '../../errors/dagmar-error.ts'
import { asError } from '../../errors/foreign-value.ts'
import type { Fact, RunFact } from '../../events/facts.ts'
import { fold } from '../../events/fold.ts'
import { askedBy } from '../../events/task-view.ts'
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
import { keepEnd } from './keep-end.ts'
import type { JobTable, KeptJob } from './job-table.ts'
import { messageOf } from './message-of.ts'
import { notBegun } from './not-begun.ts'
import { planOf } from './plan-of-spec.ts'
import { recoverRun, type Reopened, reopenRun } from './reopen-run.ts'
import type { StatusFiles } from './status-files.ts'
import { endedSummary } from './summary-of.ts'
import { sweepFolders } from './sweep-folders.ts'
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
  /** Those that are being opened again or removed: it takes a while, and must not be done twice. */
  readonly #busy = new Set<Entry>()
  #isHalted = false
  /** How many jobs have been taken up. */
  added = 0

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
    for (const entry of this.#options.list.open) if (!entry.isHeld && !this.#active.has(entry)) return false
    return true
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
    this.added++
    // It may have been killed meanwhile.
    if (entry.end === undefined) this.#begin(entry)
    return entry
  }

  /** Takes up what an earlier supervisor has left. Nothing starts before this has resolved. */
  async restore(kept: readonly KeptJob[]): Promise<void> {
    const { list, environments, store, table, home, clock } = this.#options
    const open: Entry[] = []
    for (const { spec, environment, isHeld, place, settled } of kept) {
      const entry = new Entry(spec, environment)
      entry.place = place
      entry.isHeld = isHeld
      entry.end = settled
      list.add(entry)
      if (place === 0) void table.put(keptOf(entry)).catch(() => undefined)
      if (settled !== undefined) continue
      environments.use(environment)
      open.push(entry)
    }
    environments.sweep()
    sweepFolders(home, (id) => list.find(id) !== undefined, clock.now())
    const known = new Set((await store.runs()).map(({ runId }) => runId))
    const unknown = [...known].filter((id) => list.find(id) === undefined)
    // Of jobs that were removed by one that died over it.
    if (unknown.length > 0) await store.forget?.(unknown)
    for (const { id } of open)
      if (!existsSync(join(home.jobs, id, 'plan.json'))) this.#status.plan(list.find(id)!)
    // All at once: what is left of any of them ends before one of them goes on, and nobody waits for each in turn.
    await Promise.all(open.flatMap((entry) => (known.has(entry.id) ? [this.#recover(entry)] : [])))
    for (const entry of open) if (!known.has(entry.id)) this.#begin(entry)
  }

  async details(entry: Entry): Promise<JobDetails> {
    const { list, home, clock } = this.#options
    const view =
      entry.run?.view() ?? entry.view ?? (entry.end === undefined ? undefined : await this.#storedView(entry))
    const isKnown = view !== undefined && view.seq > 0
    return {
      ...list.withPlace(entry),
      tasks: isKnown ? jobTasks(view, clock.now()) : waitingTasks(entry.spec, entry.end !== undefined),
      pid: process.pid,
      folder: join(home.jobs, entry.id),
    }
  }

  /** The facts of a job that it has told up to now. */
  facts = ({ id }: Entry): Promise<readonly RunFact[]> => this.#options.store.read(id)

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
    const { environments } = this.#options
    if (entry.end === undefined || this.#busy.has(entry)) {
      throw new DagmarError('JOB_OPEN', {
        message: `The job ${entry.id} is not settled: it is ${entry.end === undefined ? entry.summary.status : 'being opened again, or removed'}.`,
        facts: { id: entry.id },
      })
    }
    if (this.#isHalted) {
      throw new DagmarError('SUPERVISOR_LOST', {
        message: 'The supervisor is about to leave: it lets what is at work finish, and begins nothing more.',
        hint: 'Try again when it has left, or end it: dagmar supervisor stop --now',
      })
    }
    this.#busy.add(entry)
    const environment = environments.add(variables)
    try {
      await this.#reopen(entry, taskId, environment)
    } catch (thrown) {
      environments.release(environment)
      throw thrown
    } finally {
      this.#busy.delete(entry)
    }
  }

  async #reopen(entry: Entry, taskId: string | undefined, environment: string): Promise<void> {
    const { table } = this.#options
    // That it is open again is safe before anything of it starts: only an open job has an environment.
    await table.put({ ...keptOf(entry), environment, isHeld: false, settled: undefined })
    let again: Reopened | undefined
    try {
      again = await reopenRun(this.#options, entry.spec, taskId)
    } catch (thrown) {
      await table.put(keptOf(entry))
      throw thrown
    }
    entry.reopen(environment)
    this.#changed(entry, true)
    if (again === undefined) this.#begin(entry)
    else this.#adopt(entry, again.run, again.result)
  }

  answer(entry: Entry, taskId: string, answer: unknown): void {
    if (entry.run === undefined) throw notBegun(entry, 'it asks nothing yet')
    entry.run.answer(taskId, answer)
  }

  /** Forgets settled jobs, with their folders. */
  async remove(entries: readonly Entry[]): Promise<void> {
    const { table, list, store, home } = this.#options
    for (const entry of entries) {
      const { id } = entry
      if (entry.end !== undefined && !this.#busy.has(entry)) continue
      throw new DagmarError('JOB_OPEN', {
        message: `The job ${id} is not settled.`,
        hint: `Kill it first: dagmar kill ${id}`,
        facts: { id },
      })
    }
    const ids = entries.map(({ id }) => id)
    for (const entry of entries) this.#busy.add(entry)
    try {
      await table.remove(ids)
      list.remove(ids)
      for (const id of ids) this.#waiting.ended(id)
      await store.forget?.(ids)
      for (const entry of entries) {
        await this.#status.forget(entry)
        await rm(join(home.jobs, entry.id), { recursive: true, force: true })
      }
    } finally {
      for (const entry of entries) this.#busy.delete(entry)
    }
  }

  /** From now on no job begins. */
  halt(): void {
    this.#isHalted = true
  }

  /** Resolves when everything that others may read is written. */
  async close(): Promise<void> {
    this.#isHalted = true
    this.#waiting.close()
    await this.#status.flushed()
  }

  #begin(entry: Entry): void {
    this.#changed(entry, false)
    this.#waiting.add(entry)
  }

  #advance(): void {
    for (const entry of this.#queue) {
      if (this.#active.size >= mostRuns || this.#isHalted) return
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
      const run = await recoverRun(this.#options.runtime, entry.spec)
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
      if (task.questions.length > 0) entry.answerAhead(task.id, askedBy(task))
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
    if (fact.type === 'task.asked') entry.answerAhead(fact.taskId, fact.of)
    this.#changed(entry, settles.has(fact.type))
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
    entry.view = run.view()
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
    const { environments, onEnd, list } = this.#options
    environments.release(entry.environment)
    this.#changed(entry, true)
    const isOver = (): boolean => entry.end === undefined || list.find(entry.id) !== entry || this.#isHalted
    void keepEnd(this.#options, () => keptOf(entry), isOver)
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

function keptOf({ spec, environment, isHeld, place, end }: Entry): KeptJob {
  return { spec, environment, isHeld, place, settled: end }
}

import type { Clock, TimerId } from '../../time/clock.ts'
import type { JobStatus } from '../job.ts'
import type { Entry } from './entry.ts'

/** The longest that a timer runs before it looks at the time again: the system may have slept, or its clock been set. */
const longestTimerMs = 30_000

export interface WaitingJobsOptions {
  readonly clock: Clock
  /** How another job has ended; undefined while it has not. `gone` for one that is not there any more. */
  readonly endOf: (id: string) => JobStatus | 'gone' | undefined
  /** Nothing holds it back any more. */
  readonly release: (entry: Entry) => void
  /** A job that had to complete has not, and never will. */
  readonly refuse: (entry: Entry, because: string) => void
}

/** The jobs that wait for their time, for other jobs, or to be resumed. */
export class WaitingJobs {
  readonly #options: WaitingJobsOptions
  readonly #entries = new Set<Entry>()
  readonly #dependents = new Map<string, Set<Entry>>()
  #timer: TimerId
  /** When the timer fires, by the monotonic clock; undefined where none runs. */
  #armedFor: number | undefined

  constructor(options: WaitingJobsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#entries.size
  }

  add(entry: Entry): void {
    this.#entries.add(entry)
    for (const id of entry.spec.after ?? []) {
      const dependents = this.#dependents.get(id) ?? new Set()
      this.#dependents.set(id, dependents.add(entry))
    }
    this.look(entry)
  }

  /** True where it was waiting. */
  delete(entry: Entry): boolean {
    for (const id of entry.spec.after ?? []) {
      const dependents = this.#dependents.get(id)
      dependents?.delete(entry)
      if (dependents?.size === 0) this.#dependents.delete(id)
    }
    return this.#entries.delete(entry)
  }

  /** A job has ended, or is gone. */
  ended(id: string): void {
    // Those that go on waiting stay: a job may be opened again, and end again.
    for (const entry of this.#dependents.get(id) ?? []) this.look(entry)
  }

  /** Lets the job go if nothing holds it back. */
  look(entry: Entry): void {
    if (!this.#entries.has(entry)) return
    const { endOf, release, refuse, clock } = this.#options
    const { after = [], afterAny = false, notBefore = 0 } = entry.spec
    let isWaiting = entry.isHeld
    for (const id of after) {
      const end = endOf(id)
      if (end === undefined) isWaiting = true
      else if (!afterAny && end !== 'completed') {
        this.delete(entry)
        refuse(
          entry,
          end === 'gone'
            ? `the job ${id} that it waits for is gone`
            : `the job ${id} that it waits for ${end === 'failed' ? 'failed' : 'was killed'}`,
        )
        return
      }
    }
    if (notBefore > clock.now()) {
      isWaiting = true
      this.#arm(notBefore)
    }
    if (isWaiting) return
    this.delete(entry)
    release(entry)
  }

  close(): void {
    this.#disarm()
    this.#entries.clear()
    this.#dependents.clear()
  }

  /** Sees to it that the jobs are looked at when that instant comes. */
  #arm(at: number): void {
    const { clock } = this.#options
    const waitMs = Math.min(at - clock.now(), longestTimerMs)
    const next = (clock.monotonic?.() ?? clock.now()) + waitMs
    if (this.#armedFor !== undefined && this.#armedFor <= next) return
    this.#disarm()
    this.#armedFor = next
    this.#timer = clock.setTimeout(() => {
      this.#armedFor = undefined
      // Those that have to wait still arm it again.
      for (const entry of this.#entries) if (entry.spec.notBefore !== undefined) this.look(entry)
    }, waitMs)
  }

  #disarm(): void {
    if (this.#armedFor !== undefined) this.#options.clock.clearTimeout(this.#timer)
    this.#armedFor = undefined
  }
}

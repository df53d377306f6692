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
  #isArmed = false

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
    for (const id of entry.spec.after ?? []) this.#dependents.get(id)?.delete(entry)
    return this.#entries.delete(entry)
  }

  /** A job has ended, or is gone. */
  ended(id: string): void {
    const dependents = this.#dependents.get(id)
    this.#dependents.delete(id)
    for (const entry of dependents ?? []) this.look(entry)
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
      this.#arm()
    }
    if (isWaiting) return
    this.delete(entry)
    release(entry)
  }

  close(): void {
    if (this.#isArmed) this.#options.clock.clearTimeout(this.#timer)
    this.#entries.clear()
  }

  #arm(): void {
    if (this.#isArmed) return
    const { clock } = this.#options
    const next = Math.min(
      ...[...this.#entries]
        .map(({ spec }) => spec.notBefore ?? Number.POSITIVE_INFINITY)
        .filter((at) => at > clock.now()),
    )
    if (next === Number.POSITIVE_INFINITY) return
    this.#isArmed = true
    this.#timer = clock.setTimeout(
      () => {
        this.#isArmed = false
        for (const entry of this.#entries) if (entry.spec.notBefore !== undefined) this.look(entry)
        this.#arm()
      },
      Math.min(longestTimerMs, next - clock.now()),
    )
  }
}

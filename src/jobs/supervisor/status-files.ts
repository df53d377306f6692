import { open, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Home } from '../home.ts'
import { type JobDetails, isSettledStatus } from '../job.ts'
import type { Entry } from './entry.ts'

/** Raised when a field changes its meaning or goes. */
export const statusVersion = 1

/** A job's file is not written more often than this, but for settlements. */
const pauseMs = 250
/** So many files are written at once. */
const mostAtOnce = 4

interface Pending {
  isUrgent: boolean
}

/** Writes `status.json` of jobs: at each settlement, and otherwise at most every 250 ms. */
export class StatusFiles {
  readonly #home: Pick<Home, 'jobs'>
  readonly #detailsOf: (entry: Entry) => Promise<JobDetails>
  readonly #warn: (sentence: string) => void
  readonly #pending = new Map<Entry, Pending>()
  readonly #resting = new Map<Entry, ReturnType<typeof setTimeout>>()
  readonly #writing = new Set<Entry>()
  /** Those whose plan is not written yet. */
  readonly #unplanned = new Set<Entry>()
  #idle: (() => void)[] = []
  #hasWarned = false

  constructor(
    home: Pick<Home, 'jobs'>,
    detailsOf: (entry: Entry) => Promise<JobDetails>,
    warn: (sentence: string) => void,
  ) {
    this.#home = home
    this.#detailsOf = detailsOf
    this.#warn = warn
  }

  /** Writes `plan.json`, before the first `status.json`. */
  plan(entry: Entry): void {
    this.#unplanned.add(entry)
  }

  changed(entry: Entry, isUrgent: boolean): void {
    const pending = this.#pending.get(entry)
    if (pending === undefined) this.#pending.set(entry, { isUrgent })
    else pending.isUrgent ||= isUrgent
    this.#next()
  }

  /** Nothing more is written for it. */
  forget(entry: Entry): void {
    this.#pending.delete(entry)
    clearTimeout(this.#resting.get(entry))
    this.#resting.delete(entry)
  }

  /** Resolves when everything is written. */
  async flushed(): Promise<void> {
    for (const pending of this.#pending.values()) pending.isUrgent = true
    this.#next()
    if (this.#pending.size === 0 && this.#writing.size === 0) return
    await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  #next(): void {
    for (const [entry, { isUrgent }] of this.#pending) {
      if (this.#writing.size >= mostAtOnce) return
      if (this.#writing.has(entry) || (this.#resting.has(entry) && !isUrgent)) continue
      this.#pending.delete(entry)
      void this.#write(entry)
    }
    if (this.#pending.size > 0 || this.#writing.size > 0) return
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  async #write(entry: Entry): Promise<void> {
    this.#writing.add(entry)
    try {
      await this.#replace(entry)
      this.#hasWarned = false
    } catch (thrown) {
      // The job does not depend on it, and a full disk fails it elsewhere.
      if (!this.#hasWarned) this.#warn(`The status of ${entry.id} cannot be written: ${String(thrown)}`)
      this.#hasWarned = true
    }
    this.#writing.delete(entry)
    if (entry.end === undefined) this.#rest(entry)
    this.#next()
  }

  async #replace(entry: Entry): Promise<void> {
    const { pid, folder: _, ...details } = await this.#detailsOf(entry)
    const status = { version: statusVersion, ...details, pid, updatedAt: Date.now() }
    const folder = join(this.#home.jobs, entry.id)
    if (this.#unplanned.delete(entry)) await replaceFile(join(folder, 'plan.json'), planIn(entry), false)
    await replaceFile(join(folder, 'status.json'), status, isSettledStatus(details.status))
  }

  #rest(entry: Entry): void {
    clearTimeout(this.#resting.get(entry))
    const timer = setTimeout(() => {
      this.#resting.delete(entry)
      this.#next()
    }, pauseMs)
    timer.unref()
    this.#resting.set(entry, timer)
  }
}

/** What a job is run from, but for what may be secret: answers given ahead, and whom to notify. */
function planIn({ spec }: Entry): Readonly<Record<string, unknown>> {
  const { answers: _answers, notify: _notify, version: _version, ...rest } = spec
  return { version: statusVersion, ...rest }
}

/** A reader sees the old file or the new one, and never half of one. */
async function replaceFile(path: string, value: unknown, isSynced: boolean): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.tmp`)
  const file = await open(temporary, 'w', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(value)}\n`)
    if (isSynced) await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}

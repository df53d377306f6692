import { type FileHandle, mkdir, open, rename } from 'node:fs/promises'
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

/** One that takes longer than this to write is written less often, at settlements too: but for the job's own. */
const slowMs = 50
const slowFactor = 10

interface Pending {
  isUrgent: boolean
}

interface Rest {
  readonly timer: ReturnType<typeof setTimeout>
  readonly isSlow: boolean
}

/** Writes `status.json` of jobs: at each settlement, and otherwise at most every 250 ms. */
export class StatusFiles {
  readonly #home: Pick<Home, 'jobs'>
  readonly #detailsOf: (entry: Entry) => Promise<JobDetails>
  readonly #warn: (sentence: string) => void
  readonly #pending = new Map<Entry, Pending>()
  readonly #resting = new Map<Entry, Rest>()
  readonly #writing = new Map<Entry, Promise<void>>()
  /** Those whose plan is not written yet. */
  readonly #unplanned = new Set<Entry>()
  #idle: (() => void)[] = []
  #hasWarned = false
  #isFlushing = false

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

  /** Nothing more is written for it. Resolves when what is being written is. */
  async forget(entry: Entry): Promise<void> {
    this.#pending.delete(entry)
    clearTimeout(this.#resting.get(entry)?.timer)
    this.#resting.delete(entry)
    await this.#writing.get(entry)
    this.#pending.delete(entry)
  }

  /** Resolves when everything is written. */
  async flushed(): Promise<void> {
    this.#isFlushing = true
    this.#next()
    if (this.#pending.size === 0 && this.#writing.size === 0) return
    await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  #next(): void {
    for (const [entry, { isUrgent }] of this.#pending) {
      if (this.#writing.size >= mostAtOnce) return
      if (this.#writing.has(entry)) continue
      const rest = this.#resting.get(entry)
      if (rest !== undefined && (!isUrgent || rest.isSlow) && entry.end === undefined && !this.#isFlushing)
        continue
      this.#pending.delete(entry)
      this.#writing.set(entry, this.#write(entry))
    }
    if (this.#pending.size > 0 || this.#writing.size > 0) return
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  async #write(entry: Entry): Promise<void> {
    const began = performance.now()
    try {
      await this.#replace(entry)
      this.#hasWarned = false
    } catch (thrown) {
      // The job does not depend on it, and a full disk fails it elsewhere.
      if (!this.#hasWarned) this.#warn(`The status of ${entry.id} cannot be written: ${String(thrown)}`)
      this.#hasWarned = true
    }
    this.#writing.delete(entry)
    if (entry.end === undefined) this.#rest(entry, performance.now() - began)
    this.#next()
  }

  async #replace(entry: Entry): Promise<void> {
    const { pid, folder: _, ...details } = await this.#detailsOf(entry)
    const status = { version: statusVersion, ...details, pid, updatedAt: Date.now() }
    const folder = join(this.#home.jobs, entry.id)
    if (this.#unplanned.delete(entry)) await replaceFile(join(folder, 'plan.json'), planIn(entry), false)
    await replaceFile(join(folder, 'status.json'), status, isSettledStatus(details.status))
  }

  #rest(entry: Entry, tookMs: number): void {
    clearTimeout(this.#resting.get(entry)?.timer)
    // A job of many tasks has a large file, which is not written all the time.
    const isSlow = tookMs > slowMs
    const timer = setTimeout(
      () => {
        this.#resting.delete(entry)
        this.#next()
      },
      Math.max(pauseMs, tookMs * slowFactor),
    )
    timer.unref()
    this.#resting.set(entry, { timer, isSlow })
  }
}

/** What a job is run from, but for what may be secret: answers given ahead, and whom to notify. */
function planIn({ spec }: Entry): Readonly<Record<string, unknown>> {
  const { answers: _answers, notify: _notify, version: _version, ...rest } = spec
  return { version: statusVersion, ...rest }
}

/** A reader sees the old file or the new one, and never half of one. The folder may have been removed by hand. */
async function replaceFile(path: string, value: unknown, isSynced: boolean): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.tmp`)
  const file = await openIn(temporary)
  try {
    await file.writeFile(`${JSON.stringify(value)}\n`)
    if (isSynced) await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}

async function openIn(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'w', 0o600)
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    return open(path, 'w', 0o600)
  }
}

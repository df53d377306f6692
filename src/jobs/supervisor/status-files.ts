import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Home } from '../home.ts'
import type { JobDetails } from '../job.ts'
import type { Entry } from './entry.ts'

/** Raised when a field changes its meaning or goes. */
export const statusVersion = 1

/** A job's file is not written more often than this, but for settlements. */
const pauseMs = 250
/** A job that is over before has its file written once. */
const firstPauseMs = 100
/** So many files are written in one turn of the event loop. */
const mostAtOnce = 8
/** One that takes longer than this to write is written less often, at settlements too: but for the job's own. */
const slowMs = 20
const slowFactor = 20

/** Where the file of a job stands. */
interface Standing {
  /** What is to be written. */
  isDirty: boolean
  /** It does not wait until the pause is over. */
  isUrgent: boolean
  writing: Promise<void> | undefined
  pause: ReturnType<typeof setTimeout> | undefined
  isSlow: boolean
  needsPlan: boolean
}

/**
 * Writes `status.json` of jobs: at each settlement, and otherwise at most every 250 ms. They are not synced: the journals
 * are what is safe.
 */
export class StatusFiles {
  readonly #home: Pick<Home, 'jobs'>
  readonly #detailsOf: (entry: Entry) => Promise<JobDetails>
  readonly #warn: (sentence: string) => void
  readonly #standings = new Map<Entry, Standing>()
  readonly #ready = new Set<Entry>()
  #isArmed = false
  #writing = 0
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
    const standing = this.#standingOf(entry)
    standing.needsPlan = true
    this.#pause(entry, standing, firstPauseMs)
  }

  changed(entry: Entry, isUrgent: boolean): void {
    const standing = this.#standingOf(entry)
    standing.isDirty = true
    standing.isUrgent ||= isUrgent
    this.#look(entry, standing)
  }

  /** Nothing more is written for it. Resolves when what is being written is. */
  async forget(entry: Entry): Promise<void> {
    const standing = this.#standings.get(entry)
    this.#ready.delete(entry)
    this.#standings.delete(entry)
    clearTimeout(standing?.pause)
    await standing?.writing
  }

  /** Resolves when everything is written. */
  async flushed(): Promise<void> {
    this.#isFlushing = true
    for (const [entry, standing] of this.#standings) this.#look(entry, standing)
    if (this.#ready.size === 0 && this.#writing === 0) return
    await new Promise<void>((resolve) => this.#idle.push(resolve))
  }

  #standingOf(entry: Entry): Standing {
    const known = this.#standings.get(entry)
    if (known !== undefined) return known
    const made = {
      isDirty: false,
      isUrgent: false,
      writing: undefined,
      pause: undefined,
      isSlow: false,
      needsPlan: false,
    }
    this.#standings.set(entry, made)
    return made
  }

  #look(entry: Entry, standing: Standing): void {
    const { isDirty, writing, pause, isUrgent, isSlow } = standing
    if (!isDirty || writing !== undefined) return
    const mayWait = pause !== undefined && !(isUrgent && !isSlow) && entry.end === undefined
    if (mayWait && !this.#isFlushing) return
    this.#ready.add(entry)
    this.#arm()
  }

  #arm(): void {
    if (this.#isArmed) return
    this.#isArmed = true
    setImmediate(() => this.#writeSome())
  }

  #writeSome(): void {
    this.#isArmed = false
    let left = mostAtOnce
    for (const entry of this.#ready) {
      if (left-- === 0) break
      this.#ready.delete(entry)
      const standing = this.#standings.get(entry)
      if (standing !== undefined) standing.writing = this.#write(entry, standing)
    }
    if (this.#ready.size > 0) this.#arm()
  }

  async #write(entry: Entry, standing: Standing): Promise<void> {
    this.#writing++
    standing.isDirty = false
    standing.isUrgent = false
    const began = performance.now()
    try {
      await this.#replace(entry, standing)
      this.#hasWarned = false
    } catch (thrown) {
      // The job does not depend on it, and a full disk fails it elsewhere.
      if (!this.#hasWarned) this.#warn(`The status of ${entry.id} cannot be written: ${String(thrown)}`)
      this.#hasWarned = true
    }
    this.#writing--
    standing.writing = undefined
    this.#rest(entry, standing, performance.now() - began)
    if (this.#ready.size > 0 || this.#writing > 0) return
    for (const resolve of this.#idle.splice(0)) resolve()
  }

  async #replace(entry: Entry, standing: Standing): Promise<void> {
    const { pid, folder: _, ...details } = await this.#detailsOf(entry)
    const status = { version: statusVersion, ...details, pid, updatedAt: Date.now() }
    if (this.#standings.get(entry) !== standing) return
    const folder = join(this.#home.jobs, entry.id)
    if (standing.needsPlan) replaceFile(join(folder, 'plan.json'), planIn(entry))
    standing.needsPlan = false
    replaceFile(join(folder, 'status.json'), status)
  }

  #rest(entry: Entry, standing: Standing, tookMs: number): void {
    if (this.#standings.get(entry) !== standing) return
    clearTimeout(standing.pause)
    standing.pause = undefined
    if (entry.end !== undefined && !standing.isDirty) {
      // From now on it is read from its journal.
      entry.view = undefined
      this.#standings.delete(entry)
      return
    }
    // A job of many tasks has a large file, which is not written all the time.
    standing.isSlow = tookMs > slowMs
    this.#pause(entry, standing, standing.isSlow ? Math.max(pauseMs, tookMs * slowFactor) : pauseMs)
    this.#look(entry, standing)
  }

  #pause(entry: Entry, standing: Standing, ms: number): void {
    clearTimeout(standing.pause)
    standing.pause = setTimeout(() => {
      standing.pause = undefined
      this.#look(entry, standing)
    }, ms)
    standing.pause.unref()
  }
}

/** What a job is run from, but for what may be secret: answers given ahead, and whom to notify. */
function planIn({ spec }: Entry): Readonly<Record<string, unknown>> {
  const { answers: _answers, notify: _notify, version: _version, ...rest } = spec
  return { version: statusVersion, ...rest }
}

/** A reader sees the old file or the new one, and never half of one. The folder may have been removed by hand. */
function replaceFile(path: string, value: unknown): void {
  const temporary = join(dirname(path), `.${basename(path)}.tmp`)
  const text = `${JSON.stringify(value)}\n`
  try {
    writeFileSync(temporary, text, { mode: 0o600 })
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw thrown
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    writeFileSync(temporary, text, { mode: 0o600 })
  }
  renameSync(temporary, path)
}

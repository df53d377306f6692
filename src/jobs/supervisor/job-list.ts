import type { JobQuery, JobSummary } from '../job.ts'
import { fitsQuery } from '../job-query.ts'
import type { Entry } from './entry.ts'

/** How long changes gather before watchers are told. */
const gatherMs = 50

type Watcher = (changed: readonly JobSummary[], removed: readonly string[]) => void

/** All jobs in the order in which they were dispatched; their ids say that only to the second. */
export class JobList {
  #ids: string[] = []
  readonly #entries = new Map<string, Entry>()
  readonly #watchers = new Set<Watcher>()
  readonly #changed = new Set<Entry>()
  readonly #removed = new Set<string>()
  #timer: ReturnType<typeof setTimeout> | undefined

  get ids(): readonly string[] {
    return this.#ids
  }

  get size(): number {
    return this.#ids.length
  }

  get open(): readonly Entry[] {
    return [...this.#entries.values()].filter(({ end }) => end === undefined)
  }

  find(id: string): Entry | undefined {
    return this.#entries.get(id)
  }

  add(entry: Entry): void {
    const { id } = entry
    this.#entries.set(id, entry)
    this.#ids.splice(this.#placeFor(entry), 0, id)
    this.changed(entry)
  }

  remove(ids: readonly string[]): void {
    for (const id of ids) {
      const entry = this.#entries.get(id)
      if (entry === undefined) continue
      this.#entries.delete(id)
      this.#changed.delete(entry)
      this.#removed.add(id)
    }
    const gone = new Set(ids)
    this.#ids = this.#ids.filter((id) => !gone.has(id))
    this.#arm()
  }

  withPlace(entry: Entry): JobSummary {
    return { ...entry.summary, place: this.#placeFor(entry) + 1 }
  }

  matching(query: JobQuery): readonly JobSummary[] {
    const { limit = Number.POSITIVE_INFINITY } = query
    const found: JobSummary[] = []
    // From the latest on, because of the limit.
    for (let at = this.#ids.length - 1; at >= 0 && found.length < limit; at--) {
      const entry = this.#entries.get(this.#ids[at]!)!
      if (fitsQuery(entry.summary, query)) found.push({ ...entry.summary, place: at + 1 })
    }
    return found.toReversed()
  }

  entriesFor(query: JobQuery): readonly Entry[] {
    return this.matching(query).map(({ id }) => this.#entries.get(id)!)
  }

  changed(entry: Entry): void {
    if (this.#watchers.size === 0) return
    this.#changed.add(entry)
    this.#arm()
  }

  /** Tells the whole list at once, and later what changes in it. Returns a function that stops. */
  watch(tell: Watcher): () => void {
    this.#tell()
    this.#watchers.add(tell)
    tell(this.matching({}), [])
    return () => this.#watchers.delete(tell)
  }

  close(): void {
    clearTimeout(this.#timer)
  }

  #arm(): void {
    if (this.#watchers.size === 0) return
    this.#timer ??= setTimeout(() => this.#tell(), gatherMs)
  }

  #tell(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const changed = [...this.#changed]
      .filter(({ id }) => this.#entries.has(id))
      .map((entry) => this.withPlace(entry))
    const removed = [...this.#removed]
    this.#changed.clear()
    this.#removed.clear()
    if (changed.length === 0 && removed.length === 0) return
    for (const tell of this.#watchers) tell(changed, removed)
  }

  /** Where the job stands, or would. */
  #placeFor(entry: Entry): number {
    let [from, to] = [0, this.#ids.length]
    while (from < to) {
      const middle = (from + to) >>> 1
      if (isBefore(this.#entries.get(this.#ids[middle]!)!, entry)) from = middle + 1
      else to = middle
    }
    return from
  }
}

function isBefore({ summary: one }: Entry, { summary: other }: Entry): boolean {
  return (
    one.dispatchedAt < other.dispatchedAt || (one.dispatchedAt === other.dispatchedAt && one.id < other.id)
  )
}

import type { JobQuery, JobSummary } from '../job.ts'
import { fitsQuery } from '../job-query.ts'
import type { Entry } from './entry.ts'

/** How long changes gather before watchers are told. */
const gatherMs = 50
/** So many jobs are told at once: a list of all of them may be long. */
const mostAtOnce = 500

export interface ListWatcher {
  /** False while it is behind: then it is told later. */
  readonly isReady: () => boolean
  /** With `isPart`, the rest comes at once. */
  readonly tell: (changed: readonly JobSummary[], removed: readonly string[], isPart: boolean) => void
}

/** What a watcher has not been told yet. */
interface Untold extends ListWatcher {
  readonly changed: Set<Entry>
  readonly removed: Set<string>
}

/** All jobs in the order in which they came, which is that of their numbers; their ids say that only to the second. */
export class JobList {
  #ids: string[] = []
  readonly #entries = new Map<string, Entry>()
  readonly #open = new Set<Entry>()
  /** The highest number that a job has. */
  #highest = 0
  readonly #watchers = new Set<Untold>()
  #timer: ReturnType<typeof setTimeout> | undefined

  get ids(): readonly string[] {
    return this.#ids
  }

  get size(): number {
    return this.#ids.length
  }

  /** Those that are not settled. */
  get open(): ReadonlySet<Entry> {
    return this.#open
  }

  find(id: string): Entry | undefined {
    return this.#entries.get(id)
  }

  /** The id of the job with that number. */
  at(place: number): string | undefined {
    return this.#ids.find((id) => this.#entries.get(id)!.place === place)
  }

  /** Gives it a number, if it has none, which it keeps: as in a shell, the next one after the highest. */
  add(entry: Entry): void {
    const { id } = entry
    if (entry.place === 0) entry.place = this.#highest + 1
    this.#highest = Math.max(this.#highest, entry.place)
    this.#entries.set(id, entry)
    this.#ids.splice(this.#placeFor(entry), 0, id)
    this.changed(entry)
  }

  remove(ids: readonly string[]): void {
    for (const id of ids) {
      const entry = this.#entries.get(id)
      if (entry === undefined) continue
      this.#entries.delete(id)
      this.#open.delete(entry)
      for (const { changed, removed } of this.#watchers) {
        changed.delete(entry)
        removed.add(id)
      }
    }
    const gone = new Set(ids)
    this.#ids = this.#ids.filter((id) => !gone.has(id))
    this.#highest = this.#ids.reduce((most, id) => Math.max(most, this.#entries.get(id)!.place), 0)
    this.#arm()
  }

  withPlace(entry: Entry): JobSummary {
    return { ...entry.summary, place: entry.place }
  }

  matching(query: JobQuery): readonly JobSummary[] {
    const { limit = Number.POSITIVE_INFINITY } = query
    const found: JobSummary[] = []
    // From the latest on, because of the limit.
    for (let at = this.#ids.length - 1; at >= 0 && found.length < limit; at--) {
      const entry = this.#entries.get(this.#ids[at]!)!
      if (fitsQuery(entry.summary, query)) found.push(this.withPlace(entry))
    }
    return found.toReversed()
  }

  entriesFor(query: JobQuery): readonly Entry[] {
    return this.matching(query).map(({ id }) => this.#entries.get(id)!)
  }

  /** Something of it has changed: perhaps it has ended, or is open again. */
  changed(entry: Entry): void {
    if (entry.end !== undefined || !this.#entries.has(entry.id)) this.#open.delete(entry)
    else this.#open.add(entry)
    if (this.#watchers.size === 0) return
    for (const { changed } of this.#watchers) changed.add(entry)
    this.#arm()
  }

  /** Tells the whole list at once, and later what changes in it. Returns a function that stops. */
  watch(watcher: ListWatcher): () => void {
    const untold = {
      ...watcher,
      changed: new Set(this.#ids.map((id) => this.#entries.get(id)!)),
      removed: new Set<string>(),
    }
    this.#watchers.add(untold)
    this.#tell(untold, true)
    return () => this.#watchers.delete(untold)
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#watchers.clear()
  }

  #arm(): void {
    if (this.#watchers.size === 0) return
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      for (const watcher of this.#watchers) this.#tell(watcher)
    }, gatherMs)
  }

  #tell(watcher: Untold, isFirst = false): void {
    const { changed, removed, isReady, tell } = watcher
    if (!isFirst && changed.size === 0 && removed.size === 0) return
    const entries = [...changed]
    for (let from = 0; from === 0 || from < entries.length; from += mostAtOnce) {
      if (!isReady()) {
        this.#arm()
        return
      }
      const part = entries.slice(from, from + mostAtOnce).filter(({ id }) => this.#entries.has(id))
      for (const entry of entries.slice(from, from + mostAtOnce)) changed.delete(entry)
      tell(
        part.map((entry) => this.withPlace(entry)),
        [...removed],
        changed.size > 0,
      )
      removed.clear()
    }
  }

  /** Where the job stands, or would. */
  #placeFor(entry: Entry): number {
    let [from, to] = [0, this.#ids.length]
    while (from < to) {
      const middle = (from + to) >>> 1
      if (this.#entries.get(this.#ids[middle]!)!.place < entry.place) from = middle + 1
      else to = middle
    }
    return from
  }
}

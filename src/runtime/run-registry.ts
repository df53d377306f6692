import type { RunHandle } from './handle/run-handle.ts'
import type { Run } from './run/run.ts'

/**
 * The runs of a runtime by id. One that is not settled is held; a settled one belongs to those who hold its handle.
 */
export class RunRegistry {
  readonly #byId = new Map<string, Run | WeakRef<Run>>()
  readonly #handles = new WeakMap<Run, RunHandle>()
  readonly #byKey = new Map<string, RunHandle>()
  /** Runs whose handle was given to nobody. They are forgotten as soon as they have settled. */
  readonly #unseen = new WeakSet<Run>()
  // An id that was given back by disposal may belong to another run by then.
  readonly #dropped = new FinalizationRegistry<{ readonly id: string; readonly entry: WeakRef<Run> }>(
    ({ id, entry }) => {
      if (this.#byId.get(id) === entry) this.#byId.delete(id)
    },
  )

  has(id: string): boolean {
    return this.#byId.has(id)
  }

  handleOf(id: string): RunHandle | undefined {
    const entry = this.#byId.get(id)
    const run = entry instanceof WeakRef ? entry.deref() : entry
    return run === undefined ? undefined : this.#handles.get(run)
  }

  /** The run that was dispatched with that idempotency key. */
  withKey(key: string | undefined): RunHandle | undefined {
    return key === undefined ? undefined : this.#byKey.get(key)
  }

  /** `isSeen` is false where the caller of `dispatch` gets no handle. */
  add(run: Run, handle: RunHandle, isSeen: boolean): void {
    if (!isSeen) this.#unseen.add(run)
    this.#handles.set(run, handle)
    this.#byId.set(run.id, run)
    const { idempotencyKey } = run.options
    if (idempotencyKey !== undefined) this.#byKey.set(idempotencyKey, handle)
  }

  /** The run has settled: from now on it lives only as long as others hold it. */
  release(run: Run): void {
    if (this.#byId.get(run.id) !== run) return
    if (this.#unseen.has(run) && run.options.idempotencyKey === undefined) {
      this.#byId.delete(run.id)
      return
    }
    // Made only now, because the target of a new weak reference is held until the next turn of the event loop.
    const entry = new WeakRef(run)
    this.#byId.set(run.id, entry)
    this.#dropped.register(run, { id: run.id, entry })
  }

  /** Forgets the run: its id and key may be used again. */
  drop(run: Run): void {
    const entry = this.#byId.get(run.id)
    if ((entry instanceof WeakRef ? entry.deref() : entry) === run) this.#byId.delete(run.id)
    const { idempotencyKey } = run.options
    if (idempotencyKey !== undefined) this.#byKey.delete(idempotencyKey)
  }

  /** In the order in which they were added. */
  handles(): readonly RunHandle[] {
    return this.#runs().map((run) => this.#handles.get(run)!)
  }

  /** Nothing is told any more. */
  close(): void {
    for (const run of this.#runs()) run.log.close()
  }

  #runs(): readonly Run[] {
    return [...this.#byId.values()].flatMap((entry) =>
      entry instanceof WeakRef ? (entry.deref() ?? []) : entry,
    )
  }
}

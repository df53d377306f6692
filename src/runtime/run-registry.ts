import type { RunHandle } from './handle/run-handle.ts'
import type { Run } from './run/run.ts'

/**
 * The runs of a runtime by id. Held weakly: a run that is not settled is held by the runtime, a settled one belongs to
 * whoever holds its handle.
 */
export class RunRegistry {
  readonly #byId = new Map<string, WeakRef<Run>>()
  readonly #handles = new WeakMap<Run, RunHandle>()
  readonly #byKey = new Map<string, RunHandle>()
  // An id that was given back by disposal may belong to another run by then.
  readonly #dropped = new FinalizationRegistry<{ readonly id: string; readonly entry: WeakRef<Run> }>(
    ({ id, entry }) => {
      if (this.#byId.get(id) === entry) this.#byId.delete(id)
    },
  )

  has(id: string): boolean {
    return this.#byId.has(id)
  }

  /** The run that was dispatched with that idempotency key. */
  withKey(key: string | undefined): RunHandle | undefined {
    return key === undefined ? undefined : this.#byKey.get(key)
  }

  add(run: Run, handle: RunHandle): void {
    const entry = new WeakRef(run)
    this.#handles.set(run, handle)
    this.#byId.set(run.id, entry)
    this.#dropped.register(run, { id: run.id, entry })
    const { idempotencyKey } = run.options
    if (idempotencyKey !== undefined) this.#byKey.set(idempotencyKey, handle)
  }

  /** The run was disposed of: its id and key may be used again. */
  drop(run: Run): void {
    this.#byId.delete(run.id)
    const { idempotencyKey } = run.options
    if (idempotencyKey !== undefined) this.#byKey.delete(idempotencyKey)
  }

  /** In the order in which they were added. */
  handles(): readonly RunHandle[] {
    return [...this.#byId.values()].flatMap((entry) => {
      const run = entry.deref()
      return run === undefined ? [] : this.#handles.get(run)!
    })
  }

  /** Nothing is told any more. */
  close(): void {
    for (const run of this.#byId.values()) run.deref()?.log.close()
  }
}

import type { RunHandle } from './handle/run-handle.ts'
import type { Run } from './run/run.ts'

/**
 * The runs of a runtime, by id. Held weakly: the runtime holds a run until it is settled; after that it lives as long
 * as somebody holds its handle.
 */
export class RunRegistry {
  readonly #byId = new Map<string, WeakRef<Run>>()
  readonly #handles = new WeakMap<Run, RunHandle>()
  readonly #byKey = new Map<string, RunHandle>()
  // By then the id may belong to another run, if this one was disposed of.
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

  /** Forgets a run that was disposed of: its id and key may be used again. */
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

  /** Completes the streams of all runs. */
  close(): void {
    for (const run of this.#byId.values()) run.deref()?.log.close()
  }
}

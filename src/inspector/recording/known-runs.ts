import type { Runtime } from '../../runtime/create-runtime.ts'
import type { RunHandle } from '../../runtime/handle/run-handle.ts'

/** How many settled runs are held, so that they can be looked at after their end. */
const heldSettled = 20

/**
 * The runs that an inspector can show. A runtime lets go of settled runs that nobody holds: the latest are held here.
 * What that costs is a look at the list of runs whenever one is dispatched or ends.
 */
export class KnownRuns {
  readonly #runtime: Runtime | undefined
  readonly #runs = new Map<string, RunHandle>()
  readonly #settled = new Set<RunHandle>()
  /** Runs that are no longer held here, though somebody else may hold them. */
  readonly #letGo = new WeakSet<RunHandle>()
  readonly #stop: () => void
  readonly #appeared: (run: RunHandle) => void
  #isLooking = false

  /** `appeared` is called for each run once, in the order of dispatch. */
  constructor(target: Runtime | RunHandle, appeared: (run: RunHandle) => void) {
    this.#appeared = appeared
    if (!('runs' in target)) {
      this.#runs.set(target.id, target)
      this.#stop = () => undefined
      return
    }
    this.#runtime = target
    this.look()
    const subscription = target.actor.subscribe(() => this.#lookSoon())
    this.#stop = () => subscription.unsubscribe()
  }

  get(runId: string): RunHandle | undefined {
    if (!this.#runs.has(runId)) this.look()
    return this.#runs.get(runId) ?? this.#runtime?.runs().find(({ id }) => id === runId)
  }

  all(): readonly RunHandle[] {
    this.look()
    return [...this.#runs.values()]
  }

  close(): void {
    this.#stop()
    this.#runs.clear()
  }

  /** Finds what is new in the runtime's list. */
  look(): void {
    for (const run of this.#runtime?.runs() ?? []) {
      if (this.#runs.get(run.id) !== run && !this.#letGo.has(run)) this.#add(run)
    }
  }

  /** Once for all runs that are dispatched in one turn, and when these are in the list. */
  #lookSoon(): void {
    if (this.#isLooking) return
    this.#isLooking = true
    queueMicrotask(() => {
      this.#isLooking = false
      this.look()
    })
  }

  #add(run: RunHandle): void {
    this.#runs.set(run.id, run)
    this.#appeared(run)
    void this.#letGoAfterEndOf(run)
  }

  /** The oldest of the settled ones goes where there are too many. */
  async #letGoAfterEndOf(run: RunHandle): Promise<void> {
    await run.result
    this.#settled.add(run)
    for (const oldest of this.#settled) {
      if (this.#settled.size <= heldSettled) break
      this.#settled.delete(oldest)
      this.#letGo.add(oldest)
      if (this.#runs.get(oldest.id) === oldest) this.#runs.delete(oldest.id)
    }
  }
}

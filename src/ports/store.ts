import type { RunFact } from '../events/facts.ts'

/** Keeps journals: the run facts of each run, in order, append only. */
export interface Store {
  /**
   * Appends facts, all or none. Returns nothing when they are as safe as they will be, or a promise of that.
   * No effect of these facts happens before. What it throws or rejects with fails the run with `STORE_FAILED`,
   * and nothing is appended to that run any more.
   */
  append(runId: string, facts: readonly RunFact[]): void | Promise<void>
}

import type { RunState } from '../../machines/dag.ts'
import type { RunFact } from '../events/facts.ts'
import type { RunSummary } from '../events/run-summary.ts'

/** Who writes a journal: one runtime. */
export interface Owner {
  /** Unique to the runtime, for as long as the store lives. */
  readonly id: string
}

/**
 * A run's journal, opened for one owner. What tells a store that somebody else has opened it since (its fence) lies in
 * here, so that every append is checked against it.
 */
export interface Journal {
  readonly runId: string
  /** The `seq` of the last fact in it when it was opened; 0 for a new one. */
  readonly lastSeq: number
}

/** What is appended to one journal: all of it or none. */
export interface AppendGroup {
  readonly journal: Journal
  /** In order, at least one; the first has the `seq` after the last one in the journal. */
  readonly facts: readonly RunFact[]
}

/** Which runs to list. Those that fit all that is asked. */
export interface RunQuery {
  readonly status?: RunState
  /** The name of the dag. */
  readonly name?: string
  /** Runs that have each of these labels with that text. */
  readonly labels?: Readonly<Record<string, string>>
  /** Created at this instant or later; epoch ms. */
  readonly since?: number
  /** Most runs listed. Integer ≥ 1. @default all */
  readonly limit?: number
}

/**
 * Keeps journals: the run facts of each run, in order, append only. A journal is a gapless prefix of what its run told.
 * `storeConformance` of `dagmar/testing` tests a store against this contract.
 */
export interface Store {
  /**
   * Opens the journal of a new run; nothing need be written before the first append. Throws a `DagmarError` with the
   * code `RUN_EXISTS` where the store can tell at once that there is one; else the first append answers with it.
   */
  create(runId: string, owner: Owner): Journal
  /**
   * Opens the journal of a run that is there, to go on with it. From now on the store refuses what earlier openers
   * append. Throws `RUN_UNKNOWN`.
   */
  open(runId: string, owner: Owner): Journal
  /**
   * Appends facts to one journal or more: each group all or none. Returns nothing when all of them are as safe as they
   * will be; or a promise of an answer for each group, in order: nothing when it is safe, or why it was refused. What it
   * throws or rejects with refuses every group. A runtime waits for the answer before it appends again, and no effect
   * of these facts happens before. A refused group fails its run with `STORE_FAILED`: nothing more is appended to that
   * journal by this owner.
   */
  append(groups: readonly AppendGroup[]): void | Promise<readonly (Error | undefined)[]>
  /**
   * The facts of a run from the `seq` `from` on (default 1), at most `limit` (default all) of them, in order; none where
   * there is no such run. Another process may be appending meanwhile: what comes is a prefix of the journal.
   */
  read(
    runId: string,
    options?: { readonly from?: number; readonly limit?: number },
  ): Promise<readonly RunFact[]>
  /** The runs that fit, the latest first. `summaryAfter` makes a summary from facts, one by one. */
  runs(query?: RunQuery): Promise<readonly RunSummary[]>
  /** Gives back what the store holds open. Nothing is asked of it afterwards. */
  close(): void | Promise<void>
}

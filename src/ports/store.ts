import type { RunState } from '../../machines/dag.ts'
import type { RunFact } from '../events/facts.ts'
import type { RunSummary } from '../events/run-summary.ts'

/** The writer of a journal: one runtime. It is alive while its process is. */
export interface Owner {
  /** Unique to the runtime, for as long as the store lives. */
  readonly id: string
  /** @default the process that calls */
  readonly process?: OwnerProcess
}

/** A process as others find it. One in another pid namespace cannot be looked for, and counts as alive. */
export interface OwnerProcess {
  readonly pid: number
  /** When it was started, in the kernel's ticks since the system came up; `null` where there is no /proc. */
  readonly start: number | null
  /** Which life of the system it belongs to; `null` where there is no /proc. */
  readonly bootId: string | null
  /** `null` where there is no /proc. */
  readonly pidNamespace: string | null
}

export interface CreateOptions {
  /** At most one run of the store has it. */
  readonly idempotencyKey?: string | undefined
}

export interface OpenOptions {
  /** Takes the run from an owner that is alive, too. @default false */
  readonly takeOver?: boolean | undefined
}

/**
 * A run's journal, opened for one owner. It holds the fence, by which a store notices that somebody else has opened the
 * journal since, so that every append is checked against it.
 */
export interface Journal {
  readonly runId: string
  /** The `seq` of the last fact in it when it was opened; 0 for a new one. */
  readonly lastSeq: number
}

/** Facts for one journal, which are appended all or none. */
export interface AppendGroup {
  readonly journal: Journal
  /** In order, at least one. The first has the `seq` that follows the last fact in the journal. */
  readonly facts: readonly RunFact[]
}

/** Which runs to list: those that fit all given fields. */
export interface RunQuery {
  readonly status?: RunState
  /** The name of the dag. */
  readonly name?: string
  /** Runs that have each of these labels with the given text. */
  readonly labels?: Readonly<Record<string, string>>
  /** Runs that were created at this instant or later. Epoch milliseconds. */
  readonly since?: number
  /** How many runs are listed at most. Integer ≥ 1. @default all */
  readonly limit?: number
}

/**
 * Keeps journals: the run facts of each run, in order, append only. A journal is a gapless prefix of what its run told.
 * `storeConformance` of `dagmar/testing` tests a store against this contract.
 *
 * One journal belongs to no run: `.agents`, with the facts about agents. It is opened, written and read like the others, and
 * is not listed: none of its facts is `run.created`.
 */
export interface Store {
  /**
   * True where journals end with the process: there is nobody to recover a run, so that a drain ends it, and outputs are
   * kept as they are. @default false
   */
  readonly isVolatile?: boolean
  /**
   * Opens the journal of a new run. Nothing needs to be written before the first append. Throws a `DagmarError` with
   * the code `RUN_EXISTS` if the store knows at once that there is such a run, and `KEY_TAKEN`, whose facts have the
   * `runId` of the other, if a run has the key; otherwise the first append is refused with that error.
   */
  create(runId: string, owner: Owner, options?: CreateOptions): Journal
  /**
   * Opens the journal of an existing run, to go on with it. From now on the store refuses appends by those who opened
   * it earlier. Throws `RUN_UNKNOWN`, and `RUN_OWNED`, which names the owner, where another owner holds the run and is
   * alive. An owner holds a run from `create` or `open` until the run is settled or released, its store is closed, or its
   * process is gone.
   */
  open(runId: string, owner: Owner, options?: OpenOptions): Journal
  /**
   * Whoever has this journal appends nothing more to it: from now on others may open the run. Does nothing if the journal
   * was opened again since.
   */
  release(journal: Journal): void | Promise<void>
  /**
   * Appends facts to one or more journals, each group all or none, at most one group a journal. Returns nothing when all
   * of them are as safe as they will be, or a promise of one answer for each group, in order: nothing when it is safe,
   * else why it was refused. To throw or reject refuses every group, as does an answer that is no such list. It refuses
   * facts that do not follow the last one of their journal, and a journal that was opened again since.
   *
   * A runtime waits for the answer before it appends again, and no effect of these facts happens before. A refused group
   * fails its run with `STORE_FAILED`: nothing more is appended to that journal by this owner.
   */
  append(groups: readonly AppendGroup[]): void | Promise<readonly (Error | undefined)[]>
  /**
   * The facts of a run from the `seq` `from` on (default 1), at most `limit` (default all) of them, in order; none
   * where there is no such run. Another process may append meanwhile: the result is a prefix of the journal at some
   * moment.
   */
  read(
    runId: string,
    options?: { readonly from?: number; readonly limit?: number },
  ): Promise<readonly RunFact[]>
  /** The runs that fit, latest created first. `summaryAfter` makes a summary from facts, one by one. */
  runs(query?: RunQuery): Promise<readonly RunSummary[]>
  /** Drops the settled ones of these runs, as if they had never been. A store that cannot do so leaves it out. */
  forget?(runIds: readonly string[]): void | Promise<void>
  /**
   * Drops facts from the beginning of `.agents`, which the caller has open, at most up to the `seq` `upTo`. It may keep some
   * of the last of them, where they lie together with later ones; what it keeps is read as before, from its first fact on,
   * and the next fact has the `seq` that it would have had. `upTo` is less than that of the last fact. Whoever reads
   * meanwhile gets all facts after `upTo`. Drops nothing where the journal was opened again since. A store that cannot do so
   * leaves it out: that journal grows for ever.
   */
  trim?(journal: Journal, upTo: number): void | Promise<void>
  /**
   * Gives back everything that the store holds open, the runs of its owners too. It is not used afterwards. Whoever made
   * the store calls this: a runtime does not, since others may use the store too.
   */
  close(): void | Promise<void>
}

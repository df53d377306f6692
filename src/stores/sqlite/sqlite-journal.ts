import type { RunSummary } from '../../events/run-summary.ts'
import type { Journal } from '../../ports/store.ts'

/** A journal that somebody has opened, and how far it is written. */
export interface SqliteJournal extends Journal {
  /** As it is stored. */
  readonly owner: string
  readonly fence: number
  /** Where its rows are. Undefined for a new run until its first append. */
  key: number | undefined
  seq: number
  summary: RunSummary | undefined
}

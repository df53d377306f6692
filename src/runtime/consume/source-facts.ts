import type { ItemOutcome } from './outcome-of-item.ts'

/** What happens to a source. */
export type SourceFact = { readonly at: number /** Its name. */; readonly source: string } & NewSourceFact

export type NewSourceFact =
  /** Items may come. Counts from 1; with `again`, and after each failure, it is opened again. */
  | { readonly type: 'source.opened'; readonly opening: number }
  /** It threw, the `failures`-th time in a row, and is opened again at `until` (epoch ms). */
  | {
      readonly type: 'source.failed'
      readonly failures: number
      readonly message: string
      readonly until: number
    }
  /** It has no more items. Opened again at `until`, with `again`. */
  | { readonly type: 'source.ended'; readonly until?: number }
  /** Nothing more is taken from it. */
  | { readonly type: 'source.stopped'; readonly reason: string }
  | { readonly type: 'item.taken'; readonly itemId: string; readonly runId: string }
  /** It was given while it is open already, or waits: that changes nothing. */
  | { readonly type: 'item.repeated'; readonly itemId: string }
  /** It cannot be done. Where it has an id, its source is told that it failed. */
  | { readonly type: 'item.refused'; readonly itemId?: string; readonly message: string }
  /**
   * It was given and never taken: an observable gave more than may wait, or the source was stopped meanwhile. The source
   * is told that it is released. After `done` there is no such fact any more.
   */
  | { readonly type: 'item.dropped'; readonly itemId: string; readonly reason: string }
  /** Somebody else has it, and tells its outcome. */
  | { readonly type: 'item.held'; readonly itemId: string; readonly message: string }
  /** The source knows the outcome. Where it has no `settle`, there is nobody to tell. */
  | { readonly type: 'item.settled'; readonly itemId: string; readonly status: ItemOutcome['status'] }
  /** `settle` threw, rejected or did not answer. Called again at `until`; without it, never again. */
  | {
      readonly type: 'item.unsettled'
      readonly itemId: string
      readonly tries: number
      readonly message: string
      readonly until?: number
    }

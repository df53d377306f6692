import type { ItemOutcome } from './outcome-of-item.ts'

interface OfSource {
  /** Epoch milliseconds. */
  readonly at: number
  /** Its name. */
  readonly source: string
}

/** What happens to a source and its items. */
export type SourceFact =
  /** Items may come. Counts from 1; with `again`, and after each failure, it is opened again. */
  | (OfSource & { readonly type: 'source.opened'; readonly opening: number })
  /** It threw, the `failures`-th time in a row, and is opened again at `until` (epoch ms). */
  | (OfSource & {
      readonly type: 'source.failed'
      readonly failures: number
      readonly message: string
      readonly until: number
    })
  /** It has no more items. Opened again at `until`, with `again`. */
  | (OfSource & { readonly type: 'source.ended'; readonly until?: number })
  /** Nothing more is taken from it. */
  | (OfSource & { readonly type: 'source.stopped'; readonly reason: string })
  | (OfSource & { readonly type: 'item.taken'; readonly itemId: string; readonly runId: string })
  /** It was given while it is open already, or waits: that changes nothing. */
  | (OfSource & { readonly type: 'item.repeated'; readonly itemId: string })
  /** It cannot be done. Where it has an id, its source is told that it failed. */
  | (OfSource & { readonly type: 'item.refused'; readonly itemId?: string; readonly message: string })
  /**
   * It was given and never taken: an observable gave more than may wait, or the source was stopped meanwhile. The source
   * is told that it is released. After `done` there is no such fact any more.
   */
  | (OfSource & { readonly type: 'item.dropped'; readonly itemId: string; readonly reason: string })
  /** Somebody else has it, and tells its outcome. */
  | (OfSource & { readonly type: 'item.held'; readonly itemId: string; readonly message: string })
  /** The source knows the outcome. Where it has no `settle`, there is nobody to tell. */
  | (OfSource & {
      readonly type: 'item.settled'
      readonly itemId: string
      readonly status: ItemOutcome['status']
    })
  /** `settle` threw, rejected or did not answer. Called again at `until`; without it, never again. */
  | (OfSource & {
      readonly type: 'item.unsettled'
      readonly itemId: string
      readonly tries: number
      readonly message: string
      readonly until?: number
    })

type WithoutEnvelope<F> = F extends unknown ? Omit<F, keyof OfSource> : never

/** A fact about a source before it is dated. */
export type NewSourceFact = WithoutEnvelope<SourceFact>

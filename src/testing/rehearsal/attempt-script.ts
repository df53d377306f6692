/** How a scripted attempt goes. Lengths in milliseconds. */
export interface AttemptScript {
  /** When it reports that it has started, or how it does not. */
  readonly start: number | 'never' | 'reject' | 'throw'
  /** Notes where it is, and goes on once that is safe. */
  readonly places: boolean
  /** Heartbeats, counted from its start. */
  readonly beats: readonly number[]
  /** When it warns, counted from its start. */
  readonly warns: number | undefined
  /** When it asks a question, counted from its start. It does not end before the answer. */
  readonly asks: number | undefined
  /** How long the question waits for its answer. */
  readonly asksWithin?: number | undefined
  /** How many tokens it says that it has used, when it has started. */
  readonly uses?: number
  /** When it ends by itself, counted from its start, and how. */
  readonly end:
    | { readonly after: number; readonly how: 'complete' | 'fail' | 'terminal' | 'retry-after' }
    | 'never'
  /** What it does when it is told to end: ends after a while, ignores it, or completes in spite of it. */
  readonly onAbort: number | 'ignore' | 'complete'
  /** How long it takes to end by force, where its executor can force at all. */
  readonly onForce: number | 'ignore'
}

import type { RunFact } from '../../../events/facts.ts'
import type { TimelineRow } from './timeline-row.ts'

/** Rows that are lower than this have no room for signs. In CSS pixels. */
export const lowest = 16

/** What is drawn of the rows. */
export interface RowsPicture {
  readonly rows: readonly TimelineRow[]
  /** How far the rows are scrolled, and how high each is, in CSS pixels. */
  readonly top: number
  readonly rowHeight: number
  /** What goes on is drawn up to here. */
  readonly now: number
  /** The instant that is looked at, if that is not now. */
  readonly instant: number | undefined
  readonly selected: string | undefined
  /** Whether the rows are those of agents: their bars say which task it is. */
  readonly isOfAgents: boolean
  /** The chain of tasks that stands out from the others; none: all look alike. */
  readonly chain: readonly string[]
  readonly runFacts: readonly RunFact[]
}

export function barHeightIn(rowHeight: number): number {
  return rowHeight < lowest ? Math.max(1, rowHeight - (rowHeight > 3 ? 1 : 0)) : 12
}

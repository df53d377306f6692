import { countHolding } from '../state/sorted.ts'
import type { TimelineModel } from './timeline-model.ts'
import type { TimelineRow } from './timeline-row.ts'

export type RowOrder = 'start' | 'dag'

/**
 * The rows from top to bottom. By start: those that started, in that order, then those that are queued, then the others
 * in the order of the dag. A row that has started never changes its place.
 */
export function orderedRows(model: TimelineModel, order: RowOrder): readonly TimelineRow[] {
  if (order === 'dag') return model.rows
  const queued = model.rows
    .filter(({ attempts, spans }) => attempts.length === 0 && spans.length > 0)
    .sort((a, b) => a.spans[0]!.from - b.spans[0]!.from || a.index - b.index)
  const others = model.rows.filter(({ attempts, spans }) => attempts.length === 0 && spans.length === 0)
  return [...model.started, ...queued, ...others]
}

/** How long a task was queued, and how long its attempts ran since they started, up to an instant. Milliseconds. */
export interface RowTimes {
  readonly queuedMs: number
  readonly ranMs: number
}

export function timesUntil({ spans }: TimelineRow, instant: number): RowTimes {
  let queuedMs = 0
  let ranMs = 0
  for (const span of spans) {
    if (span.from >= instant) break
    const length = Math.min(span.to, instant) - span.from
    if (span.kind === 'queued') queuedMs += length
    else if (span.kind === 'retry')
      queuedMs += Math.max(0, span.from + length - Math.max(span.from, span.dueAt ?? instant))
    else if (span.from >= (span.attempt?.startedAt ?? Number.POSITIVE_INFINITY)) ranMs += length
  }
  return { queuedMs, ranMs }
}

/** The place of the first span that ends after `instant`. */
export function firstSpanAfter({ spans }: TimelineRow, instant: number): number {
  return countHolding(spans.length, (place) => spans[place]!.to <= instant)
}

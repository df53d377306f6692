import type { TaskStructure } from '../../../graph/plan.ts'
import type { AttemptBar, Span, SpanKind, TimelineRow } from './timeline-row.ts'

/** A row as it is written, with what is at work in it. */
export interface RowDraft extends TimelineRow {
  span: Span | undefined
  attempt: AttemptBar | undefined
  /** What of each pool its attempt holds. */
  holding: TaskStructure['uses'] | undefined
  /** The row of the agent that has its attempt. */
  lane?: TimelineRow | undefined
  /** How long it has been queued since its last attempt. */
  queuedMs: number
}

export function newRow(id: string, index: number): RowDraft {
  return {
    id,
    index,
    spans: [],
    attempts: [],
    questions: [],
    marks: [],
    span: undefined,
    attempt: undefined,
    holding: undefined,
    queuedMs: 0,
  }
}

/** Ends what the task did until now, and begins something else. `dueAt` as in `Span`. */
export function open(row: RowDraft, kind: SpanKind, at: number, dueAt?: number): void {
  close(row, at)
  const waits = kind === 'queued' || kind === 'retry' || kind === 'question'
  row.span = {
    kind,
    from: at,
    to: Number.POSITIVE_INFINITY,
    ...(waits || row.attempt === undefined ? {} : { attempt: row.attempt }),
    ...(dueAt === undefined ? {} : { dueAt }),
  }
  row.spans.push(row.span)
  if (row.span.attempt !== undefined) row.lane?.spans.push(row.span)
}

/** Rows by agent: as many as it has had attempts at once. */
export type Lanes = Map<string, TimelineRow[]>

/** The first row of an agent that is free at an instant. */
export function laneAt(lanes: Lanes, agentId: string, at: number): TimelineRow {
  const rows = lanes.get(agentId) ?? []
  lanes.set(agentId, rows)
  const free = rows.find(({ spans }) => spans.at(-1)!.to <= at)
  if (free !== undefined) return free
  const row = newRow(agentId, rows.length)
  rows.push(row)
  return row
}

/** Ends what the task did until now. */
export function close(row: RowDraft, at: number): void {
  const { span } = row
  if (span === undefined) return
  row.span = undefined
  const to = Math.max(span.from, at)
  span.to = Math.max(span.from, Math.min(to, span.dueAt ?? to))
  if (span.to < to) {
    row.spans.push({ kind: 'queued', from: span.to, to })
    row.queuedMs += to - span.to
  } else if (span.kind === 'queued') {
    row.queuedMs += to - span.from
    // A wait of no length, as between two facts of one step, is nothing to show.
    if (to === span.from) row.spans.pop()
  }
}

/** Nobody waits for an answer any more. */
export function closeQuestions(row: RowDraft, at: number): void {
  for (const question of row.questions) if (question.to === Number.POSITIVE_INFINITY) question.to = at
}

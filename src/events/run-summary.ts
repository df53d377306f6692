import type { RunState } from '../../machines/dag.ts'
import type { RunFact } from './facts.ts'

/** A run without its tasks: what a list of runs shows. */
export interface RunSummary {
  readonly runId: string
  /** The name of its dag. */
  readonly name: string
  readonly status: RunState
  readonly labels: Readonly<Record<string, string>>
  readonly idempotencyKey?: string
  /** The `seq` of its last fact. */
  readonly seq: number
  /** Epoch ms, as `settledAt`, which is there while the run is settled. */
  readonly createdAt: number
  readonly settledAt?: number
}

/** The summary after one more fact. Begin with `undefined`; it stays undefined until `run.created`. */
export function summaryAfter(summary: RunSummary | undefined, fact: RunFact): RunSummary | undefined {
  if (fact.type === 'run.created') {
    const { runId, name, labels = {}, idempotencyKey, seq, at: createdAt } = fact
    const key = idempotencyKey === undefined ? {} : { idempotencyKey }
    return { runId, name, status: 'running', labels, ...key, seq, createdAt }
  }
  if (summary === undefined) return undefined
  const status = statusAfter[fact.type]
  if (status === undefined) return { ...summary, seq: fact.seq }
  const { settledAt: _before, ...rest } = summary
  const isEnd = status === 'completed' || status === 'failed' || status === 'killed'
  return { ...rest, status, seq: fact.seq, ...(isEnd ? { settledAt: fact.at } : {}) }
}

/** The status that a run comes into by a fact about it, where the fact decides that. */
export const statusAfter: Readonly<Partial<Record<RunFact['type'], RunState>>> = {
  'run.started': 'running',
  'run.resumed': 'running',
  'run.redriven': 'running',
  'run.paused': 'paused',
  'run.draining': 'draining',
  'run.killing': 'killing',
  'run.completed': 'completed',
  'run.failed': 'failed',
  'run.killed': 'killed',
}

import type { RunSummary } from '../events/run-summary.ts'
import type { RunQuery } from '../ports/store.ts'

/** True for a run that a query asks for. */
export function fits(run: RunSummary, { status, name, labels = {}, since }: RunQuery): boolean {
  if (status !== undefined && run.status !== status) return false
  if (name !== undefined && run.name !== name) return false
  if (since !== undefined && run.createdAt < since) return false
  return Object.entries(labels).every(([key, label]) => run.labels[key] === label)
}

import type { NewRunFact } from '../../events/facts.ts'
import type { Run } from '../run/run.ts'
import { timeoutInstant } from './run-timeout.ts'
import { openFrontier } from './settle-tasks.ts'

/** Tells `run.created` and `run.started`, and makes the tasks ready that wait for nothing. */
export function startRun(run: Run): void {
  run.startedAt = run.now
  run.tell(createdFact(run))
  const until = timeoutInstant(run)
  const cause = run.tell({ type: 'run.started', ...(until === Number.POSITIVE_INFINITY ? {} : { until }) })
  openFrontier(run, cause, until)
}

/** The first fact of every run: who it is. */
export function createdFact({ plan, options }: Run): Extract<NewRunFact, { type: 'run.created' }> {
  const { name, structure } = plan
  const { input, labels, idempotencyKey } = options
  return {
    type: 'run.created',
    name,
    structure,
    ...(input === undefined ? {} : { input }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  }
}

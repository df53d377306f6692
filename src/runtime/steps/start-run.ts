import { untilIn } from '../../events/facts.ts'
import { createdFact } from '../run/created-fact.ts'
import type { Run } from '../run/run.ts'
import { timeoutInstant } from './run-timeout.ts'
import { openFrontier } from './settle-tasks.ts'

/** Tells `run.created` and `run.started`, and makes the tasks ready that wait for nothing. */
export function startRun(run: Run): void {
  run.startedAt = run.now
  run.tell(createdFact(run.plan, run.options))
  const until = timeoutInstant(run)
  const cause = run.tell({ type: 'run.started', ...untilIn(until) })
  openFrontier(run, cause, until)
}

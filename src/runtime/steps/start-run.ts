import { untilIn } from '../../events/facts.ts'
import { createdFact } from '../run/created-fact.ts'
import type { Run } from '../run/run.ts'
import { armRunTimeout, timeoutInstant } from './run-timeout.ts'
import { openFrontier } from './settle-tasks.ts'

/** Tells `run.created` and `run.started`, and makes the tasks ready that wait for nothing. */
export function startRun(run: Run): void {
  const created = createdFact(run.plan, run.options, run.nextSeq, run.now)
  // A store may keep it for longer than anybody keeps the plan.
  run.put(run.shared.writer === undefined ? created : { ...created })
  openFrontier(run, tellStarted(run))
}

/** Tells `run.started`. The run's timeout counts from here. */
export function tellStarted(run: Run): number {
  run.startedAt = run.now
  const until = timeoutInstant(run)
  armRunTimeout(run, until)
  return run.tell({ type: 'run.started', ...untilIn(until) })
}

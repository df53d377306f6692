import { thrownText } from '../../errors/foreign-value.ts'
import { insideOf } from '../actor/xstate-insides.ts'
import type { Run } from '../run/run.ts'
import { finish } from './close-run.ts'

/**
 * Something threw within the run's own actors, which can be relied on no more. The run fails at once, and its live
 * attempts are told to end, but nobody waits for that. Other runs go on.
 */
export function breakRun(run: Run, thrown: unknown): void {
  if (run.cutOff !== undefined || run.isClosed) return
  const at = run.now
  run.cutOff = {
    code: 'RUN_BROKEN',
    message: `The run's own actors failed: ${thrownText(thrown)}`,
    severity: 'critical',
    retryable: false,
    at,
  }
  for (const live of run.live)
    tried(() => run.sendTask(live, { type: 'task.kill', at, reason: 'run broken' }))
  tried(() => run.shared.admission.leave(run, run.books.lanes))
  tried(() => run.books.deadlines.set(run.books.runKey, Number.POSITIVE_INFINITY))
  insideOf(run.dag)._stop()
  run.outbox.effect(finishBroken, run)
  run.host.dagEnded(run)
}

function finishBroken(run: Run): void {
  run.outbox.cut()
  finish(run)
}

/** What has failed once may do so again. */
function tried(what: () => void): void {
  try {
    what()
  } catch {
    // The failure that is told is the first one.
  }
}

import type { NewRunFact } from '../../events/facts.ts'
import type { Plan } from '../../graph/plan.ts'
import type { RunOptions } from './run.ts'

/** The first fact of every run, which says what the run is and what it has to do. */
export function createdFact(
  { name, structure, fingerprint }: Plan,
  options: RunOptions,
): Extract<NewRunFact, { type: 'run.created' }> {
  const { input, labels, idempotencyKey, concurrency, pools, timeoutMs } = options
  return {
    type: 'run.created',
    name,
    structure,
    limits: { concurrency: limitOf(concurrency), pools, timeoutMs: limitOf(timeoutMs) },
    fingerprint,
    ...(input === undefined ? {} : { input }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  }
}

/** JSON has no Infinity. */
function limitOf(limit: number): number | null {
  return limit === Number.POSITIVE_INFINITY ? null : limit
}

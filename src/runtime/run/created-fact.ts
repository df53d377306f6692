import type { NewRunFact, RunFact } from '../../events/facts.ts'
import type { Plan } from '../../graph/plan.ts'
import { limitsIn } from './limits-in.ts'
import type { RunOptions } from './run.ts'

/** The first fact of every run, which says what the run is and what it has to do. */
export function createdFact(
  { name, structure, fingerprint }: Plan,
  options: RunOptions,
): Extract<NewRunFact, { type: 'run.created' }> {
  const { input, labels, idempotencyKey } = options
  return {
    type: 'run.created',
    name,
    structure,
    limits: limitsIn(options),
    fingerprint,
    ...(input === undefined ? {} : { input }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  }
}

/** The options of the dispatch, read from the first fact of a journal. */
export function optionsIn(created: Extract<RunFact, { type: 'run.created' }>): RunOptions {
  const { runId: id, input, labels = {}, idempotencyKey, limits } = created
  const { concurrency, pools, timeoutMs } = limits
  return {
    id,
    input,
    labels,
    idempotencyKey,
    concurrency: concurrency ?? Number.POSITIVE_INFINITY,
    pools,
    timeoutMs: timeoutMs ?? Number.POSITIVE_INFINITY,
  }
}

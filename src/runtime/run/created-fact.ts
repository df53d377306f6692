import type { NewRunFact, RunFact } from '../../events/facts.ts'
import { printedWhole } from '../../events/printed-whole.ts'
import type { Plan } from '../../graph/plan.ts'
import { limitsIn } from './limits-in.ts'
import type { RunOptions } from './run-options.ts'

type RunCreated = Extract<RunFact, { type: 'run.created' }>

/**
 * The first fact of every run, which says what the run is and what it has to do. Structure and fingerprint are the
 * plan's, which makes them when somebody looks.
 */
export function createdFact(plan: Plan, options: RunOptions, seq: number, at: number): RunCreated {
  const { id: runId, input, labels, idempotencyKey } = options
  return printedWhole({
    seq,
    at,
    runId,
    type: 'run.created',
    name: plan.name,
    get structure() {
      return plan.structure
    },
    limits: limitsIn(options),
    get fingerprint() {
      return plan.fingerprint
    },
    ...(input === undefined ? {} : { input }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  })
}

/** Tells that the run goes on under another plan. */
export function changedFact({
  structure,
  fingerprint,
}: Plan): Extract<NewRunFact, { type: 'run.recovered' }> {
  return { type: 'run.recovered', structure, fingerprint }
}

/** The options of the dispatch, read from the first fact of a journal. */
export function optionsIn(created: RunCreated, plan: Plan, input = created.input): RunOptions {
  const { runId: id, labels = {}, idempotencyKey, limits } = created
  const { concurrency, pools, timeoutMs } = limits
  return {
    id,
    input,
    labels,
    idempotencyKey,
    concurrency: concurrency ?? Number.POSITIVE_INFINITY,
    // Another plan may have pools of its own.
    pools: { ...plan.pools, ...pools },
    timeoutMs: timeoutMs ?? Number.POSITIVE_INFINITY,
  }
}

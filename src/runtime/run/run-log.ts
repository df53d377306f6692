import type { Subscriber } from 'rxjs'
import { FactLog } from '../../events/fact-log.ts'
import type { Fact, RunFact } from '../../events/facts.ts'
import type { Plan } from '../../graph/plan.ts'
import type { Store } from '../../ports/store.ts'
import type { Shared } from '../shared.ts'
import { limitsIn } from './limits-in.ts'
import type { RunOptions } from './run-options.ts'

/** Loaded when the first one asks for facts that are in the store alone. */
export const olderFacts = () => import('./older-facts.ts')

const olderFrom =
  (store: Store, runId: string) => (log: FactLog, seq: number, subscriber: Subscriber<Fact>) => {
    void olderFacts().then(({ replayFrom }) => replayFrom(store, { runId, log }, seq, subscriber))
  }

/** The log of a run; `facts` are those in its journal. */
export function logOf(plan: Plan, options: RunOptions, shared: Shared, facts: readonly RunFact[]): FactLog {
  const { macrostep, retainFacts: retain, store } = shared
  const { id: runId } = options
  return new FactLog({
    runId,
    tasks: plan.tasks,
    beginning: () => ({ runId, name: plan.name, structure: plan.structure, limits: limitsIn(options) }),
    retain,
    now: () => macrostep.at,
    all: shared.facts,
    facts,
    older: store && olderFrom(store, runId),
  })
}

import type { RunFact } from '../../events/facts.ts'
import type { Plan } from '../../graph/plan.ts'
import type { Store } from '../../ports/store.ts'
import { type RunHandle, runHandle } from '../../runtime/handle/run-handle.ts'
import { readRuntimeOptions, type RuntimeOptions } from '../../runtime/options.ts'
import { RuntimeActor } from '../../runtime/runtime-actor.ts'
import { recoverRun } from '../../runtime/steps/recover-run.ts'
import { memoryStore } from '../../stores/memory.ts'

/** A store with the journal of one run in it, as a dead coordinator left it. */
export function storeWith(facts: readonly RunFact[]): Store {
  const store = memoryStore()
  const journal = store.create(facts[0]!.runId, { id: 'dead' })
  void store.append([{ journal, facts }])
  void store.release(journal)
  return store
}

/** What a later coordinator makes of the run whose facts are in a store, from the turn that recovers it on. */
export function recoveredRun(
  store: Store,
  facts: readonly RunFact[],
  plan: Plan,
  options: RuntimeOptions,
): RunHandle {
  const root = new RuntimeActor(readRuntimeOptions({ ...options, store }))
  const { clock, macrostep, released, executors, agents } = root.shared
  // What the agents have done before is not known: their facts have a journal of their own.
  const owner = { id: 'living' }
  agents?.attach({ clock, macrostep, released, executors, store: undefined, writer: undefined, owner })
  const journal = store.open(facts[0]!.runId, { id: 'living' })
  return runHandle(recoverRun(root, plan, journal, facts), () => undefined)
}

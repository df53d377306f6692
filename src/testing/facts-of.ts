import { type Fact, isRunFact, type RunFact } from '../events/facts.ts'
import type { RunHandle } from '../runtime/run-handle.ts'

/** Facts that were collected or read from a journal, or a run, which gives those that it holds. */
export type FactSource = Iterable<Fact> | Pick<RunHandle, 'events'>

/** The run facts of a source, as they are now. */
export function factsOf(source: FactSource): readonly RunFact[] {
  if (Symbol.iterator in source) return [...source].filter(isRunFact)
  const facts: RunFact[] = []
  source
    .events()
    .subscribe((fact) => {
      if (isRunFact(fact)) facts.push(fact)
    })
    .unsubscribe()
  return facts
}

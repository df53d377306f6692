import { DagmarError } from '../errors/dagmar-error.ts'
import { type Fact, isRunFact, type RunFact } from '../events/facts.ts'
import type { RunHandle } from '../runtime/run-handle.ts'

/** Facts that were collected or read from a journal, or a run, which gives those that it holds. */
export type FactSource = Iterable<Fact> | Pick<RunHandle, 'events'>

/** The run facts of a source, as they are now. Throws `CONFIG_INVALID` for a run that has let go of its first ones. */
export function factsOf(source: FactSource): readonly RunFact[] {
  if (Symbol.iterator in source) return [...source].filter(isRunFact)
  const facts: RunFact[] = []
  let missed = 0
  source
    .events()
    .subscribe((fact) => {
      if (isRunFact(fact)) facts.push(fact)
      else if (fact.type === 'stream.lagged') missed = fact.missed
    })
    .unsubscribe()
  if (missed > 0) {
    throw new DagmarError('CONFIG_INVALID', {
      message: `The run has let go of its first ${missed} facts.`,
      hint: 'Collect them from its events$, or have the runtime keep more: createRuntime({ retainFacts }).',
      facts: { missed },
    })
  }
  return facts
}

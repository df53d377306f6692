import { DagmarError } from '../../errors/dagmar-error.ts'
import { type Fact, isRunFact, type RunFact } from '../../events/facts.ts'
import { isRecord, show } from '../../graph/read-values.ts'
import type { RunHandle } from '../../runtime/handle/run-handle.ts'

/** Facts that were collected or read from a journal; or a run, whose held facts are read. */
export type FactSource = Iterable<Fact> | Pick<RunHandle, 'events'>

/**
 * The run facts of a source, as they are now. Throws `CONFIG_INVALID` for a value that is neither facts nor a run, and
 * for a run that no longer holds its first facts.
 */
export function factsOf(source: FactSource): readonly RunFact[] {
  demandSource(source)
  if (Symbol.iterator in source) return [...source].filter(isFact).filter(isRunFact)
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

function demandSource(source: unknown): void {
  const isSource =
    typeof source === 'object' &&
    source !== null &&
    (Symbol.iterator in source || ('events' in source && typeof source.events === 'function'))
  if (isSource) return
  const isTrace = isRecord(source) && Array.isArray(source['facts'])
  throw notFacts(isTrace ? 'an object that has facts, as a trace or a rehearsal' : show(source), isTrace)
}

function isFact(fact: unknown): fact is Fact {
  if (isRecord(fact) && typeof fact['type'] === 'string') return true
  throw notFacts(`a list with ${show(fact)} in it`, false)
}

function notFacts(given: string, hasFacts: boolean): DagmarError {
  return new DagmarError('CONFIG_INVALID', {
    message: `Facts are wanted, or a run, but this is ${given}.`,
    hint: hasFacts
      ? 'Give its facts, or the run itself.'
      : 'Give the facts of a run in a list, or the run itself: the handle that dispatch() returns.',
    facts: { field: 'source' },
  })
}

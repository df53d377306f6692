import { DagmarError } from '../../errors/dagmar-error.ts'
import { type Fact, isRunFact } from '../../events/facts.ts'
import { statusAfter } from '../../events/run-summary.ts'
import type { Entry } from '../protocol.ts'
import { EntryLog } from '../recording/entry-log.ts'
import { factWriter } from '../recording/fact-entry.ts'
import { ownMachines } from '../recording/own-machines.ts'
import { Refusal, type Source } from '../recording/source.ts'
import { sanitiser, type SanitiserOptions } from '../sanitise.ts'

/** A run that was written down. Its clock stands at its last fact. */
export interface FactsSource extends Source {
  readonly runId: string
}

/** The logs of a run that is only read. The facts must be those of one run, from the first on. */
export function factsSource(facts: readonly Fact[], options: SanitiserOptions): FactsSource {
  const write = factWriter(sanitiser(options), options)
  const [overview, log] = [new EntryLog(), new EntryLog()]
  const { runId, at: from } = begun(facts)
  const until = facts.reduce((latest, { at }) => Math.max(latest, at), from)
  for (const entry of ownMachines(from)) {
    overview.push(JSON.stringify(entry))
    log.push(JSON.stringify(entry))
  }
  for (const fact of facts) log.push(write(fact))
  overview.push(JSON.stringify(runEntry(facts, until)))
  return {
    runId,
    saved: true,
    now: () => until,
    open: (id) => (id === '' ? overview : id === runId ? log : undefined),
    onGrowth: () => undefined,
    look: () => undefined,
    why: refuse,
    command: refuse,
    close: () => undefined,
  }
}

function begun([first]: readonly Fact[]): Fact {
  if (first?.type === 'run.created') return first
  throw new DagmarError('FACTS_GAP', {
    message: 'The facts of a run begin with run.created, which is missing.',
    hint: 'Subscribe before the first await after the dispatch, or take run.events({ from: 1 }).',
  })
}

function refuse(): never {
  throw new Refusal('SAVED', 'This run was written down and is only read.')
}

function runEntry(facts: readonly Fact[], at: number): Entry {
  const created = facts.find((fact) => fact.type === 'run.created')
  let status: string = 'running'
  for (const fact of facts) if (isRunFact(fact)) status = statusAfter[fact.type] ?? status
  const { name = '', structure = [] } = created ?? {}
  return { kind: 'run', at, runId: facts[0]!.runId, name, status, tasks: structure.length }
}

import { type AgentFact, agents } from 'dagmar/agents'
import { createRuntime, memoryStore, type RunFact, SimulatedClock, type Store } from 'dagmar'
import fc from 'fast-check'
import { describe, expect } from 'vitest'
import { type UsageKey, usageKeys, usageRows } from '../../src/agents/usage-rows.ts'
import { agentsJournal, type JournalledAgentFact } from '../../src/events/agent-facts.ts'
import { left, noting, toldOf, untrimmed, type Written } from './agents-journal.ts'
import { law } from './law.ts'
import { anyCase, play } from './play-agents.ts'

const journalOf = async (store: Store) =>
  (await store.read(agentsJournal)) as unknown as readonly JournalledAgentFact[]

/** What a process knows that begins with that store, and what it tells then. */
async function begin(store: Store) {
  const clock = new SimulatedClock(Date.UTC(2026, 1, 2, 3))
  const team = agents()
  const told: AgentFact[] = []
  team.events$.subscribe((fact) => void told.push(fact))
  const runtime = createRuntime({ clock, store, agents: team })
  for (let turn = 0; turn < 20; turn++) await clock.advanceAsync(0)
  const list = team.list()
  const of = told.map(({ seq: _seq, ...fact }) => fact)
  // Everything that waits comes to its end.
  await clock.advanceAsync(48 * 3_600_000)
  team.list()
  await runtime.shutdown()
  return { list, told: of, later: told.map(({ seq: _seq, ...fact }) => fact) }
}

/** The same facts in a journal that nobody has summed up. */
function whole(facts: readonly AgentFact[], run: readonly RunFact[]): Store {
  const store = memoryStore()
  if (run.length > 0) {
    const ofRun = store.create('run', { id: 'dead' })
    void store.append([{ journal: ofRun, facts: run }])
    void store.release(ofRun)
  }
  const journal = store.create(agentsJournal, { id: 'dead' })
  const numbered = facts.map((fact, index) => ({ ...fact, seq: index + 1 }))
  if (numbered.length > 0) void store.append([{ journal, facts: numbered as never }])
  void store.release(journal)
  return untrimmed(store)
}

const days = { step: fc.constant({ do: 'wait' as const, ms: 43_200_000 }) }
/** Many days go by. */
const anyLongCase = fc
  .tuple(anyCase, fc.array(fc.tuple(fc.nat(30), days.step), { maxLength: 12 }))
  .map(([given, waits]) => {
    const steps = [...given.steps]
    for (const [at, wait] of waits) steps.splice(at, 0, wait)
    return { ...given, steps }
  })

describe('the journal of the facts about agents', () => {
  law(
    'says the same once it is summed up, wherever a crash falls between the sum and the trim',
    fc.tuple(anyLongCase, fc.nat()),
    async ([given, cut]) => {
      const written: Written[] = []
      await play({ ...given, store: noting(written) }, () => undefined)
      const { store, agents: facts, run } = left(written.slice(0, cut % (written.length + 1)))
      const other = whole(facts, run)
      expect(await begin(store)).toEqual(await begin(other))
      const [summed, unsummed] = [await journalOf(store), await journalOf(other)]
      const rows = (journalled: typeof summed, by: UsageKey, since = 0) =>
        usageRows(journalled, by, since).filter(({ tokens, attempts }) => tokens !== 0 || attempts !== 0)
      for (const by of usageKeys) expect(rows(summed, by)).toEqual(rows(unsummed, by))
      for (const day of new Set(toldOf(unsummed).map(({ at }) => at - (at % dayMs))))
        expect(rows(summed, 'agent', day)).toEqual(rows(unsummed, 'agent', day))
    },
    0.2,
  )
})

const dayMs = 86_400_000

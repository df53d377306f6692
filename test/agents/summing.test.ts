import { type AgentFact, agents } from 'dagmar/agents'
import { createRuntime, memoryStore, plan, SimulatedClock, type Store } from 'dagmar'
import { journal } from 'dagmar/journal'
import { sqlite } from 'dagmar/sqlite'
import { describe, expect, it } from 'vitest'
import { readAgentFacts, sumUp } from '../../src/agents/summing.ts'
import { usageRows } from '../../src/agents/usage-rows.ts'
import { agentsJournal, type AgentsSummed, type JournalledAgentFact } from '../../src/events/agent-facts.ts'
import { untrimmed } from '../laws/agents-journal.ts'
import { newFolder } from '../stores/folders.ts'

const dayMs = 86_400_000
const midnight = Date.UTC(2026, 0, 15)
const list = [{ id: 'ada', ttl: Number.POSITIVE_INFINITY, maxLoad: 0 }]

/** One attempt a day for so many days, at noon, each of a run of its own. */
const daily = (days: number): readonly AgentFact[] =>
  Array.from({ length: days }, (_, day): AgentFact[] => {
    const at = midnight + day * dayMs + dayMs / 2
    const job = {
      type: 'usage.recorded',
      at,
      agentId: 'ada',
      runId: `run-${day}`,
      taskId: 'a',
      attempt: 1,
    } as const
    return [
      { ...job, seq: 3 * day + 1, of: 'started' },
      { ...job, seq: 3 * day + 2, of: 'reported', tokens: 10, costUsd: 0.5 },
      { ...job, seq: 3 * day + 3, of: 'completed', returned: 0 },
    ]
  }).flat()

const summedOn = (facts: readonly JournalledAgentFact[], day: number): AgentsSummed => ({
  seq: facts.at(-1)!.seq + 1,
  at: midnight + day * dayMs,
  ...sumUp(readAgentFacts(facts), midnight + day * dayMs)!,
})

describe('a sum of the facts about agents', () => {
  it('has those from before yesterday, and is made only where there are any', () => {
    const facts = daily(10)
    expect(summedOn(facts, 10)).toMatchObject({ upTo: 27, kept: [] })
    expect(sumUp(readAgentFacts(facts), midnight + dayMs)).toBeUndefined()
    const summed = summedOn(facts, 10)
    expect(sumUp(readAgentFacts([...facts, summed]), midnight + 10 * dayMs)).toBeUndefined()
    expect(sumUp(readAgentFacts([...facts.slice(27), summed]), midnight + 11 * dayMs)).toMatchObject({
      upTo: 30,
    })
  })

  it('knows runs for 31 days and what was used for 400, also where it is summed up day by day', () => {
    const facts = daily(500)
    let kept: readonly JournalledAgentFact[] = []
    for (let day = 0; day <= 500; day++) {
      const seq = (kept.at(-1)?.seq ?? 0) + 1
      const own = facts.slice(3 * (day - 1), 3 * day).map((fact, index) => ({ ...fact, seq: seq + index }))
      kept = [...kept, ...own]
      const sum = sumUp(readAgentFacts(kept), midnight + day * dayMs)
      if (sum === undefined) continue
      const last = kept.at(-1)!.seq
      const after = kept.filter((fact) => fact.seq > sum.upTo && fact.type !== 'agents.summed')
      kept = [...after, { seq: last + 1, at: midnight + day * dayMs, ...sum }]
    }
    expect(kept).toHaveLength(4)
    expect(usageRows(kept, 'day')).toHaveLength(400)
    const byJob = usageRows(kept, 'job')
    expect(byJob.filter(({ key }) => key !== '')).toHaveLength(31)
    expect(byJob[0]).toMatchObject({ key: '', tokens: 3_690, attempts: 369 })
    expect(usageRows(kept, 'agent')).toEqual([{ key: 'ada', tokens: 4_000, costUsd: 200, attempts: 400 }])
    // A day counts as a whole.
    const since = midnight + 490 * dayMs + 20 * 3_600_000
    expect(usageRows(kept, 'day', since).map(({ key }) => key)).toHaveLength(10)
  })
})

/** A runtime whose agents have worked on each of so many days, and what its store has of that. */
async function worked(store: Store, days: number, start = midnight) {
  const clock = new SimulatedClock(start)
  const team = agents({ list })
  const told: AgentFact[] = []
  team.events$.subscribe((fact) => void told.push(fact))
  const runtime = createRuntime({ clock, store, agents: team })
  const tasks = Object.fromEntries(
    Array.from({ length: 5 }, (_, index) => [`t${index}`, { agent: 'ada', run: () => index }]),
  )
  const lengths: number[] = []
  for (let day = 0; day < days; day++) {
    await runtime.run(plan({ name: 'daily', tasks }))
    await clock.advanceAsync(dayMs)
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 0))
    lengths.push((await store.read(agentsJournal)).length)
  }
  return { runtime, team, told, lengths }
}

describe.each([
  ['memory', memoryStore],
  ['SQLite', () => sqlite(`${newFolder()}/runs.db`, { durability: 'normal' })],
  ['plain files', () => journal(newFolder(), { durability: 'normal' })],
] as const)('the journal of agents over a store in %s', (_, makeStore) => {
  it('stops growing while a process has it for many days, and observers are told no sum', async () => {
    const store = makeStore()
    const { runtime, told, lengths } = await worked(store, 12)
    expect(lengths.at(-1)).toBeLessThanOrEqual(lengths[4]!)
    expect(told.filter(({ type }) => (type as string) === 'agents.summed')).toEqual([])
    expect(told.every(({ seq }, index) => index === 0 || told[index - 1]!.seq < seq)).toBe(true)
    const journalled = (await store.read(agentsJournal)) as unknown as readonly JournalledAgentFact[]
    expect(usageRows(journalled, 'day').map(({ attempts }) => attempts)).toEqual(lengths.map(() => 5))
    await runtime.shutdown()
    await store.close()
  })

  it('stops growing from one process to the next, and says who was there', async () => {
    const store = makeStore()
    const lengths: number[] = []
    for (let day = 0; day < 10; day++) {
      const one = await worked(store, 1, midnight + day * dayMs)
      expect(one.team.list()).toMatchObject([{ id: 'ada', load: 0 }])
      lengths.push(one.lengths[0]!)
      await one.runtime.shutdown()
    }
    expect(lengths.at(-1)).toBeLessThanOrEqual(lengths[5]!)
    await store.close()
  })
})

describe('the journal of agents', () => {
  it('is left alone in a store that drops nothing', async () => {
    const store = untrimmed(memoryStore())
    const { lengths } = await worked(store, 5)
    const kept = (await store.read(agentsJournal)) as unknown as readonly JournalledAgentFact[]
    expect(kept.some(({ type }) => type === 'agents.summed')).toBe(false)
    expect(lengths.at(-1)).toBeGreaterThan(lengths[3]!)
  })

  it('is not written to again by who could not write its sum: runs that ask for agents fail', async () => {
    const inner = memoryStore()
    const opened = inner.create(agentsJournal, { id: 'dead' })
    void inner.append([{ journal: opened, facts: daily(5) as never }])
    void inner.release(opened)
    let appends = 0
    const store: Store = {
      ...inner,
      append: (groups) => {
        if (groups.some(({ journal: { runId } }) => runId === agentsJournal)) {
          appends++
          throw new Error('no room')
        }
        return inner.append(groups)
      },
    }
    const runtime = createRuntime({
      clock: new SimulatedClock(midnight + 9 * dayMs),
      store,
      agents: agents({ list }),
    })
    const { failure } = await runtime.dispatch(
      plan({ name: 'refused', tasks: { a: { agent: 'ada', run: () => 1 } } }),
    ).result
    expect(failure).toMatchObject({ code: 'STORE_FAILED', message: expect.stringContaining('no room') })
    expect(appends).toBe(1)
    expect(await inner.read(agentsJournal)).toHaveLength(15)
  })
})

import { type AgentFact, agents, type AgentsOptions } from 'dagmar/agents'
import { createRuntime, memoryStore, plan, type RunFact, SimulatedClock, type Store } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { agentsJournal } from '../../src/events/agent-facts.ts'
import { type Desk, desk } from '../runtime/desk.ts'
import { byHand } from '../runtime/watching.ts'

const at = Date.UTC(2026, 0, 15, 12)
const patient = { list: [{ id: 'ada', keep: true, ttl: Number.POSITIVE_INFINITY }] }
const asked = plan({ name: 'left', tasks: { a: { agent: 'ada', run: byHand } } })

type Journals = Readonly<Record<string, readonly object[]>>

/** A store as a process has left it that died: by journal, the facts without their numbers. */
function storeWith(journals: Journals): Store {
  const store = memoryStore()
  for (const [runId, facts] of Object.entries(journals)) {
    const journal = store.create(runId, { id: 'dead' })
    const numbered = facts.map((fact, index) => ({ seq: index + 1, at, runId, ...fact }))
    void store.append([{ journal, facts: numbered as unknown as RunFact[] }])
    void store.release(journal)
  }
  return store
}

/** A run as it is told, until its first attempt is at work. */
async function begun(): Promise<readonly RunFact[]> {
  const store = memoryStore()
  const clock = new SimulatedClock(at)
  const hand = desk()
  const runtime = createRuntime({ clock, store, executors: { hand }, agents: agents(patient) })
  runtime.dispatch(asked, { id: 'run' })
  await clock.advanceAsync(0)
  void hand.attempt('a/1').note({ at: 'somewhere' })
  await clock.advanceAsync(0)
  return store.read('run')
}

async function life(store: Store, options: AgentsOptions = patient, hands: Record<string, Desk> = {}) {
  const clock = new SimulatedClock(at + 1_000)
  const team = agents(options)
  const facts: AgentFact[] = []
  team.events$.subscribe((fact) => void facts.push(fact))
  const runtime = createRuntime({ clock, store, agents: team, executors: hands })
  for (let turn = 0; turn < 5; turn++) await clock.advanceAsync(0)
  const ends = (): readonly string[] =>
    facts.flatMap((fact) =>
      fact.type === 'usage.recorded' && fact.of !== 'started' && fact.of !== 'reported'
        ? [`${fact.runId} ${fact.taskId}/${fact.attempt} ${fact.of} ${fact.returned}`]
        : [],
    )
  return { clock, team, runtime, facts, ends }
}

const started = {
  type: 'usage.recorded',
  agentId: 'ada',
  of: 'started',
  runId: 'run',
  taskId: 'a',
  attempt: 1,
}
const reported = { ...started, of: 'reported', tokens: 100 }
/** Takes attempts over that it has never started. */
function taking(): Desk {
  const own = desk()
  return { ...own, adopt: (attempt, _, report) => own.start(attempt, report) }
}

describe('a reservation that a process has left behind', () => {
  it('ends as the attempt did, though nobody recovers its run', async () => {
    const facts = await begun()
    const over = [...facts, { type: 'task.completed', taskId: 'a', attempt: 1, output: 1 }]
    const { ends, team } = await life(storeWith({ run: over, [agentsJournal]: [started, reported] }))
    expect(ends()).toEqual(['run a/1 completed 0'])
    expect(team.usage()[0]).toMatchObject({ tokens: 100, jobs: 1, activeJobs: 0 })
  })

  it('ends with what is left of its session: of a completed attempt it waits for the next one of its run', async () => {
    const facts = await begun()
    const over = [...facts, { type: 'task.completed', taskId: 'a', attempt: 1, output: 1 }]
    const { runId, taskId, attempt, agentId } = started
    const session = { type: 'session.opened', agentId, runId, taskId, attempt, sessionId: 's' }
    const { facts: told } = await life(storeWith({ run: over, [agentsJournal]: [started, session] }))
    expect(told).toContainEqual(
      expect.objectContaining({ type: 'session.freed', sessionId: 's', runId: 'run' }),
    )
  })

  it('does not count as a job where its run has never begun the attempt', async () => {
    const facts = await begun()
    const before = facts.slice(
      0,
      facts.findIndex(({ type }) => type === 'task.dispatched'),
    )
    const { ends, team } = await life(storeWith({ run: before, [agentsJournal]: [started] }))
    expect(ends()).toEqual(['run a/1 undone 0'])
    expect(team.usage()[0]).toMatchObject({ jobs: 0, activeJobs: 0 })
  })

  it('counts as failed where the journal of its run is gone, or cannot be read', async () => {
    const inner = storeWith({ [agentsJournal]: [started, reported, { ...started, runId: 'torn' }] })
    const store: Store = {
      ...inner,
      read: (runId, options) =>
        runId === 'torn' ? Promise.reject(new Error('torn')) : inner.read(runId, options),
    }
    const { ends } = await life(store)
    expect(ends()).toEqual(['run a/1 failed 50', 'torn a/1 failed 0'])
  })

  it('has no journal read but that of its run', async () => {
    const old = Array.from({ length: 100 }, (_, index) => ({ ...started, runId: `old-${index}` }))
    const over = old.flatMap((fact) => [fact, { ...fact, of: 'completed', returned: 0 }])
    const inner = storeWith({ [agentsJournal]: [...over, started], run: await begun() })
    const read: string[] = []
    const store: Store = {
      ...inner,
      read: (runId, options) => {
        read.push(runId)
        return inner.read(runId, options)
      },
    }
    const { ends } = await life(store)
    expect(read).toEqual([agentsJournal, 'run'])
    expect(ends()).toEqual(['run a/1 failed 0'])
  })
})

describe('a reservation for an attempt that its executor may still have', () => {
  it('stays open until its run is recovered, and is not counted a second time', async () => {
    const own = taking()
    const { runtime, team, ends, clock } = await life(
      storeWith({ run: await begun(), [agentsJournal]: [started, reported] }),
      patient,
      { hand: own },
    )
    await clock.advanceAsync(300_000)
    team.list()
    expect(team.usage()[0]).toMatchObject({ jobs: 1, activeJobs: 1 })
    const run = await runtime.recover('run', { dag: asked })
    await clock.advanceAsync(0)
    expect(team.usage()[0]).toMatchObject({ jobs: 1, activeJobs: 1, tokens: 100 })
    own.completes('a/1')
    expect((await run.result).status).toBe('completed')
    expect(ends()).toEqual(['run a/1 completed 0'])
  })

  it('ends where its run goes on with another executor, which starts the task anew', async () => {
    const other = desk()
    const { runtime, ends, clock, team } = await life(
      storeWith({ run: await begun(), [agentsJournal]: [started, reported] }),
      patient,
      { hand: taking(), other },
    )
    expect(ends()).toEqual([])
    const changed = plan({
      name: 'left',
      tasks: { a: { agent: 'ada', run: { ...byHand, executor: 'other' } } },
    })
    const run = await runtime.recover('run', { dag: changed, acceptChanges: true })
    await clock.advanceAsync(0)
    expect(ends()).toEqual(['run a/1 failed 50'])
    expect(team.usage()[0]).toMatchObject({ jobs: 2, activeJobs: 1 })
    other.completes('a/2')
    await run.result
  })

  it('is given up after ten minutes without anybody who recovers its run, and its agent is free again', async () => {
    const { runtime, ends, clock } = await life(
      storeWith({ run: await begun(), [agentsJournal]: [started] }),
      { list: [{ id: 'ada', ttl: Number.POSITIVE_INFINITY, allowance: { concurrentJobs: 1 } }] },
      { hand: taking() },
    )
    const run = runtime.dispatch(plan({ name: 'waits', tasks: { b: { agent: 'ada', run: () => 'done' } } }))
    await clock.advanceAsync(599_999)
    expect(run.view().tasks.get('b')?.outcome).toBeUndefined()
    await clock.advanceAsync(1)
    await clock.advanceAsync(0)
    expect(run.view().status).toBe('completed')
    expect(ends()[0]).toBe('run a/1 failed 0')
  })
})

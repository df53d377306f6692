import { type AgentFact, agents, type AgentsOptions } from 'dagmar/agents'
import {
  createRuntime,
  memoryStore,
  plan,
  type Plan,
  type RunFact,
  SimulatedClock,
  type Store,
  type TaskDefinition,
} from 'dagmar'
import { describe, expect, it } from 'vitest'
import { agentsJournal } from '../../src/events/agent-facts.ts'
import { desk } from '../runtime/desk.ts'
import { recover, storeWith } from '../runtime/recovered.ts'
import { byHand } from '../runtime/watching.ts'
import { newFolder } from '../stores/folders.ts'
import { sqlite } from 'dagmar/sqlite'
import { journal } from 'dagmar/journal'

const clock = new SimulatedClock(Date.UTC(2026, 0, 15, 12))

/** A runtime over that store, as a process has it. */
function life(store: Store, options: AgentsOptions = {}, dags: readonly Plan[] = []) {
  const team = agents(options)
  const hand = desk()
  const facts: AgentFact[] = []
  team.events$.subscribe((fact) => void facts.push(fact))
  const runtime = createRuntime({ clock, store, agents: team, executors: { hand }, dags })
  return { team, hand, facts, runtime, end: () => runtime.shutdown({ mode: 'drain' }) }
}

const dagOf = (tasks: Readonly<Record<string, TaskDefinition>>): Plan => plan({ name: 'kept', tasks })
const one = dagOf({ a: { agent: 'ada', run: byHand } })

const until = async (isSo: () => boolean): Promise<void> => {
  for (let turn = 0; turn < 2_000 && !isSo(); turn++) {
    await clock.advanceAsync(0)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  expect(isSo()).toBe(true)
}

const allowance = { dailyTokens: 1_000, dailyJobs: 5 }

describe.each([
  ['memory', memoryStore],
  ['SQLite', () => sqlite(`${newFolder()}/runs.db`)],
  ['plain files', () => journal(newFolder())],
] as const)('registry and usage over a store in %s', (_, makeStore) => {
  it('are there again in the next process', async () => {
    const store = makeStore()
    const first = life(store, {
      list: [
        { id: 'ada', capabilities: ['write'], maxLoad: 3, allowance },
        { id: 'bob', ttl: Infinity },
      ],
    })
    const run = first.runtime.dispatch(one)
    await until(() => first.hand.started.length === 1)
    first.hand.say('a/1', { type: 'attempt.usage', usage: { inputTokens: 120, model: 'small' } })
    first.hand.completes('a/1')
    await run.result
    first.team.deregister('bob')
    await first.end()

    const second = life(store)
    const again = second.runtime.dispatch(one)
    await until(() => second.hand.started.length === 1)
    expect(second.team.list()).toEqual([
      expect.objectContaining({ id: 'ada', capabilities: ['write'], maxLoad: 3, load: 1 }),
    ])
    expect(second.team.usage().find(({ agentId }) => agentId === 'ada')).toMatchObject({
      tokens: 120,
      byModel: { small: 120 },
      jobs: 2,
      jobsLeft: 3,
      tokensLeft: 880,
      activeJobs: 1,
    })
    second.hand.completes('a/1')
    await again.result
    await second.end()
    const kept = (await store.read(agentsJournal)) as unknown as AgentFact[]
    expect(kept.map(({ seq }) => seq)).toEqual(kept.map((__, index) => index + 1))
    expect(await store.runs()).toHaveLength(2)
    await store.close()
  })

  it('hold no reservation that a process has left behind', async () => {
    const store = makeStore()
    const owner = { id: 'somebody who has died' }
    const left = store.create(agentsJournal, owner)
    const at = clock.now()
    const known = { agentId: 'ada', at, runId: 'gone', taskId: 'a', attempt: 1 }
    const facts = [
      { seq: 1, type: 'usage.recorded', of: 'started', ...known },
      { seq: 2, type: 'usage.recorded', of: 'reported', tokens: 101, ...known },
    ]
    await store.append([{ journal: left, facts: facts as never }])
    await store.release(left)

    const {
      team,
      hand,
      runtime,
      end,
      facts: told,
    } = life(store, { list: [{ id: 'ada', allowance: { concurrentJobs: 1 } }] })
    const run = runtime.dispatch(one)
    await until(() => hand.started.length === 1)
    expect(told.find((fact) => fact.type === 'usage.recorded')).toMatchObject({
      runId: 'gone',
      of: 'failed',
      returned: 50,
    })
    expect(team.usage()[0]).toMatchObject({ tokens: 51, jobs: 2, activeJobs: 1 })
    hand.completes('a/1')
    await run.result
    await end()
    await store.close()
  })
})

describe('agents over a store', () => {
  it('have used nothing today of what they used on other days, though somebody looks before it is known', async () => {
    const store = memoryStore()
    const left = store.create(agentsJournal, { id: 'dead' })
    const at = clock.now() - 86_400_000
    const known = { agentId: 'ada', at, runId: 'gone', taskId: 'a', attempt: 1 }
    const told = [
      { seq: 1, type: 'usage.recorded', of: 'started', ...known },
      { seq: 2, type: 'usage.recorded', of: 'reported', tokens: 1_000, ...known },
    ]
    void store.append([{ journal: left, facts: told as never }])
    void store.release(left)
    const { team, facts } = life(store, { list: [{ id: 'ada', allowance }] })
    team.list()
    await until(() => facts.some(({ type }) => type === 'usage.recorded'))
    expect(facts.find(({ type }) => type === 'usage.recorded')).toMatchObject({ of: 'failed', returned: 0 })
    expect(team.usage()[0]).toMatchObject({ tokens: 0, jobs: 0, tokensLeft: 1_000, jobsLeft: 5 })
  })

  it('of another runtime that is alive are not taken: runs that ask for agents fail, and say why', async () => {
    const store = memoryStore()
    const first = life(store, { list: [{ id: 'ada' }] })
    const run = first.runtime.dispatch(one)
    await until(() => first.hand.started.length === 1)
    const second = life(store, { list: [{ id: 'ada' }] })
    const refused = await second.runtime.dispatch(one).result
    expect(refused.failure).toMatchObject({
      code: 'STORE_FAILED',
      message: expect.stringContaining('.agents'),
    })
    expect((await second.runtime.dispatch(dagOf({ b: { run: () => 1 } })).result).status).toBe('completed')
    first.hand.completes('a/1')
    expect((await run.result).status).toBe('completed')
  })

  it('have nothing written behind facts that were refused', async () => {
    const written: number[] = []
    let appends = 0
    const store: Store = {
      ...memoryStore(),
      append: async (groups) => {
        const isRefused = ++appends === 2
        await Promise.resolve()
        if (isRefused) throw new Error('no room')
        written.push(...groups.flatMap(({ facts }) => facts.map(({ seq }) => seq)))
        return groups.map(() => undefined)
      },
    }
    const { team, facts } = life(store, { list: [{ id: 'ada' }] })
    await until(() => written.length === 1)
    for (const id of ['bob', 'cyd', 'dan']) team.register({ id })
    await until(() => facts.length === 4)
    expect(facts.map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
    expect(written).toEqual([1])
  })

  it('that has failed leaves no run that asks for them a fact behind its end', async () => {
    const refusing: Store = {
      ...memoryStore(),
      append: (groups) => {
        if (groups.some(({ journal: { runId } }) => runId === agentsJournal)) throw new Error('no room')
        return undefined
      },
    }
    const { runtime } = life(refusing, { list: [{ id: 'ada' }] })
    await clock.advanceAsync(0)
    const run = runtime.dispatch(one)
    const told: string[] = []
    run.events$.subscribe(({ type }) => void told.push(type))
    expect((await run.result).failure).toMatchObject({ code: 'STORE_FAILED' })
    await clock.advanceAsync(0)
    expect(told).toEqual(['run.created', 'task.skipped', 'run.failed'])
  })

  it('that does not take their facts fail the runs that have them, and nothing stays reserved', async () => {
    const inner = memoryStore()
    let isFull = false
    const store: Store = {
      ...inner,
      append: (groups) => {
        const answers = groups.map((group) =>
          isFull && group.journal.runId === agentsJournal ? new Error('no room') : undefined,
        )
        const taken = groups.filter((__, index) => answers[index] === undefined)
        if (taken.length > 0) void inner.append(taken)
        return Promise.resolve(answers)
      },
    }
    const { team, hand, runtime } = life(store, { list: [{ id: 'ada' }] })
    await until(() => team.list().length === 1)
    await clock.advanceAsync(0)
    isFull = true
    const run = runtime.dispatch(one)
    await until(() => hand.asked.includes('abort a/1') || run.view().status === 'failed')
    if (hand.asked.includes('start a/1')) hand.ends('a/1')
    const { failure } = await run.result
    expect(failure).toMatchObject({ code: 'STORE_FAILED' })
    expect(failure?.message).toContain('no room')
    expect(team.list()[0]).toMatchObject({ load: 0, usage: { activeJobs: 0 } })
  })

  it('go on with a recovered run: its dispatch attempts, its waits, and who has failed it are as they were', async () => {
    const store = journal(newFolder())
    const patient = [
      { id: 'ada', ttl: Infinity },
      { id: 'bob', ttl: Infinity },
    ]
    const first = life(store, { list: patient })
    const tasks = dagOf({
      a: { agent: 'ada', fallback: ['bob'], retry: { maxAttempts: 3, backoff: { base: '1h' } }, run: byHand },
      b: { requires: ['nobody'], run: byHand },
    })
    const run = first.runtime.dispatch(tasks)
    await until(() => first.hand.started.length === 1)
    first.hand.fails('a/1')
    await until(() => run.view().tasks.get('b')?.agents?.dispatchAttempts === 1)
    await first.end()

    const second = life(store, { list: patient }, [tasks])
    const again = await second.runtime.recover(run.id)
    await clock.advanceAsync(5_000)
    await until(() => again.view().tasks.get('b')?.agents?.dispatchAttempts === 2)
    await clock.advanceAsync(10_000)
    await until(() => again.view().tasks.get('b')?.outcome !== undefined)
    expect(again.view().tasks.get('b')?.outcome).toMatchObject({ status: 'failed', deadLettered: true })
    await clock.advanceAsync(3_600_000)
    await until(() => second.hand.started.length === 1)
    expect(again.view().tasks.get('a')?.agents).toMatchObject({ agentId: 'bob', failedWith: ['ada'] })
    second.hand.completes('a/2')
    await again.result
  })

  it('come for a task of a recovered run that waits for its next dispatch attempt', async () => {
    const store = journal(newFolder())
    const first = life(store)
    const tasks = dagOf({ a: { agent: 'ada', run: byHand }, b: { requires: ['write'], run: byHand } })
    const run = first.runtime.dispatch(tasks)
    await until(() => ['a', 'b'].every((id) => run.view().tasks.get(id)?.agents?.dispatchAttempts === 1))
    await first.end()

    const second = life(store, { list: [{ id: 'ada', ttl: Infinity }] }, [tasks])
    const again = await second.runtime.recover(run.id)
    await until(() => second.hand.started.includes('a'))
    expect(second.hand.started).toEqual(['a'])
    second.team.register({ id: 'bob', capabilities: ['write'] })
    await until(() => second.hand.started.includes('b'))
    second.hand.completes('a/1')
    second.hand.completes('b/1')
    expect((await again.result).status).toBe('completed')
  })

  it('know of a recovered run which agent had the attempt that was being ended, and give the next one to another', async () => {
    const dag = dagOf({
      a: {
        requires: ['write'],
        stall: { after: '1m', grace: 0 },
        retry: { maxAttempts: 2, backoff: { base: '1s' } },
        run: byHand,
      },
    })
    const list = ['ada', 'bob'].map((id) => ({ id, capabilities: ['write'], ttl: Infinity }))
    const first = life(memoryStore(), { list })
    const run = first.runtime.dispatch(dag)
    const facts: RunFact[] = []
    run.events$.subscribe((fact) => {
      if ('seq' in fact) facts.push(fact)
    })
    await until(() => first.hand.started.length === 1)
    await clock.advanceAsync(60_000)
    expect(facts.at(-1)).toMatchObject({ type: 'task.stopping', reason: 'stall' })

    const hand = desk()
    const executors = { hand }
    const again = recover(storeWith(facts), facts, dag, { clock, executors, agents: agents({ list }) })
    await clock.advanceAsync(10_000)
    expect(again.view().tasks.get('a')).toMatchObject({ attempt: 2, agents: { agentId: 'bob' } })
    hand.completes('a/2')
    expect((await again.result).status).toBe('completed')
    first.hand.ends('a/1')
  })

  it('were looked for in vain: what a person then decided is a dead letter in a recovered run, too', async () => {
    const dag = dagOf({ a: { requires: ['write'], onFailure: 'ask', run: byHand } })
    const first = life(memoryStore())
    const run = first.runtime.dispatch(dag)
    const facts: RunFact[] = []
    run.events$.subscribe((fact) => {
      if ('seq' in fact) facts.push(fact)
    })
    await clock.advanceAsync(0)
    await clock.advanceAsync(15_000)
    run.answer('a', 'skip')
    expect((await run.result).deadLetters).toEqual(['a'])
    const before = facts.slice(0, facts.findIndex(({ type }) => type === 'task.answered') + 1)
    const options = { clock, executors: { hand: desk() }, agents: agents() }
    const again = recover(storeWith(before), before, dag, options)
    expect((await again.result).deadLetters).toEqual(['a'])
  })
})

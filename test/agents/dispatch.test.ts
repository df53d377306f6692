import { type Agents, type AgentsOptions, type AgentView, agents, type Router } from 'dagmar/agents'
import type { RuntimeOptions, TaskDefinition } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { type Desk, desk } from '../runtime/desk.ts'
import { byHand, simulated, type Simulated } from '../runtime/watching.ts'

interface Played extends Simulated {
  readonly team: Agents
  readonly hand: Desk
  /** Who has which task, of those that are at work. */
  readonly having: () => Readonly<Record<string, string>>
}

function played(options: AgentsOptions = {}, runtime: Omit<RuntimeOptions, 'clock' | 'agents'> = {}): Played {
  const team = agents(options)
  const hand = desk()
  const made = simulated({ concurrency: 100, executors: { hand }, ...runtime, agents: team })
  const having = (): Record<string, string> =>
    Object.fromEntries(team.list().flatMap(({ id, jobs }) => jobs.map(({ taskId }) => [taskId, id])))
  return { ...made, team, hand, having }
}

const asks = (over: Partial<TaskDefinition> = {}): TaskDefinition => ({
  requires: ['write'],
  run: byHand,
  ...over,
})

const writer = (id: string, over: object = {}) => ({ id, capabilities: ['write'], ...over })

describe('a task that requires something', () => {
  it('goes to an agent that has it, which is told with its dispatch', async () => {
    const { start, hand, having, team } = played({ list: [{ id: 'reader' }, writer('ada')] })
    const { all, run, types } = await start({ a: asks() })
    expect(all('task.dispatched')[0]).toMatchObject({ executor: 'hand', agentId: 'ada' })
    expect(having()).toEqual({ a: 'ada' })
    expect(run.view().tasks.get('a')?.agents?.agentId).toBe('ada')
    hand.completes('a/1')
    expect(types('a').at(-1)).toBe('task.completed')
    expect(team.list().map(({ id, load }) => [id, load])).toEqual([
      ['ada', 0],
      ['reader', 0],
    ])
  })

  it('shares its agents with the tasks of all runs, as many at once as each takes', async () => {
    const { start, hand, having } = played({ list: [writer('ada'), writer('bob', { maxLoad: 2 })] })
    await start({ a: asks(), b: asks() })
    const second = await start({ c: asks(), d: asks() })
    expect(having()).toEqual({ a: 'ada', b: 'bob', c: 'bob' })
    expect(second.all('task.deferred')).toEqual([
      expect.objectContaining({
        taskId: 'd',
        considered: [
          { agentId: 'ada', why: 'full' },
          { agentId: 'bob', why: 'full' },
        ],
      }),
    ])
    expect(second.run.why('d').sentence).toBe(
      'd is dispatched and waits for an agent: ada (full), bob (full).',
    )
    hand.completes('a/1')
    expect(having()).toEqual({ b: 'bob', c: 'bob', d: 'ada' })
  })

  it('leaves tasks that need no agent alone', async () => {
    const { start, hand } = played({ list: [writer('ada')] })
    await start({ a: asks(), b: asks(), c: { run: byHand } })
    expect(hand.started).toEqual(['a', 'c'])
  })

  it('is refused at once by a runtime without agents', async () => {
    const { start } = simulated({ executors: { hand: desk() } })
    await expect(start({ a: asks() })).rejects.toThrow(
      'The task a asks for an agent, and the runtime has none.',
    )
  })

  it('goes before others of lower priority when an agent is free again', async () => {
    const { start, hand } = played({ list: [writer('ada')] })
    await start({ a: asks() })
    await start({ low: asks({ priority: 'low' }) })
    await start({ high: asks({ priority: 'high', requires: ['write'] }) })
    await start({ medium: asks() })
    for (const name of ['a/1', 'high/1', 'medium/1', 'low/1']) hand.completes(name)
    expect(hand.started).toEqual(['a', 'high', 'medium', 'low'])
  })
})

describe('a task that nobody who is there could do', () => {
  it('is tried again after 5 and 10 s, and is a dead letter at 15 s', async () => {
    const { start, clock, wait } = played({ list: [{ id: 'reader' }] })
    const began = clock.now()
    const watched = await start({ a: asks() })
    const attempts = () =>
      watched
        .all('dispatch.no-agent')
        .map(({ at, dispatchAttempt, until }) => [at - began, dispatchAttempt, until])
    expect(attempts()).toEqual([[0, 1, began + 5_000]])
    expect(watched.run.why('a').sentence).toBe(
      'a is dispatched and waits to try again in 5.0 s; and for an agent: reader (incapable).',
    )
    await wait(4_999)
    expect(attempts()).toHaveLength(1)
    await wait(1)
    expect(attempts().at(-1)).toEqual([5_000, 2, began + 15_000])
    await wait(9_999)
    expect(watched.statuses()).toEqual({ a: 'dispatched' })
    await wait(1)
    expect(attempts().at(-1)).toEqual([15_000, 3, undefined])
    expect(watched.all('task.failed')[0]).toMatchObject({
      at: began + 15_000,
      attempt: 0,
      deadLettered: true,
      failure: { code: 'NO_AGENT', message: 'No agent can do it: reader lacks a capability.' },
    })
    expect(watched.types('a').at(-1)).toBe('task.dead-lettered')
  })

  it('is granted as soon as somebody comes who can do it, and not only by its next dispatch attempt', async () => {
    const { start, team, wait, having } = played()
    const watched = await start({ a: asks() })
    expect(watched.all('dispatch.no-agent')[0]?.failure.message).toBe(
      'No agent can do it: none is registered.',
    )
    await wait(1_000)
    team.register({ id: 'reader' })
    expect(having()).toEqual({})
    team.register(writer('ada'))
    expect(having()).toEqual({ a: 'ada' })
    await wait(60_000)
    expect(watched.all('task.dispatched')).toHaveLength(1)
    expect(watched.run.view().tasks.get('a')?.agents).toMatchObject({ dispatchAttempts: 0, considered: [] })
  })

  it('has no timer run while it waits for somebody to come, and one until the next day where that may bring something', async () => {
    const waiting = played({ dispatch: { onNoAgent: 'wait' } })
    await waiting.start({ a: asks() })
    expect(waiting.clock.pending).toBe(0)
    const busy = played({
      list: [writer('ada', { maxLoad: 0, ttl: Infinity, allowance: { concurrentJobs: 1 } })],
    })
    await busy.start({ a: asks(), b: asks() })
    expect(busy.clock.pending).toBe(0)
    const poor = played({ list: [writer('ada', { ttl: Infinity, allowance: { dailyJobs: 1 } })] })
    const { run } = await poor.start({ a: asks(), b: asks() })
    poor.hand.completes('a/1')
    expect(poor.clock.pending).toBe(1)
    void run.kill()
    await run.result
    expect(poor.clock.pending).toBe(0)
  })

  it('says that it waits for an agent when it has waited for its executor before', async () => {
    let hasRoom = false
    const picky = desk({ accepts: () => hasRoom })
    const { start, wait } = played({ dispatch: { onNoAgent: 'wait' } }, { executors: { hand: picky } })
    const { all, types } = await start({ a: asks() })
    expect(types('a')).toEqual(['task.ready', 'task.deferred'])
    hasRoom = true
    await wait(10_000)
    expect(types('a')).toEqual(['task.ready', 'task.deferred', 'dispatch.no-agent'])
    expect(all('dispatch.no-agent')[0]).not.toHaveProperty('dispatchAttempt')
  })

  it('waits for somebody to come where it is to wait, and costs no dispatch attempt', async () => {
    const { start, team, wait, having } = played({ dispatch: { onNoAgent: 'wait' } })
    const watched = await start({ a: asks() })
    await wait(3_600_000)
    expect(watched.all('dispatch.no-agent')).toHaveLength(1)
    expect(watched.all('dispatch.no-agent')[0]).not.toHaveProperty('dispatchAttempt')
    team.register(writer('ada'))
    expect(having()).toEqual({ a: 'ada' })
  })

  it('fails at the first dispatch attempt where it has no other, and is no dead letter then', async () => {
    const { start } = played({ dispatch: { maxAttempts: 1 } })
    const { all } = await start({ a: asks() })
    expect(all('task.failed')[0]).toMatchObject({ deadLettered: false, failure: { code: 'NO_AGENT' } })
  })

  it('asks a person in the end where failures are asked about, and is tried again as one that was not tried', async () => {
    const { start, wait, team, having } = played()
    const { run, all } = await start({ a: asks({ onFailure: 'ask' }) })
    await wait(15_000)
    expect(all('task.asked')[0]).toMatchObject({ of: 'failure', failure: { code: 'NO_AGENT' } })
    team.register(writer('ada'))
    run.answer('a', 'retry')
    expect(having()).toEqual({ a: 'ada' })
  })

  it('costs dispatch attempts anew for each attempt', async () => {
    const { start, wait, team, hand } = played({ list: [writer('ada')] })
    const { all, statuses } = await start({
      a: asks({ retry: { maxAttempts: 2, backoff: { base: 0 } } }),
    })
    team.deregister('ada')
    hand.ends('a/1')
    await wait(14_999)
    expect(statuses()).toEqual({ a: 'dispatched' })
    await wait(1)
    expect(all('dispatch.no-agent').map(({ dispatchAttempt }) => dispatchAttempt)).toEqual([1, 2, 3])
    expect(statuses()).toEqual({ a: 'failed' })
  })
})

describe('an agent that a task names', () => {
  it('is the only one that may have it', async () => {
    const { start, having, hand } = played({ list: [writer('ada'), writer('bob')] })
    await start({ a: { agent: 'bob', run: byHand }, b: { agent: 'bob', run: byHand } })
    expect(having()).toEqual({ a: 'bob' })
    hand.completes('a/1')
    expect(having()).toEqual({ b: 'bob' })
  })

  it('has to exist', async () => {
    const { start } = played({ list: [writer('ada')] })
    const { all } = await start({ a: { agent: 'bob', run: byHand } })
    expect(all('dispatch.no-agent')[0]).toMatchObject({ considered: [{ agentId: 'bob', why: 'unknown' }] })
  })

  it('has to have what the task requires, too', async () => {
    const { start } = played({ list: [{ id: 'bob' }] })
    const { all } = await start({ a: asks({ agent: 'bob' }) })
    expect(all('dispatch.no-agent')[0]).toMatchObject({ considered: [{ agentId: 'bob', why: 'incapable' }] })
  })
})

describe('a fallback', () => {
  const list = [writer('ada'), writer('bob'), writer('cyd')]

  it('is moved on to at once when the choices before it cannot be granted', async () => {
    const { start, having } = played({ list })
    const { all } = await start({
      a: { agent: 'ada', run: byHand },
      b: { agent: 'ada', fallback: ['cyd', 'bob'], run: byHand },
    })
    expect(having()).toEqual({ a: 'ada', b: 'cyd' })
    expect(all('dispatch.no-agent')).toEqual([])
  })

  it('has the next attempt after a failed one, and the first choice comes again after the last', async () => {
    const { start, having, hand, wait } = played({ list })
    await start({
      a: {
        agent: 'ada',
        fallback: ['cyd'],
        retry: { maxAttempts: 3, backoff: { base: 0 } },
        run: byHand,
      },
    })
    const had: (string | undefined)[] = []
    for (const attempt of [1, 2, 3]) {
      had.push(having()['a'])
      hand.fails(`a/${attempt}`)
      await wait()
    }
    expect(had).toEqual(['ada', 'cyd', 'ada'])
  })

  it('is not needed for the next attempt to go to somebody who has not failed it', async () => {
    const { start, having, hand, wait } = played({ list })
    await start({ a: asks({ retry: { maxAttempts: 4, backoff: { base: 0 } } }) })
    const had: (string | undefined)[] = []
    for (const attempt of [1, 2, 3, 4]) {
      had.push(having()['a'])
      hand.fails(`a/${attempt}`)
      await wait()
    }
    expect(had).toEqual(['ada', 'bob', 'cyd', 'ada'])
  })
})

describe('an agent that goes while it is at work', () => {
  it('offline is given nothing more, and what it has goes on', async () => {
    const { start, having, hand, team, wait } = played({ list: [writer('ada', { maxLoad: 2 })] })
    const { types, statuses } = await start({ a: asks() })
    await wait(5 * 60_000)
    expect(team.list()[0]?.status).toBe('available')
    await wait(1)
    expect(team.list()[0]?.status).toBe('offline')
    const second = await start({ b: asks() })
    expect(second.all('dispatch.no-agent')[0]?.considered).toEqual([{ agentId: 'ada', why: 'offline' }])
    expect(having()).toEqual({ a: 'ada' })
    hand.completes('a/1')
    expect(types('a').at(-1)).toBe('task.completed')
    expect(statuses()).toEqual({ a: 'completed' })
    team.heartbeat('ada')
    await wait(5_000)
    expect(having()).toEqual({ b: 'ada' })
  })

  it('for good takes its attempts along, as failed, and they may be tried again elsewhere', async () => {
    const { start, having, hand, team, wait } = played({ list: [writer('ada'), writer('bob')] })
    const { all } = await start({ a: asks({ agent: 'ada', fallback: ['bob'], retry: { maxAttempts: 2 } }) })
    team.deregister('ada')
    expect(hand.asked).toContain('abort a/1')
    hand.ends('a/1')
    expect(all('task.retrying')[0]?.failure).toMatchObject({ code: 'AGENT_GONE', retryable: true })
    await wait(5_000)
    expect(having()).toEqual({ a: 'bob' })
  })

  it('and comes back before its attempt is over has that one as its load', async () => {
    const { start, hand, team } = played({ list: [writer('ada')] })
    await start({ a: asks() })
    team.deregister('ada')
    team.register(writer('ada'))
    expect(team.list()[0]).toMatchObject({ load: 1, status: 'busy' })
    hand.ends('a/1')
    expect(team.list()[0]).toMatchObject({ load: 0, status: 'available' })
  })
})

describe('what an agent may spend', () => {
  it.each([10, 1_000])('lets %i tasks at once pass only as many as it may have', async (count) => {
    const { start, team } = played(
      { list: [writer('ada', { maxLoad: 0, allowance: { concurrentJobs: 5 } })] },
      { concurrency: 2_000 },
    )
    await start(Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, asks()])))
    expect(team.list()[0]).toMatchObject({ load: 5, usage: { jobs: 5, activeJobs: 5 } })
  })

  it('holds a task until 00:00 UTC where the jobs of a day are used up', async () => {
    const list = [writer('ada', { ttl: Infinity, allowance: { dailyJobs: 1 } })]
    const { start, hand, wait, clock, having } = played({ list })
    const { all, run } = await start({ a: asks(), b: asks() })
    expect(all('task.deferred')).toHaveLength(1)
    hand.completes('a/1')
    const told = all('dispatch.quota-exceeded')
    expect(told).toHaveLength(1)
    expect(told[0]?.considered).toEqual([{ agentId: 'ada', why: 'dailyJobs' }])
    expect(told[0]).not.toHaveProperty('dispatchAttempt')
    expect(run.why('b').sentence).toBe('b is dispatched and waits for an agent: ada (dailyJobs).')
    await wait(86_400_000 - (clock.now() % 86_400_000) - 1)
    expect(having()).toEqual({})
    await wait(1)
    expect(having()).toEqual({ b: 'ada' })
    expect(all('dispatch.quota-exceeded')).toHaveLength(1)
  })

  it.each(['wait', 'retry'] as const)(
    'holds a task no longer than until 00:00 UTC where another agent that could do it stays full (%s)',
    async (onQuotaExceeded) => {
      const list = [
        writer('ada', { maxLoad: 1, ttl: Infinity }),
        writer('bob', { maxLoad: 0, ttl: Infinity, allowance: { dailyJobs: 1 } }),
      ]
      const { start, hand, wait, clock } = played({ list, dispatch: { onQuotaExceeded } })
      const { all } = await start({ a: asks(), b: asks(), c: asks(), d: asks({ fallback: ['eve'] }) })
      hand.completes('b/1')
      expect(all('task.deferred').map(({ taskId }) => taskId)).toEqual(['c', 'd'])
      await wait(86_400_000 - (clock.now() % 86_400_000) - 1)
      expect(all('task.dispatched')).toHaveLength(2)
      await wait(1)
      expect(all('task.dispatched').slice(2)).toMatchObject([{ taskId: 'c', agentId: 'bob' }])
      await wait(86_400_000)
      expect(all('task.dispatched').slice(3)).toMatchObject([{ taskId: 'd', agentId: 'bob' }])
    },
  )

  it('costs dispatch attempts while it is used up where that is asked for, and then the task fails', async () => {
    const list = [writer('ada', { allowance: { dailyJobs: 1 } })]
    const { start, hand, wait } = played({ list, dispatch: { onQuotaExceeded: 'retry' } })
    const { all } = await start({ a: asks(), b: asks() })
    hand.completes('a/1')
    await wait(15_000)
    expect(all('dispatch.quota-exceeded').map(({ dispatchAttempt }) => dispatchAttempt)).toEqual([1, 2, 3])
    expect(all('task.failed')[0]).toMatchObject({
      taskId: 'b',
      deadLettered: true,
      failure: { code: 'QUOTA_EXCEEDED' },
    })
  })

  it('is tried at once again, and not only after its wait, where something is given back or a new day begins', async () => {
    const allowance = { dailyTokens: 100 }
    const list = [writer('ada', { maxLoad: 0, ttl: Infinity, allowance })]
    const dispatch = { onQuotaExceeded: 'retry', maxAttempts: Infinity } as const
    const { start, hand, wait, clock, having } = played({ list, dispatch })
    const watched = await start({ a: asks(), z: asks({ priority: 'low' }) })
    hand.say('a/1', { type: 'attempt.usage', usage: { inputTokens: 100 } })
    const late = await start({ b: asks(), c: asks() })
    await wait(60_000)
    expect(having()).toEqual({ a: 'ada', z: 'ada' })
    void watched.run.kill('a')
    hand.ends('a/1')
    expect(having()).toEqual({ b: 'ada', c: 'ada', z: 'ada' })
    hand.say('b/1', { type: 'attempt.usage', usage: { inputTokens: 100 } })
    hand.completes('b/1')
    hand.completes('c/1')
    const last = await start({ d: asks() })
    await wait(86_400_000 - (clock.now() % 86_400_000) - 1)
    expect(last.statuses()).toEqual({ d: 'dispatched' })
    await wait(1)
    expect(having()).toEqual({ d: 'ada', z: 'ada' })
    expect(late.all('task.dispatched')).toHaveLength(2)
  })

  it('is there again with the next day also where the clock was set to it', async () => {
    const list = [writer('ada', { ttl: Infinity, allowance: { dailyJobs: 1 } })]
    const { start, hand, wait, clock, having } = played({ list })
    const { statuses } = await start({ a: asks(), b: asks() })
    hand.completes('a/1')
    clock.set(clock.now() + 129_600_000)
    // Something happens, which has the clock looked at.
    await start({ other: { run: byHand } })
    expect(statuses()).toEqual({ a: 'completed', b: 'running' })
    clock.set(clock.now() - 3_600_000)
    hand.completes('b/1')
    await start({ c: asks() })
    await wait(86_400_000 - (clock.now() % 86_400_000) - 1)
    expect(having()).toEqual({})
    await wait(1)
    expect(having()).toEqual({ c: 'ada' })
  })

  it('costs dispatch attempts where no agent may use the model of the task', async () => {
    const list = [writer('ada', { maxLoad: 0, allowance: { models: ['small'] } })]
    const { start, wait } = played({ list })
    const { all } = await start({ a: asks({ model: 'large' }), b: asks({ model: 'small' }) })
    await wait(15_000)
    expect(all('dispatch.quota-exceeded', 'a')[0]).toMatchObject({
      considered: [{ agentId: 'ada', why: 'models' }],
    })
    expect(all('task.failed')[0]).toMatchObject({ taskId: 'a' })
    expect(all('task.dispatched').map(({ taskId }) => taskId)).toEqual(['b'])
  })

  it('goes to the next agent, without a dispatch attempt, where the first has nothing left', async () => {
    const list = [writer('ada', { maxLoad: 0, allowance: { concurrentJobs: 1 } }), writer('bob')]
    const { start, having } = played({ list })
    const { all } = await start({
      a: asks({ agent: 'ada' }),
      b: asks(),
      c: { agent: 'ada', fallback: ['cyd', 'bob'], run: byHand },
    })
    expect(having()).toEqual({ a: 'ada', b: 'bob' })
    expect(all('dispatch.no-agent')).toEqual([])
    expect(all('task.deferred')[0]).toMatchObject({
      taskId: 'c',
      considered: [
        { agentId: 'ada', why: 'concurrentJobs' },
        { agentId: 'cyd', why: 'unknown' },
        { agentId: 'bob', why: 'full' },
      ],
    })
  })

  it('lets an attempt run no longer than its longest job', async () => {
    const { start, hand, wait } = played({ list: [writer('ada', { allowance: { longestJob: '10s' } })] })
    const { all } = await start({ a: asks({ timeout: '1m' }) })
    await wait(9_999)
    expect(hand.asked).toEqual(['start a/1'])
    await wait(1)
    expect(hand.asked).toContain('abort a/1')
    expect(all('task.stopping')[0]).toMatchObject({ reason: 'timeout', limitMs: 10_000 })
  })
})

describe('a task that has used too much of an agent', () => {
  const spends = { dailyTokens: 10, onOverrun: 'kill' } as const

  it('waits for another one that is away, as for anybody who may come', async () => {
    const list = [
      writer('ada', { ttl: Infinity, allowance: spends }),
      writer('bob', { ttl: '1s' }),
      { id: 'cyd' },
    ]
    const { start, hand, wait, team, having } = played({ list, dispatch: { onNoAgent: 'wait' } })
    await wait(1_001)
    const retry = { maxAttempts: 2, backoff: { base: '1s' as const } }
    const { all, statuses } = await start({ a: asks({ retry }) })
    hand.say('a/1', { type: 'attempt.usage', usage: { inputTokens: 11 } })
    hand.ends('a/1')
    await wait(1_000)
    expect(all('dispatch.no-agent').at(-1)?.considered).toEqual([
      { agentId: 'ada', why: 'spent' },
      { agentId: 'bob', why: 'offline' },
      { agentId: 'cyd', why: 'incapable' },
    ])
    await wait(60_000)
    expect(statuses()).toEqual({ a: 'dispatched' })
    team.heartbeat('bob')
    expect(having()).toEqual({ a: 'bob' })
  })

  it('does not say again what it waits for alone, whatever else happens to agents', async () => {
    const list = [writer('ada', { ttl: Infinity, allowance: spends }), writer('bob', { ttl: Infinity })]
    const { start, hand, wait, team, having } = played({ list })
    const retry = { maxAttempts: 2, backoff: { base: '1s' as const } }
    const { all } = await start({ a: asks({ retry }), b: asks({ agent: 'bob' }) })
    hand.say('a/1', { type: 'attempt.usage', usage: { inputTokens: 11 } })
    hand.ends('a/1')
    await wait(1_000)
    expect(having()).toEqual({ b: 'bob' })
    // Others might be given to ada now: it waits alone.
    await wait(86_400_000)
    const said = all('task.deferred', 'a').length
    for (let turn = 0; turn < 3; turn++) team.register({ id: `eve-${turn}` })
    await wait(86_400_000)
    team.heartbeat('ada')
    expect(all('task.deferred', 'a')).toHaveLength(said)
    hand.completes('b/1')
    expect(having()).toEqual({ a: 'bob' })
  })
})

describe('a router of one’s own', () => {
  it.each([
    ['full', {}],
    ['spent', { maxLoad: 0, allowance: { dailyJobs: 1 } }],
  ])('is not asked about agents that are all %s: the task waits, which costs nothing', async (_, more) => {
    const router: Router = () => 'ada'
    const { start, hand, wait, clock, having } = played({
      list: [writer('ada', { ttl: Infinity, ...more })],
      router,
    })
    const { all, statuses } = await start({ a: asks(), b: asks() })
    await wait(60_000)
    expect(statuses()).toEqual({ a: 'running', b: 'dispatched' })
    expect(all('dispatch.no-agent')).toEqual([])
    hand.completes('a/1')
    await wait(86_400_000 - (clock.now() % 86_400_000))
    expect(having()).toEqual({ b: 'ada' })
  })

  it('gets those alone that can have the task now', async () => {
    const asked: (readonly string[])[] = []
    const router: Router = (_, all) => {
      asked.push(all.map(({ id }) => id))
      // The list is its own.
      const [first] = (all as AgentView[]).splice(0)
      return first?.id
    }
    const list = [
      writer('ada', { allowance: { models: ['small'] } }),
      writer('bob'),
      writer('cyd', { ttl: 1 }),
      { id: 'dan' },
      writer('eve'),
    ]
    const { start, wait, having } = played({ list, router })
    await wait(10)
    await start({ a: asks({ model: 'large' }), b: asks({ model: 'large' }) })
    expect(asked).toEqual([['bob', 'eve'], ['eve']])
    expect(having()).toEqual({ a: 'bob', b: 'eve' })
  })

  it('picks', async () => {
    const router: Router = (_, all) => all.at(-1)?.id
    const { start, having } = played({ list: [writer('ada'), writer('bob')], router })
    await start({ a: asks() })
    expect(having()).toEqual({ a: 'bob' })
  })

  const lost: Router = () => {
    throw new Error('no map')
  }

  it.each<[string, Router, string]>([
    ['throws', lost, 'the router threw: no map'],
    ['picks somebody who is offline', () => 'gone', 'the router picked gone, which is offline'],
    ['picks somebody who cannot do it', () => 'reader', 'the router picked reader, which lacks a capability'],
    ['picks somebody whom nobody knows', () => 'eve', 'the router picked eve, which is not registered'],
    ['picks nobody, though somebody could', () => undefined, 'ada was not picked'],
    ['answers later', (async () => 'ada') as never, 'the router answered a promise instead of an id'],
    ['answers anything', (() => 7) as never, 'the router answered 7 instead of an id'],
  ])('that %s costs a dispatch attempt, and is explained', async (_, router, said) => {
    const list = [writer('ada'), { id: 'reader' }, writer('gone', { ttl: 1 })]
    const { start, wait, having } = played({ list, router })
    await wait(10)
    const { all } = await start({ a: asks() })
    expect(all('dispatch.no-agent')[0]).toMatchObject({
      dispatchAttempt: 1,
      failure: { code: 'ROUTER_FAILED' },
    })
    expect(all('dispatch.no-agent')[0]?.failure.message).toContain(said)
    expect(having()).toEqual({})
  })
})

describe('what is refused', () => {
  it.each([
    [{ list: [{ id: '' }] }, 'list[0].id'],
    [{ list: [{ id: 'a' }, { id: 'a' }] }, "list has the agent 'a' twice"],
    [{ list: [{ id: 'a', maxLoad: -1 }] }, 'list[0].maxLoad is -1'],
    [{ list: [{ id: 'a', allowance: { dailyJobs: -1 } }] }, 'list[0].allowance.dailyJobs is -1'],
    [{ list: [{ id: 'a', ttl: 0 }] }, 'list[0].ttl is 0'],
    [{ list: [{ capabilities: [] }] }, 'list[0].id is undefined'],
    [{ dispatch: { maxAttempts: 0 } }, 'dispatch.maxAttempts is 0'],
    [{ router: 'load' }, "router is 'load'"],
  ])('%o', (options, message) => {
    expect(() => agents(options as AgentsOptions)).toThrow(message)
  })

  it('a heartbeat of an agent that nobody knows, and its end', () => {
    const { team } = played()
    expect(() => team.heartbeat('eve')).toThrow("No agent 'eve' is registered.")
    expect(() => team.deregister('eve')).toThrow("No agent 'eve' is registered.")
  })

  it('agents that belong to another runtime', () => {
    const { team } = played()
    expect(() => simulated({ agents: team })).toThrow('These agents belong to another runtime already.')
  })
})

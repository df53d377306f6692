import { agents, type AgentFact, type AgentsOptions, type ClosedSession } from 'dagmar/agents'
import {
  createRuntime,
  dag,
  memoryStore,
  plan,
  SimulatedClock,
  type Store,
  type TaskDefinition,
} from 'dagmar'
import { describe, expect, it } from 'vitest'
import { type Desk, desk } from '../runtime/desk.ts'
import { byHand, watch } from '../runtime/watching.ts'

const minute = 60_000

interface Life {
  readonly store?: Store
  readonly clock?: SimulatedClock
  readonly options?: AgentsOptions
  /** Whether what the executor is asked to start begins at once. */
  readonly begins?: boolean
}

/** A runtime with these agents, whose tasks are played by hand. */
function life({
  store,
  clock = new SimulatedClock(Date.UTC(2026, 0, 15, 12)),
  options,
  begins = true,
}: Life = {}) {
  const closed: string[] = []
  const team = agents({
    list: [{ id: 'ada' }],
    closeSession: ({ agentId, id, why }) => void closed.push(`${agentId} ${id} ${why}`),
    ...options,
  })
  const hand: Desk = desk({ begins, adopt: (attempt, _handle, report) => hand.start(attempt, report) })
  const facts: AgentFact[] = []
  team.events$.subscribe((fact) => void facts.push(fact))
  const kept = store === undefined ? {} : { store }
  const runtime = createRuntime({ clock, agents: team, executors: { hand }, concurrency: 100, ...kept })
  const start = async (tasks: Readonly<Record<string, TaskDefinition>>) => {
    const watched = watch(runtime.dispatch(plan({ name: 'stays', tasks })))
    await clock.advanceAsync(0)
    return watched
  }
  return {
    team,
    hand,
    clock,
    closed,
    runtime,
    start,
    leave: (name: string, session: string) => hand.say(name, { type: 'attempt.session', session }),
    /** What was told of sessions, a text each. */
    told: () =>
      facts.flatMap((fact) => {
        if (!('sessionId' in fact)) return []
        const more =
          fact.type === 'session.closed' ? ` ${fact.why}` : 'taskId' in fact ? ` ${fact.taskId}` : ''
        return [`${fact.type.slice('session.'.length)} ${fact.sessionId}${more}`]
      }),
    sessions: (id = 'ada') => team.list().find((agent) => agent.id === id)!.sessions,
  }
}

const does = (over: Partial<TaskDefinition> = {}): TaskDefinition => ({ agent: 'ada', run: byHand, ...over })
const kept = { list: [{ id: 'ada', keep: true, ttl: Number.POSITIVE_INFINITY }] }

describe('a session that an attempt leaves', () => {
  it('is what the next attempt of its agent in the same run goes on with', async () => {
    const { start, hand, leave, told, closed } = life()
    await start({ a: does(), b: does({ needs: ['a'] }), c: does({ needs: ['b'] }) })
    expect(hand.attempt('a/1').session).toBeUndefined()
    leave('a/1', 's1')
    hand.completes('a/1')
    expect(hand.attempt('b/1').session).toBe('s1')
    hand.completes('b/1')
    expect(hand.attempt('c/1').session).toBe('s1')
    hand.completes('c/1')
    expect(told()).toEqual([
      'opened s1 a',
      'freed s1',
      'taken s1 b',
      'freed s1',
      'taken s1 c',
      'freed s1',
      'closed s1 run-ended',
    ])
    expect(closed).toEqual(['ada s1 run-ended'])
  })

  it('is kept by a handler, and found by the next one', async () => {
    const team = agents({ list: [{ id: 'ada' }] })
    await using runtime = createRuntime({ agents: team })
    const talk = dag('talk')
      .task('first', { agent: 'ada' }, ({ keepSession, session }) => {
        keepSession('conversation 7')
        return session ?? 'none'
      })
      .task('second', { agent: 'ada', needs: ['first'] }, ({ session }) => session)
    expect(await runtime.run(talk)).toMatchObject({ first: 'none', second: 'conversation 7' })
  })

  it('is not for another agent, nor for another run that is at work at the same time', async () => {
    const { start, hand, leave } = life({ options: { list: [{ id: 'ada', maxLoad: 2 }, { id: 'bob' }] } })
    await start({ a: does(), b: does({ needs: ['a'], agent: 'bob' }) })
    leave('a/1', 's1')
    hand.completes('a/1')
    expect(hand.attempt('b/1').session).toBeUndefined()
    await start({ other: does() })
    expect(hand.attempt('other/1').session).toBeUndefined()
  })

  it('is never had by two attempts: of those at work at once each has its own', async () => {
    const { start, hand, leave, sessions } = life({ options: { list: [{ id: 'ada', maxLoad: 2 }] } })
    await start({ a: does(), b: does(), c: does({ needs: ['a', 'b'] }), d: does({ needs: ['a', 'b'] }) })
    leave('a/1', 's1')
    leave('b/1', 's2')
    hand.completes('a/1')
    hand.completes('b/1')
    // The one that came free last comes first.
    expect([hand.attempt('c/1').session, hand.attempt('d/1').session]).toEqual(['s2', 's1'])
    expect(sessions().map(({ idleSince }) => idleSince)).toEqual([undefined, undefined])
  })

  it('takes the place of the one that the attempt has', async () => {
    const { start, hand, leave, told, closed } = life()
    await start({ a: does(), b: does({ needs: ['a'] }) })
    leave('a/1', 's1')
    leave('a/1', 's1')
    leave('a/1', 's2')
    hand.completes('a/1')
    expect(hand.attempt('b/1').session).toBe('s2')
    expect(told().slice(0, 3)).toEqual(['opened s1 a', 'closed s1 replaced', 'opened s2 a'])
    expect(closed).toEqual(['ada s1 replaced'])
  })

  it('is warned of and not kept where another attempt has left one of that name', async () => {
    const { start, hand, leave, told } = life({ options: { list: [{ id: 'ada', maxLoad: 2 }] } })
    const { all } = await start({ a: does(), b: does() })
    leave('a/1', 's1')
    leave('b/1', 's1')
    expect(told()).toEqual(['opened s1 a'])
    expect(all('task.warned', 'b')[0]?.message).toMatch(/s1 of ada is not its own/)
    hand.completes('a/1')
    leave('b/1', 's1')
    expect(told()).toEqual(['opened s1 a', 'freed s1'])
  })

  it.each([
    ['empty', ''],
    ['of 10 kB', 'x'.repeat(10_000)],
    ['of 201 characters', 'x'.repeat(201)],
    ['no text', 7],
    ['of two lines', 'a\nb'],
    ['with a null character', 'a\0b'],
    ['with a line separator', 'a\u2028b'],
    ['half of a character', 'a\uD800'],
    ['an option', '--dangerous'],
    ['with a space before it', ' a'],
  ])('is no session when its id is %s', async (_, id) => {
    const { start, hand, told } = life()
    const { run, all } = await start({ a: does() })
    hand.say('a/1', { type: 'attempt.session', session: id as string })
    hand.completes('a/1')
    expect((await run.result).status).toBe('completed')
    expect(told()).toEqual([])
    expect(all('task.warned')).toHaveLength(1)

    const team = agents({ list: [{ id: 'ada' }] })
    const runtime = createRuntime({ agents: team })
    const bad = dag('bad').task('a', { agent: 'ada' }, ({ keepSession }) => keepSession(id as string))
    const { outcomes } = await runtime.dispatch(bad).result
    expect(outcomes['a']).toMatchObject({ failure: { message: expect.stringMatching(/^session is/) } })
  })

  it('counts for nothing after the end of its attempt, and in a task without an agent', async () => {
    const { start, hand, leave, told } = life()
    await start({ a: does(), b: { run: byHand }, c: does({ needs: ['a'] }) })
    hand.completes('a/1')
    leave('a/1', 'late')
    leave('b/1', 'nobody')
    expect(told()).toEqual([])
    expect(hand.attempt('c/1').session).toBeUndefined()
    const runtime = createRuntime()
    await runtime.run(dag('alone').task('a', {}, ({ keepSession }) => keepSession('s')))
  })
})

describe('the session of an attempt that has not completed', () => {
  it('is closed: the next attempt, which gets the same task, begins anew', async () => {
    const { start, hand, leave, told, clock } = life()
    await start({
      a: does({ retry: { maxAttempts: 2, backoff: { base: '1s' } } }),
      b: does({ needs: ['a'] }),
    })
    leave('a/1', 's1')
    hand.fails('a/1')
    expect(told()).toEqual(['opened s1 a', 'closed s1 failed'])
    await clock.advanceAsync(minute)
    expect(hand.attempt('a/2').session).toBeUndefined()
    leave('a/2', 's1')
    hand.completes('a/2')
    expect(hand.attempt('b/1').session).toBe('s1')
  })

  it('is closed when it was killed', async () => {
    const { start, hand, leave, told } = life()
    const { run } = await start({ a: does() })
    leave('a/1', 's1')
    void run.kill()
    hand.ends('a/1')
    await run.result
    expect(told()).toEqual(['opened s1 a', 'closed s1 killed'])
  })

  it('waits again where its executor took the attempt back', async () => {
    const { start, hand, leave, told } = life({ begins: false })
    await start({ a: does(), b: does({ needs: ['a'] }) })
    hand.begins('a/1')
    leave('a/1', 's1')
    hand.completes('a/1')
    hand.say('b/1', { type: 'attempt.rejected' })
    expect(told().slice(0, 4)).toEqual(['opened s1 a', 'freed s1', 'taken s1 b', 'freed s1'])
  })
})

describe('an agent that is kept', () => {
  it('goes on with its session in the next run', async () => {
    const { start, hand, leave, told, sessions, clock } = life({ options: kept })
    const { run: first } = await start({ a: does() })
    leave('a/1', 's1')
    expect(sessions()).toEqual([{ id: 's1', runId: first.id }])
    hand.completes('a/1')
    await first.result
    expect(sessions()).toEqual([{ id: 's1', idleSince: clock.now(), closesAt: clock.now() + 10 * minute }])
    const { run: second } = await start({ b: does() })
    expect(hand.attempt('b/1').session).toBe('s1')
    hand.completes('b/1')
    await second.result
    expect(told()).toEqual(['opened s1 a', 'freed s1', 'freed s1', 'taken s1 b', 'freed s1', 'freed s1'])
  })

  it('has it closed when it has waited for ten minutes since its run', async () => {
    const { start, hand, leave, told, closed, clock } = life({ options: kept })
    await start({ a: does() })
    leave('a/1', 's1')
    hand.completes('a/1')
    await clock.advanceAsync(10 * minute - 1)
    expect(closed).toEqual([])
    await clock.advanceAsync(1)
    expect(told().at(-1)).toBe('closed s1 idle')
    expect(closed).toEqual(['ada s1 idle'])
    expect(clock.pending).toBe(0)
  })

  it('has it for as long as it says, whatever the clock is set to', async () => {
    const { start, hand, leave, closed, clock } = life({
      options: { list: [{ id: 'ada', keep: true, idle: '1m' }] },
    })
    await start({ a: does() })
    leave('a/1', 's1')
    hand.completes('a/1')
    await clock.advanceAsync(0)
    clock.set(clock.now() + 600 * minute)
    await clock.advanceAsync(minute - 1)
    expect(closed).toEqual([])
    clock.set(clock.now() - 600 * minute)
    await clock.advanceAsync(1)
    expect(closed).toEqual(['ada s1 idle'])
  })

  it('keeps it for any time where it says so', async () => {
    const { start, hand, leave, closed, clock } = life({
      options: { list: [{ id: 'ada', keep: true, idle: Number.POSITIVE_INFINITY }] },
    })
    await start({ a: does() })
    leave('a/1', 's1')
    hand.completes('a/1')
    await clock.advanceAsync(100_000 * minute)
    expect(closed).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('does not lose it while a task of its run may still come', async () => {
    const { start, hand, leave, clock } = life({ options: kept })
    await start({ a: does(), wait: { run: byHand, stall: false }, b: does({ needs: ['a', 'wait'] }) })
    leave('a/1', 's1')
    hand.completes('a/1')
    await clock.advanceAsync(60 * minute)
    hand.completes('wait/1')
    expect(hand.attempt('b/1').session).toBe('s1')
  })
})

describe('an agent that is deregistered', () => {
  it('has its sessions closed: those that wait at once, the others when their attempt is over', async () => {
    const { start, hand, leave, told, closed, team } = life({
      options: { list: [{ id: 'ada', maxLoad: 2 }] },
    })
    await start({ a: does(), b: does() })
    leave('a/1', 's1')
    hand.completes('a/1')
    leave('b/1', 's2')
    team.deregister('ada')
    expect(closed).toEqual(['ada s1 agent-gone'])
    hand.ends('b/1')
    expect(closed).toEqual(['ada s1 agent-gone', 'ada s2 agent-gone'])
    expect(told().filter((one) => one.startsWith('closed'))).toHaveLength(2)
  })
})

describe('whom the router picks', () => {
  it('is, among equals, an agent with a session that the task would go on with', async () => {
    const { start, hand, leave, team } = life({
      options: {
        list: ['ada', 'bob', 'cyd'].map((id) => ({ id, capabilities: ['write'], maxLoad: 2 })),
      },
    })
    const asks = { requires: ['write'], run: byHand }
    await start({ a: does({ agent: 'cyd' }), b: { ...asks, needs: ['a'] }, c: { ...asks, needs: ['b'] } })
    leave('a/1', 's1')
    hand.completes('a/1')
    const who = () => team.list().flatMap(({ id, jobs }) => jobs.map(({ taskId }) => `${taskId} ${id}`))
    expect(who()).toEqual(['b cyd'])
    // Nobody else is as free as that.
    await start({ other: asks })
    expect(who()).toEqual(['other ada', 'b cyd'])
  })
})

describe('a session is closed', () => {
  it('by what takes too long, which is told, and delays no run', async () => {
    const signals: AbortSignal[] = []
    const { start, hand, leave, told, clock, runtime } = life({
      options: {
        list: [{ id: 'ada' }],
        closeSession: ({ signal }: ClosedSession) => {
          signals.push(signal)
          return new Promise(() => undefined)
        },
      },
    })
    const { run } = await start({ a: does() })
    leave('a/1', 's1')
    hand.completes('a/1')
    expect((await run.result).status).toBe('completed')
    const over = runtime.shutdown({ mode: 'drain' })
    await clock.advanceAsync(9_999)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false])
    await clock.advanceAsync(1)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
    await over
    expect(told().at(-1)).toBe('close-failed s1')
  })

  it('with few others at once, and a shutdown waits for all of them no longer than for one', async () => {
    let atWork = 0
    let most = 0
    const ends: (() => void)[] = []
    const { start, hand, leave, told, clock, runtime } = life({
      options: {
        list: [{ id: 'ada', maxLoad: 0 }],
        closeSession: () => {
          most = Math.max(most, ++atWork)
          return new Promise<void>((resolve) => {
            ends.push(() => {
              atWork--
              resolve()
            })
          })
        },
      },
    })
    const names = Array.from({ length: 100 }, (_, index) => `t${index}`)
    const { run } = await start(Object.fromEntries(names.map((name) => [name, does()])))
    for (const name of names) {
      leave(`${name}/1`, `of ${name}`)
      hand.completes(`${name}/1`)
    }
    await run.result
    for (const end of ends.splice(0)) end()
    await clock.advanceAsync(0)
    expect([most, atWork]).toEqual([16, 16])
    const over = runtime.shutdown({ mode: 'drain' })
    await clock.advanceAsync(10_000)
    await over
    expect(told().filter((one) => one.startsWith('close-failed'))).toHaveLength(84)
    expect(clock.pending).toBe(0)
  })

  it('by what asks about agents, changes them and starts runs', async () => {
    const team = agents({
      list: [{ id: 'ada' }],
      closeSession: ({ why }) => {
        seen.push(`${why} ${team.list()[0]!.sessions.length}`)
        team.heartbeat('ada')
        if (why !== 'run-ended' || seen.length > 1) return
        void runtime.dispatch(talk)
        team.deregister('ada')
        team.register({ id: 'ada', keep: true })
      },
    })
    const seen: string[] = []
    const talk = dag('a').task('a', { agent: 'ada' }, ({ keepSession }) => keepSession('s1'))
    const runtime = createRuntime({ agents: team })
    await runtime.run(talk)
    await new Promise(setImmediate)
    await runtime.shutdown()
    expect(seen).toEqual(['run-ended 0', 'runtime-closed 0'])
  })

  it('by what throws, which is told', async () => {
    const facts: AgentFact[] = []
    const team = agents({
      list: [{ id: 'ada' }],
      closeSession: () => {
        throw new Error('it is stuck')
      },
    })
    team.events$.subscribe((fact) => void facts.push(fact))
    await using runtime = createRuntime({ agents: team })
    await runtime.run(dag('a').task('a', { agent: 'ada' }, ({ keepSession }) => keepSession('s1')))
    await new Promise(setImmediate)
    expect(facts.at(-1)).toMatchObject({
      type: 'session.close-failed',
      sessionId: 's1',
      message: 'it is stuck',
    })
  })

  it('when its runtime is, where no store keeps it; the shutdown waits for that', async () => {
    let isClosed = false
    const team = agents({
      ...kept,
      closeSession: async ({ why }) => {
        await new Promise(setImmediate)
        isClosed = why === 'runtime-closed'
      },
    })
    const runtime = createRuntime({ agents: team })
    await runtime.run(dag('a').task('a', { agent: 'ada' }, ({ keepSession }) => keepSession('s1')))
    await runtime.shutdown()
    expect(isClosed).toBe(true)
  })
})

describe('over a store, a session', () => {
  const clock = new SimulatedClock(Date.UTC(2026, 0, 15, 12))
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn++) await clock.advanceAsync(0)
  }

  it('that is kept is there for the next process', async () => {
    const store = memoryStore()
    const first = life({ store, clock, options: kept })
    await settled()
    const { run } = await first.start({ a: does() })
    await settled()
    first.leave('a/1', 's1')
    first.hand.completes('a/1')
    await run.result
    await first.runtime.shutdown()
    expect(first.closed).toEqual([])

    await clock.advanceAsync(4 * minute)
    const second = life({ store, clock, options: { list: [] } })
    await settled()
    expect(second.sessions()).toEqual([
      { id: 's1', idleSince: clock.now() - 4 * minute, closesAt: clock.now() + 6 * minute },
    ])
    const { run: again } = await second.start({ b: does() })
    await settled()
    expect(second.hand.attempt('b/1').session).toBe('s1')
    second.hand.completes('b/1')
    await again.result
    await clock.advanceAsync(10 * minute)
    expect(second.closed).toEqual(['ada s1 idle'])
    await second.runtime.shutdown()
  })

  /** What a process that has died leaves. */
  const leftBy = async (store: Store, runId: string): Promise<Store> => {
    const next = memoryStore()
    for (const id of [runId, '.agents']) {
      const journal = next.create(id, { id: 'dead' })
      void next.append([{ journal, facts: await store.read(id) }])
      void next.release(journal)
    }
    return next
  }

  it('stays with an attempt that its executor takes over', async () => {
    const store = memoryStore()
    const tasks = { a: does(), b: does({ needs: ['a'] }) } as const
    const first = life({ store, clock })
    await settled()
    const { run } = await first.start(tasks)
    await settled()
    void first.hand.attempt('a/1').note('there')
    first.leave('a/1', 's1')
    await settled()
    const second = life({ store: await leftBy(store, run.id), clock, options: { list: [] } })
    const again = await second.runtime.recover(run.id, { dag: plan({ name: 'stays', tasks }) })
    await settled()
    expect(second.hand.attempt('a/1').session).toBe('s1')
    await clock.advanceAsync(4 * minute)
    second.hand.completes('a/1')
    expect(second.hand.attempt('b/1').session).toBe('s1')
    second.hand.completes('b/1')
    await again.result
    expect(second.closed).toEqual(['ada s1 run-ended'])
    await second.runtime.shutdown()
  })

  it('goes on with its run: it is taken up after the recovery', async () => {
    const store = memoryStore()
    const tasks = {
      a: does(),
      wait: { run: byHand, stall: false },
      b: does({ needs: ['a', 'wait'] }),
    } as const
    const first = life({ store, clock, begins: false })
    await settled()
    const { run } = await first.start(tasks)
    await settled()
    first.hand.begins('a/1')
    first.hand.begins('wait/1')
    first.leave('a/1', 's1')
    first.hand.completes('a/1')
    first.hand.completes('wait/1')
    await settled()
    expect(first.hand.attempt('b/1').session).toBe('s1')
    first.hand.say('b/1', { type: 'attempt.rejected' })
    await settled()
    expect(first.told().at(-1)).toBe('freed s1')

    const next = await leftBy(store, run.id)
    const second = life({ store: next, clock, options: { list: [] } })
    const again = await second.runtime.recover(run.id, { dag: plan({ name: 'stays', tasks }) })
    await settled()
    expect(second.hand.attempt('b/2').session).toBe('s1')
    second.hand.completes('b/2')
    await again.result
    expect(second.closed).toEqual(['ada s1 run-ended'])
    await second.runtime.shutdown()
  })

  it('of an agent that is no longer among those that there are is closed', async () => {
    const store = memoryStore()
    const first = life({ store, clock, options: { list: [{ id: 'ada', keep: true }, { id: 'bob' }] } })
    await settled()
    const { run } = await first.start({ a: does() })
    await settled()
    first.leave('a/1', 's1')
    first.hand.completes('a/1')
    await run.result
    await first.runtime.shutdown()
    const second = life({ store, clock, options: { list: [{ id: 'bob' }], onlyListed: true } })
    await settled()
    expect(second.told()).toEqual(['closed s1 agent-gone'])
    expect(second.team.list().map(({ id }) => id)).toEqual(['bob'])
    await second.runtime.shutdown()
    const third = life({ store, clock, options: { list: [] } })
    await settled()
    expect(third.team.list().map(({ id }) => id)).toEqual(['bob'])
    await third.runtime.shutdown()
  })

  it('of an attempt that was cut off is given to nobody, and closed after a while', async () => {
    const store = memoryStore()
    const first = life({ store, clock })
    await settled()
    await first.start({ a: does() })
    await settled()
    first.leave('a/1', 's1')
    await settled()
    const left = await store.read('.agents')
    const next = memoryStore()
    const journal = next.create('.agents', { id: 'dead' })
    void next.append([{ journal, facts: left }])
    void next.release(journal)

    const second = life({ store: next, clock, options: { list: [] } })
    await settled()
    await second.start({ b: does() })
    await settled()
    expect(second.hand.attempt('b/1').session).toBeUndefined()
    await clock.advanceAsync(10 * minute)
    expect(second.told().at(-1)).toBe('closed s1 interrupted')
    expect(second.closed).toEqual(['ada s1 interrupted'])
  })
})

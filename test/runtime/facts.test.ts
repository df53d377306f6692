import {
  type AppendGroup,
  buffered,
  createRuntime,
  type Fact,
  fold,
  isRunFact,
  plan,
  SimulatedClock,
} from 'dagmar'
import { describe, expect, it, vi } from 'vitest'
import { desk } from './desk.ts'
import { factsIn, storeThat } from './stores.ts'
import { byHand, fails, ok, simulated, watch } from './watching.ts'

const chain = plan({
  name: 'chain',
  tasks: {
    a: { run: ok },
    b: { run: fails('broken'), needs: ['a'], retry: { maxAttempts: 2 } },
    c: { run: ok, needs: ['b'] },
  },
})

describe('the facts of a run', () => {
  it('are told in this order to a subscriber of the turn of dispatch', async () => {
    const { runtime, wait } = simulated()
    const { told } = watch(runtime.dispatch(chain, { input: 7, labels: { team: 'red' } }))
    await wait(5_000)
    expect(told.map(({ type, taskId }) => (taskId === undefined ? type : `${type} ${taskId}`))).toEqual([
      'run.created',
      'run.started',
      'task.ready a',
      'task.dispatched a',
      'task.starting a',
      'task.started a',
      'task.completed a',
      'task.ready b',
      'task.dispatched b',
      'task.starting b',
      'task.started b',
      'task.retrying b',
      'task.dispatched b',
      'task.starting b',
      'task.started b',
      'task.failed b',
      'task.dead-lettered b',
      'task.skipped c',
      'run.failed',
    ])
    expect(told.filter(isRunFact).map(({ seq }) => seq)).toEqual(told.map((_, index) => index + 1))
    expect(told[0]).toMatchObject({ name: 'chain', input: 7, labels: { team: 'red' } })
  })

  it('say what brought them about where that was not the task’s own last fact', async () => {
    const { start, wait } = simulated()
    const { facts } = await start(chain)
    await wait(5_000)
    const seqOf = (type: string, taskId?: string) =>
      facts.find((fact) => fact.type === type && fact.taskId === taskId)!
    expect(seqOf('task.ready', 'a').causeSeq).toBe(seqOf('run.started').seq)
    expect(seqOf('task.ready', 'b').causeSeq).toBe(seqOf('task.completed', 'a').seq)
    expect(seqOf('task.skipped', 'c').causeSeq).toBe(seqOf('task.failed', 'b').seq)
    expect(seqOf('task.dispatched', 'a').causeSeq).toBeUndefined()
  })

  it('that come of a kill are caused by it', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start({ a: { run: byHand }, b: { run: ok, needs: ['a'] } })
    void watched.run.kill()
    hand.ends('a/1')
    await wait()
    const killing = watched.all('run.killing')[0]!.seq
    for (const type of ['task.stopping', 'task.skipped', 'task.killed', 'run.killed'] as const) {
      expect(watched.all(type)[0]?.causeSeq).toBe(killing)
    }
  })

  it('of one task are its story', async () => {
    const { start, wait } = simulated()
    const { run, facts } = await start(chain)
    await wait(5_000)
    expect(run.story('b')).toEqual(facts.filter(({ taskId }) => taskId === 'b'))
    expect(run.story('c').map(({ type }) => type)).toEqual(['task.skipped'])
    expect(() => run.story('d')).toThrow(expect.objectContaining({ code: 'TASK_UNKNOWN' }))
  })

  it('fold, at each of them, to what the view shows', async () => {
    const hand = desk()
    const { runtime, wait } = simulated({ executors: { hand } })
    const run = runtime.dispatch(
      plan({
        name: 'p',
        tasks: {
          a: { run: byHand, stall: { after: 5 }, retry: { maxAttempts: 2, backoff: { base: 10 } } },
          b: { run: byHand, onFailure: 'ask' },
          c: { run: ok, needs: ['a', 'b'] },
        },
      }),
    )
    const told: Fact[] = []
    let compared = 0
    run.events$.subscribe((fact) => {
      told.push(fact)
      // A fact is told to its observers one by one: the view is at least as far as the fact.
      const view = run.view()
      if (view.seq !== ('seq' in fact ? fact.seq : fact.afterSeq)) return
      expect(fold(told)).toEqual(view)
      compared++
    })
    await wait()
    hand.fails('b/1')
    hand.say('a/1', { type: 'attempt.progress', percent: 10 })
    hand.say('a/1', { type: 'attempt.output', text: 'so far', stream: 'log' })
    await wait(5)
    hand.fails('a/1')
    await wait(10)
    hand.say('a/2', { type: 'attempt.progress', percent: 20, message: 'again' })
    run.answer('b', 'ignore')
    await wait(1)
    hand.say('a/2', { type: 'attempt.output', text: 'done', stream: 'log' })
    hand.completes('a/2')
    await wait()
    void run.redrive('b')
    await wait()
    hand.completes('b/2')
    await wait()
    expect(run.view().status).toBe('completed')
    expect(compared).toBe(told.length)
  })
})

describe('the view of a live task', () => {
  it('has its progress and its last sign of work, of which not all is told', async () => {
    const hand = desk()
    const { start, wait, clock } = simulated({ executors: { hand } })
    const { run, told } = await start({ a: { run: byHand } })
    const seen = () => run.view().tasks.get('a')
    await wait(10)
    expect(seen()).toMatchObject({ startedAt: 0, lastSignAt: 0 })
    const before = told.length
    hand.say('a/1', { type: 'attempt.heartbeat' })
    expect([told.length, seen()?.lastSignAt]).toEqual([before, 10])
    await wait(10)
    hand.say('a/1', { type: 'attempt.progress', percent: 40, message: 'half way' })
    await wait(10)
    hand.say('a/1', { type: 'attempt.heartbeat' })
    const sign = { progress: { percent: 40, message: 'half way' }, lastSignAt: clock.now() }
    expect(seen()).toMatchObject(sign)
    expect(JSON.parse(JSON.stringify(run.view()))).toMatchObject({ tasks: { a: sign } })
    hand.completes('a/1')
    await wait()
    expect(seen()).not.toHaveProperty('progress')
    expect(seen()).not.toHaveProperty('lastSignAt')
  })

  it('takes nothing from an attempt that is over', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const { run } = await start({
      a: { run: byHand, retry: { maxAttempts: 2, backoff: { base: 5 } } },
    })
    hand.say('a/1', { type: 'attempt.progress', percent: 90 })
    hand.fails('a/1')
    await wait(5)
    hand.say('a/1', { type: 'attempt.heartbeat' })
    await wait(5)
    hand.say('a/1', { type: 'attempt.progress', percent: 95 })
    await wait()
    expect(run.view().tasks.get('a')).toMatchObject({ attempt: 2, lastSignAt: 5 })
    expect(run.view().tasks.get('a')).not.toHaveProperty('progress')
  })
})

describe('who comes late', () => {
  it('gets what is held from a seq on, then what follows', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const { run, facts } = await start({ a: { run: byHand } })
    const late: number[] = []
    run.events({ from: 3 }).subscribe((fact) => void (isRunFact(fact) && late.push(fact.seq)))
    expect(late).toEqual([3, 4, 5, 6])
    hand.completes('a/1')
    await wait()
    expect(late).toEqual(facts.map(({ seq }) => seq).filter((seq) => seq >= 3))
  })

  it('is told how much is no longer held', async () => {
    const { start } = simulated({ retainFacts: 3 })
    const { run, facts } = await start({ a: { run: ok } })
    const late: unknown[] = []
    run.events().subscribe((fact) => late.push(isRunFact(fact) ? fact.seq : fact))
    const last = facts.length
    expect(late).toEqual([
      expect.objectContaining({ type: 'stream.lagged', missed: last - 3 }),
      last - 2,
      last - 1,
      last,
    ])
    expect(run.view().tasks.get('a')?.status).toBe('completed')
  })

  it('may ask for the facts until the run has settled', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const { run } = await start({ a: { run: byHand } })
    const seen: string[] = []
    run.events({ until: 'settled' }).subscribe({
      next: ({ type }) => void seen.push(type),
      complete: () => void seen.push('complete'),
    })
    hand.fails('a/1')
    await wait()
    void run.redrive()
    await wait()
    hand.completes('a/2')
    await wait()
    expect(seen.slice(-3)).toEqual(['task.failed', 'run.failed', 'complete'])
  })
})

describe('an observer', () => {
  it('that throws is told about once, goes on being served, and harms nobody', async () => {
    const { runtime, wait } = simulated()
    const run = runtime.dispatch(chain)
    let served = 0
    run.events$.subscribe(() => {
      served++
      throw new Error('I am broken')
    })
    const watched = watch(run)
    await wait(5_000)
    expect(watched.all('observer.failed')).toMatchObject([{ message: 'I am broken', afterSeq: 1 }])
    expect(served).toBe(watched.told.length)
    expect(watched.result?.outcomes['a']?.status).toBe('completed')
  })

  it('that takes its time delays nobody', async () => {
    const { runtime, wait } = simulated()
    const watched = watch(runtime.dispatch(plan({ name: 'one', tasks: { a: { run: ok } } })))
    const slow = buffered(watched.run.events$, { size: 2 })
    await wait()
    expect(watched.result?.status).toBe('completed')
    const missed = watched.facts.length - 2
    expect((await slow.next()).value).toMatchObject({ type: 'stream.lagged', missed })
  })
})

describe('hooks', () => {
  it('are called as tasks settle, in every run, and may throw', async () => {
    const called: string[] = []
    const clock = new SimulatedClock()
    const runtime = createRuntime({
      clock,
      hooks: {
        'task.complete': ({ runId, taskId, output }) =>
          void called.push(`${runId} ${taskId} ${String(output)}`),
        'task.abort': ({ runId, taskId, type }) => {
          called.push(`${runId} ${taskId} ${type}`)
          throw new Error('bad hook')
        },
      },
    })
    const first = runtime.dispatch(chain, { id: 'one' })
    runtime.dispatch(plan({ name: 'two', tasks: { x: { run: ok } } }), { id: 'two' })
    const slow = runtime.dispatch(
      plan({ name: 'three', tasks: { y: { run: () => new Promise(() => undefined) } } }),
      {
        id: 'three',
      },
    )
    await clock.advanceAsync(5_000)
    void slow.kill('y')
    await clock.advanceAsync(5_000)
    expect(called.toSorted()).toEqual(['one a ok', 'one b task.failed', 'three y task.killed', 'two x ok'])
    expect((await first.result).status).toBe('failed')
  })
})

describe('what an attempt says in passing', () => {
  it('is told after the facts before it, and never journalled', async () => {
    const append = vi.fn<(groups: readonly AppendGroup[]) => void>()
    const { start } = simulated({ store: storeThat(append) })
    const { types, run } = await start({
      a: {
        run: ({ log, progress }) => {
          log('a line')
          progress(50, 'half')
          progress(100)
        },
      },
    })
    expect(types('a').slice(-5)).toEqual([
      'task.started',
      'task.output',
      'task.progress',
      'task.progress',
      'task.completed',
    ])
    const journalled = append.mock.calls.flatMap(([groups]) => factsIn(groups).map(({ type }) => type))
    expect(journalled).toEqual(types().filter((type) => type !== 'task.output' && type !== 'task.progress'))
    expect(run.story('a').map(({ type }) => type)).not.toContain('task.output')
  })
})

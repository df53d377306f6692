import { createRuntime, plan, SimulatedClock } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { desk } from './desk.ts'
import { byHand, ok, simulated, watch } from './watching.ts'

const one = plan({ name: 'one', tasks: { a: { run: ok } } })

describe('a run that is drained', () => {
  it('lets live attempts finish, skips the rest and kills what waits', async () => {
    const hand = desk({ accepts: (_carrying, taskId) => taskId !== 'full' })
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start({
      live: { run: byHand },
      retries: { run: byHand, retry: { maxAttempts: 2 } },
      asks: { run: byHand, onFailure: 'ask' },
      full: { run: byHand },
      later: { run: ok, needs: ['live'] },
    })
    hand.fails('retries/1')
    hand.fails('asks/1')
    let isDone = false
    const drain = async (): Promise<void> => {
      await watched.run.drain()
      isDone = true
    }
    const draining = drain()
    await wait(60_000)
    expect(isDone).toBe(false)
    expect(watched.statuses()).toEqual({
      live: 'running',
      retries: 'killed',
      asks: 'killed',
      full: 'killed',
      later: 'skipped',
    })
    hand.completes('live/1', 'done')
    await draining
    expect(watched.result).toMatchObject({
      status: 'killed',
      reason: 'drained',
      outputs: { live: 'done' },
      outcomes: { later: { because: 'run-drained' } },
    })
    expect(hand.asked.filter((asked) => asked.startsWith('abort'))).toEqual([])
  })

  it('does not try again what fails while it drains', async () => {
    const hand = desk({ begins: false })
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start({
      fails: { run: byHand, retry: { maxAttempts: 5 } },
      rejected: { run: byHand },
      asks: { run: byHand, onFailure: 'ask' },
    })
    void watched.run.drain()
    hand.fails('fails/1')
    hand.say('rejected/1', { type: 'attempt.rejected' })
    hand.fails('asks/1')
    await wait()
    expect(watched.result).toMatchObject({ status: 'killed', counts: { killed: 3 } })
  })

  it('can still be killed', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start({ live: { run: byHand } })
    void watched.run.drain()
    void watched.run.kill(undefined, { reason: 'now' })
    hand.ends('live/1')
    await wait()
    expect(watched.result).toMatchObject({ status: 'killed', reason: 'now' })
    expect(watched.types()).toContain('run.draining')
  })

  it('while it is paused, too', async () => {
    const { start } = simulated()
    const watched = await start({ a: { run: ok } }, { concurrency: 0 })
    watched.run.pause()
    await watched.run.drain()
    expect(watched.run.view().status).toBe('killed')
  })
})

describe('a run that is paused', () => {
  it('takes up nothing until it is resumed; what is live goes on', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start({
      a: { run: byHand },
      b: { run: byHand, needs: ['a'] },
      r: { run: byHand, retry: { maxAttempts: 2 } },
    })
    watched.run.pause()
    watched.run.pause()
    hand.completes('a/1')
    hand.fails('r/1')
    await wait(60_000)
    expect(hand.started).toEqual(['a', 'r'])
    expect(watched.run.why('b').sentence).toBe('b is ready and waits until the run is resumed.')
    watched.run.resume()
    expect(hand.started).toEqual(['a', 'r', 'b', 'r'])
    expect(watched.types().filter((type) => /paused|resumed/.test(type))).toEqual([
      'run.paused',
      'run.resumed',
    ])
  })

  it('in the turn of dispatch starts nothing before it is resumed', async () => {
    const hand = desk()
    const { runtime, wait } = simulated({ executors: { hand } })
    const { run } = watch(runtime.dispatch(plan({ name: 'p', tasks: { a: { run: byHand } } })))
    run.pause()
    await wait(1_000)
    expect(hand.asked).toEqual([])
    run.resume()
    expect(hand.asked).toEqual(['start a/1'])
  })

  it('settles by itself when nothing but live tasks was left', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start({ a: { run: byHand } })
    watched.run.pause()
    hand.completes('a/1')
    await wait()
    expect(watched.result?.status).toBe('completed')
    watched.run.resume()
    watched.run.pause()
    expect(watched.types().at(-1)).toBe('run.completed')
  })
})

describe('a runtime that is shut down', () => {
  it('drains its runs and takes no more', async () => {
    const hand = desk()
    const { start, runtime } = simulated({ executors: { hand } })
    const watched = await start({ a: { run: byHand }, b: { run: ok, needs: ['a'] } })
    const shut = runtime.shutdown()
    expect(() => runtime.dispatch(one)).toThrow(expect.objectContaining({ code: 'RUNTIME_CLOSED' }))
    await expect(runtime.run(one)).rejects.toMatchObject({ code: 'RUNTIME_CLOSED' })
    hand.completes('a/1')
    await shut
    expect(watched.result).toMatchObject({ status: 'killed', reason: 'drained', counts: { completed: 1 } })
    expect(() => runtime.dispatch(one)).toThrow(expect.objectContaining({ code: 'RUNTIME_CLOSED' }))
    expect(runtime.actor.getSnapshot().status).toBe('done')
  })

  it('kills its runs when told so, also in the midst of draining', async () => {
    const hand = desk()
    const { start, runtime } = simulated({ executors: { hand } })
    const watched = await start({ a: { run: byHand } })
    const drained = runtime.shutdown({ mode: 'drain' })
    expect(hand.asked).toEqual(['start a/1'])
    const killed = runtime.shutdown({ mode: 'kill' })
    expect(hand.asked).toEqual(['start a/1', 'abort a/1'])
    hand.ends('a/1')
    await Promise.all([drained, killed])
    expect(watched.result).toMatchObject({ status: 'killed', reason: 'shutdown' })
  })

  it('shuts down at once when nothing runs, as often as asked', async () => {
    const { runtime, clock } = simulated()
    await runtime.shutdown()
    await runtime.shutdown({ mode: 'kill' })
    await runtime[Symbol.asyncDispose]()
    expect(clock.pending).toBe(0)
  })

  it('ends also a run that has not begun yet', async () => {
    for (const mode of ['drain', 'kill'] as const) {
      const { runtime } = simulated()
      const { run } = watch(runtime.dispatch(one))
      await runtime.shutdown({ mode })
      expect((await run.result).outcomes['a']?.status).toBe('skipped')
    }
  })

  it('completes the streams of its runs and its own', async () => {
    const { start, runtime } = simulated()
    const { run } = await start({ a: { run: ok } })
    let completed = 0
    run.events$.subscribe({ complete: () => completed++ })
    run.events({ from: 1 }).subscribe({ complete: () => completed++ })
    runtime.events$.subscribe({ complete: () => completed++ })
    expect(completed).toBe(0)
    await runtime.shutdown()
    expect(completed).toBe(3)
  })
})

describe('who leaves a block with', () => {
  it('await using of a runtime leaves nothing running', async () => {
    const hand = desk()
    const clock = new SimulatedClock()
    let status: Promise<string>
    {
      await using runtime = createRuntime({ clock, executors: { hand } })
      const { run } = watch(runtime.dispatch(plan({ name: 'p', tasks: { a: { run: byHand } } })))
      status = run.result.then((result) => result.status)
      await clock.advanceAsync(0)
      setImmediate(() => hand.ends('a/1'))
    }
    expect(await status).toBe('killed')
    expect(hand.asked).toEqual(['start a/1', 'abort a/1'])
  })

  it('await using of a run leaves the run killed, its stream complete, and its id free', async () => {
    const { runtime } = simulated({ concurrency: 0 })
    let completed = 0
    {
      await using run = runtime.dispatch(one, { id: 'mine', idempotencyKey: 'once' })
      run.events$.subscribe({ complete: () => completed++ })
    }
    expect(completed).toBe(1)
    const again = runtime.dispatch(one, { id: 'mine', idempotencyKey: 'once' })
    expect(again.view().status).toBe('running')
    await runtime.shutdown({ mode: 'kill' })
  })
})

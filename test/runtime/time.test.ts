import { describe, expect, it } from 'vitest'
import { desk } from './desk.ts'
import { byHand, ok, simulated } from './watching.ts'

describe('an attempt that does not start', () => {
  it('is ended after 30 s, and its end is waited for', async () => {
    const hand = desk({ begins: false })
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start({ a: { run: byHand } })
    await wait(29_999)
    expect(hand.asked).toEqual(['start a/1'])
    await wait(1)
    expect(hand.asked).toEqual(['start a/1', 'abort a/1'])
    expect(watched.all('task.stopping')).toMatchObject([{ reason: 'start-timeout', until: 35_000 }])
    hand.ends('a/1')
    await wait()
    expect(watched.result?.rootCauses[0]?.failure).toMatchObject({ code: 'START_TIMEOUT', at: 30_000 })
  })

  it('is followed by the next attempt where there is one, and not before its end is confirmed', async () => {
    const hand = desk({ begins: false })
    const { start, wait } = simulated({ executors: { hand } })
    await start({
      a: {
        run: byHand,
        startTimeout: 100,
        retry: { maxAttempts: 2, backoff: { base: 10 } },
        killGrace: '1h',
      },
    })
    await wait(1_000)
    expect(hand.asked).toEqual(['start a/1', 'abort a/1'])
    hand.begins('a/1')
    hand.ends('a/1')
    await wait(10)
    expect(hand.asked).toEqual(['start a/1', 'abort a/1', 'start a/2'])
  })
})

describe('the timeout of a task', () => {
  it('counts from the start of the attempt, not from its place in the queue', async () => {
    const hand = desk({ begins: false })
    const { start, wait } = simulated({ executors: { hand }, concurrency: 1 })
    const watched = await start({
      first: { run: byHand, startTimeout: '1h' },
      a: { run: byHand, timeout: '1s' },
    })
    await wait(10_000)
    hand.begins('first/1')
    hand.completes('first/1')
    await wait(5_000)
    hand.begins('a/1')
    await wait(999)
    expect(hand.asked.at(-1)).toBe('start a/1')
    await wait(1)
    expect(hand.asked.at(-1)).toBe('abort a/1')
    hand.ends('a/1')
    await wait()
    expect(watched.result?.rootCauses[0]?.failure).toMatchObject({ code: 'ATTEMPT_TIMEOUT', at: 16_000 })
  })

  it('lets no output of the attempt that it ended count', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start({ a: { run: byHand, timeout: 10 } })
    await wait(10)
    hand.completes('a/1', 'late')
    await wait()
    expect(watched.result?.outcomes['a']).toMatchObject({
      status: 'failed',
      failure: { code: 'ATTEMPT_TIMEOUT' },
    })
    expect(watched.all('task.warned')[0]?.message).toContain('its output was dropped')
  })

  it('goes on while the handler asks, but the stall timeout does not', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start({ a: { run: byHand, timeout: '10s', stall: { after: '1s', grace: 0 } } })
    hand.say('a/1', { type: 'attempt.asked', question: 'which way?' })
    await wait(9_999)
    expect(watched.types('a').at(-1)).toBe('task.asked')
    await wait(1)
    expect(watched.all('task.stopping')).toMatchObject([{ reason: 'timeout' }])
  })
})

describe('a silent attempt', () => {
  const stalling = { a: { run: byHand, stall: { after: '10s', grace: '5s' } } } as const

  it('is shown as stalled, comes back by any sign of work, and is ended once the grace is over', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start(stalling)
    await wait(9_999)
    hand.say('a/1', { type: 'attempt.heartbeat' })
    await wait(10_000)
    expect(watched.all('task.stalled')).toMatchObject([{ at: 19_999, until: 24_999 }])
    hand.say('a/1', { type: 'attempt.progress', percent: 50 })
    expect(watched.types('a').slice(-3)).toEqual(['task.stalled', 'task.progress', 'task.unstalled'])
    await wait(10_000)
    await wait(5_000)
    hand.ends('a/1')
    await wait()
    expect(watched.types('a').slice(-3)).toEqual(['task.stalled', 'task.stopping', 'task.failed'])
    expect(watched.result?.rootCauses[0]?.failure.code).toBe('ATTEMPT_STALLED')
  })

  it('that completes while stalled has completed', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start(stalling)
    await wait(12_000)
    expect(watched.run.why('a').sentence).toBe(
      'a is stalled and waits at most until its stall grace in 3.0 s.',
    )
    hand.completes('a/1', 'done')
    await wait()
    expect(watched.result?.outputs).toEqual({ a: 'done' })
  })

  it('is shown but never ended without a grace', async () => {
    const hand = desk()
    const { start, wait, clock } = simulated({ executors: { hand } })
    const { run } = await start({ a: { run: byHand, stall: { after: '1m' } } })
    await wait(100_000_000)
    expect(run.view().tasks.get('a')?.status).toBe('stalled')
    expect(run.why('a').sentence).toContain('nothing but a kill would end it')
    expect(clock.pending).toBe(0)
  })

  it('starts its silence anew when its question is answered', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const { run, all } = await start(stalling)
    hand.say('a/1', { type: 'attempt.asked', question: 'first?' })
    hand.say('a/1', { type: 'attempt.asked', question: 'second?' })
    await wait(100_000)
    run.answer('a', 'one')
    await wait(100_000)
    expect(all('task.stalled')).toEqual([])
    run.answer('a', 'two')
    expect(hand.asked).toEqual(['start a/1', 'answer a/1 one', 'answer a/1 two'])
    await wait(10_000)
    expect(all('task.stalled').map(({ at }) => at)).toEqual([210_000])
  })
})

describe('a question of an attempt that is being ended', () => {
  it('takes no answer any more, and is not what the task waits for', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const { run } = await start({ a: { run: byHand, timeout: '1s' } })
    hand.say('a/1', { type: 'attempt.asked', question: 'well?' })
    await wait(1_000)
    expect(run.why('a').sentence).toBe('a is stopping and waits at most until its kill grace in 5.0 s.')
    expect(() => run.answer('a', 'yes')).toThrow(expect.objectContaining({ code: 'ANSWER_STALE' }))
  })
})

describe('the timeout of a run', () => {
  it('ends what is live and skips the rest', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start({ a: { run: byHand }, b: { run: ok, needs: ['a'] } }, { timeout: '1m' })
    expect(watched.all('run.started')[0]?.until).toBe(60_000)
    await wait(60_000)
    hand.ends('a/1')
    await wait()
    expect(watched.result).toMatchObject({
      status: 'failed',
      failure: { code: 'RUN_TIMEOUT', at: 60_000 },
      outcomes: { a: { status: 'killed' }, b: { because: 'run-timed-out' } },
    })
  })

  it('also falls while the run is paused or holds everything back', async () => {
    const { start, wait } = simulated()
    const paused = await start({ a: { run: ok } }, { timeout: '1m', concurrency: 0 })
    paused.run.pause()
    await wait(60_000)
    expect(paused.result?.failure?.code).toBe('RUN_TIMEOUT')
  })

  it('counts anew from a redrive', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start({ a: { run: byHand } }, { timeout: '1m' })
    await wait(50_000)
    hand.fails('a/1')
    void watched.run.redrive()
    await wait(59_999)
    expect(watched.result).toBeUndefined()
    await wait(1)
    hand.ends('a/2')
    await wait()
    expect(watched.result?.failure).toMatchObject({ code: 'RUN_TIMEOUT', at: 110_000 })
  })

  it('leaves no timer behind when the run ends before', async () => {
    const { start, clock } = simulated()
    const { result } = await start({ a: { run: ok } }, { timeout: '1m' })
    expect(result?.status).toBe('completed')
    expect(clock.pending).toBe(0)
  })
})

describe('the timers of a run', () => {
  it('are one at most, whatever its tasks wait for', async () => {
    const hand = desk({ begins: false })
    const { start, wait, clock } = simulated({ executors: { hand }, concurrency: 99 })
    const tasks = Object.fromEntries(
      Array.from({ length: 50 }, (_, index) => [
        `t${index}`,
        {
          run: byHand,
          startTimeout: 50 + index,
          timeout: 70 + index,
          stall: { after: 10 + index, grace: 5 },
        },
      ]),
    )
    await start(tasks, { timeout: '1h' })
    for (let index = 0; index < 50; index += 2) hand.begins(`t${index}/1`)
    for (let elapsed = 0; elapsed < 300; elapsed++) {
      expect(clock.pending).toBeLessThanOrEqual(1)
      await wait(1)
    }
    for (const asked of hand.asked.filter((one) => one.startsWith('abort '))) hand.ends(asked.slice(6))
    expect(clock.pending).toBeLessThanOrEqual(1)
  })

  it('reach past the longest timer of the platform', async () => {
    const hand = desk()
    const waits: number[] = []
    const { start, wait, clock } = simulated({ executors: { hand } })
    const arm = clock.setTimeout.bind(clock)
    clock.setTimeout = (ring, ms) => {
      waits.push(ms)
      return arm(ring, ms)
    }
    const day = 86_400_000
    const { all } = await start({ a: { run: byHand, timeout: '100d' } })
    await wait(100 * day - 1)
    expect(all('task.stopping')).toEqual([])
    await wait(1)
    expect(all('task.stopping')).toMatchObject([{ at: 100 * day, reason: 'timeout' }])
    expect(Math.max(...waits)).toBeLessThan(2 ** 31)
  })
})

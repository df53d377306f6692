import { RetryAfterError, TerminalError } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { desk } from './desk.ts'
import { byHand, fails, ok, simulated } from './watching.ts'

describe('a failed attempt', () => {
  it('is followed by the next at its stored instant and not before', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start({ a: { run: byHand, retry: { maxAttempts: 2 } } })
    await wait(100)
    hand.fails('a/1', 'no luck')
    const [retrying] = watched.all('task.retrying')
    expect(retrying).toMatchObject({
      attempt: 1,
      until: 5_100,
      failure: { code: 'BROKEN', message: 'no luck' },
    })
    expect(watched.run.why('a').sentence).toBe('a is dispatched and waits to try again in 5.0 s.')
    await wait(4_999)
    expect(hand.asked).toEqual(['start a/1'])
    await wait(1)
    expect(hand.asked).toEqual(['start a/1', 'start a/2'])
  })

  it('frees its slot while the next one waits', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand }, concurrency: 1 })
    await start({ a: { run: byHand, retry: { maxAttempts: 2 } }, b: { run: byHand } })
    hand.fails('a/1')
    expect(hand.started).toEqual(['a', 'b'])
    await wait(5_000)
    expect(hand.started).toEqual(['a', 'b'])
    hand.completes('b/1')
    expect(hand.started).toEqual(['a', 'b', 'a'])
  })

  it('waits 5, 10, 20 … s and at most 5 min where nobody says otherwise', async () => {
    const { start, wait } = simulated()
    const { all } = await start({ a: { run: fails(), retry: { maxAttempts: 9 } } })
    await wait(10_000_000)
    const waits = all('task.retrying').map(({ at, until }) => (until - at) / 1_000)
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 300, 300])
  })

  it('waits as long as the task says', async () => {
    const { start, wait } = simulated()
    const backoff = { base: 7, factor: 3, cap: 100 }
    const { all } = await start({ a: { run: fails(), retry: { maxAttempts: 5, backoff } } })
    await wait(10_000)
    expect(all('task.retrying').map(({ at, until }) => until - at)).toEqual([7, 21, 63, 100])
  })

  it('waits the same jittered time when the same run is played again', async () => {
    const waitsOf = async (id: string) => {
      const { start, wait } = simulated()
      const retry = { maxAttempts: 6, backoff: { base: 1_000, factor: 1, jitter: 0.5 } }
      const { all } = await start({ a: { run: fails(), retry } }, { id })
      await wait(100_000)
      return all('task.retrying').map(({ at, until }) => until - at)
    }
    const waits = await waitsOf('one')
    expect(await waitsOf('one')).toEqual(waits)
    expect(await waitsOf('two')).not.toEqual(waits)
    expect(new Set(waits).size).toBeGreaterThan(1)
    for (const wait of waits) expect(Math.abs(wait - 1_000)).toBeLessThanOrEqual(500)
  })

  it('settles the task as failed once the last attempt is spent, as a dead letter', async () => {
    const { start, wait } = simulated()
    const watched = await start({
      a: { run: fails(), retry: { maxAttempts: 2 } },
      b: { run: fails() },
    })
    await wait(5_000)
    expect(watched.types('a').slice(-3)).toEqual(['task.started', 'task.failed', 'task.dead-lettered'])
    expect(watched.types('b').slice(-2)).toEqual(['task.started', 'task.failed'])
    expect(watched.result).toMatchObject({ status: 'failed', deadLetters: ['a'] })
    expect(watched.result?.outcomes).toMatchObject({ a: { deadLettered: true }, b: { deadLettered: false } })
  })

  it('is tried for ever when there is no last attempt', async () => {
    let tries = 0
    const { start, wait } = simulated()
    await start({
      a: {
        run: () => {
          tries++
          throw new Error('again')
        },
        retry: { maxAttempts: Number.POSITIVE_INFINITY, backoff: { base: 10, factor: 1 } },
      },
    })
    await wait(995)
    expect(tries).toBe(100)
  })
})

describe('a handler that throws a TerminalError', () => {
  it('is not tried again, and is no dead letter', async () => {
    const { start } = simulated()
    const { result, run } = await start({
      a: {
        run: () => {
          throw new TerminalError('no use', { cause: new Error('the reason') })
        },
        retry: { maxAttempts: 3 },
      },
      b: { run: ok },
    })
    expect(run.view().status).toBe('failed')
    expect(result?.outcomes['b']).toEqual({ status: 'completed', output: 'ok' })
    expect(result?.outcomes['a']).toMatchObject({
      status: 'failed',
      deadLettered: false,
      failure: {
        code: 'TERMINAL',
        message: 'no use',
        severity: 'error',
        retryable: false,
        cause: { name: 'Error', message: 'the reason' },
      },
    })
  })
})

describe('a handler that throws a RetryAfterError', () => {
  const throwing = (after: number | string) => () => {
    throw new RetryAfterError(after)
  }

  it('decides when it is tried again', async () => {
    const { start } = simulated()
    const { all } = await start({ a: { run: throwing('42s'), retry: { maxAttempts: 2 } } })
    expect(all('task.retrying').map(({ until }) => until)).toEqual([42_000])
    expect(all('task.retrying')[0]?.failure).toMatchObject({ code: 'RETRY_AFTER', retryAfterMs: 42_000 })
  })

  it('fails for good when no attempt is left', async () => {
    const { start } = simulated()
    const { result } = await start({ a: { run: throwing('42s') } })
    expect(result?.rootCauses).toMatchObject([{ taskId: 'a', failure: { code: 'RETRY_AFTER' } }])
  })

  it.each([Number.POSITIVE_INFINITY, Number.NaN, -1, 'soon'])(
    'falls back on the backoff when it says %s, which is no instant to wait for',
    async (after) => {
      const { start, wait } = simulated()
      const watched = await start({ a: { run: throwing(after), retry: { maxAttempts: 2 } } })
      expect(watched.all('task.retrying').map(({ until }) => until)).toEqual([5_000])
      await wait(5_000)
      expect(watched.result?.status).toBe('failed')
    },
  )
})

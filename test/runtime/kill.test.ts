import { describe, expect, it } from 'vitest'
import { plan } from 'dagmar'
import { desk, type Desk } from './desk.ts'
import { byHand, ok, simulated, type Simulated, type Watched, watch } from './watching.ts'

interface Scene extends Simulated {
  readonly hand: Desk
  readonly watched: Watched
}

/** Brings the task `a` of a run into a state. */
const into = {
  pending: async (scene) => {
    await scene('a', { needs: ['first'] })
  },
  ready: async (scene) => {
    await scene('a', { concurrency: 0 })
  },
  'dispatched for a retry': async (scene) => {
    const { hand } = await scene('a', { retry: { maxAttempts: 2 } })
    hand.fails('a/1')
  },
  'dispatched for capacity': async (scene) => {
    await scene('a', { accepts: false })
  },
  'dispatched for an answer': async (scene) => {
    const { hand } = await scene('a', { onFailure: 'ask' })
    hand.fails('a/1')
  },
  starting: async (scene) => {
    await scene('a', { begins: false })
  },
  running: async (scene) => {
    await scene('a', {})
  },
  stalled: async (scene) => {
    const { wait } = await scene('a', { stall: { after: 10 } })
    await wait(10)
  },
  stopping: async (scene) => {
    const { wait } = await scene('a', { timeout: 10, retry: { maxAttempts: 5 } })
    await wait(10)
  },
} satisfies Record<
  string,
  (scene: (id: string, how: Record<string, unknown>) => Promise<Scene>) => Promise<void>
>

async function sceneOf(state: keyof typeof into): Promise<Scene> {
  let made!: Scene
  await into[state](async (id, how) => {
    const { begins, accepts, concurrency, ...options } = how as {
      begins?: boolean
      accepts?: boolean
      concurrency?: number
    }
    const hand = desk({ ...(begins === undefined ? {} : { begins }), accepts: () => accepts ?? true })
    const tried = simulated({ executors: { hand } })
    const watched = await tried.start(
      {
        first: { run: () => new Promise<never>(() => undefined) },
        [id]: { run: byHand, ...options },
      },
      concurrency === undefined ? {} : { concurrency },
    )
    made = { ...tried, hand, watched }
    return made
  })
  return made
}

const states = Object.keys(into) as (keyof typeof into)[]
const isLive = (state: string): boolean => ['starting', 'running', 'stalled', 'stopping'].includes(state)

describe('a task that is killed', () => {
  it.each(states)('while %s settles as killed, at once or when its end is confirmed', async (state) => {
    const { hand, watched, wait } = await sceneOf(state)
    const { run } = watched
    let isDone = false
    const kill = async (): Promise<void> => {
      await run.kill('a', { reason: 'enough' })
      isDone = true
    }
    const killing = kill()
    await wait()
    expect(isDone).toBe(!isLive(state))
    if (isLive(state)) {
      expect(run.view().tasks.get('a')?.status).toBe('stopping')
      expect(hand.asked.filter((one) => one === 'abort a/1')).toHaveLength(1)
      hand.ends('a/1')
    }
    await killing
    expect(run.view().tasks.get('a')?.outcome).toEqual({
      status: 'killed',
      reason: 'enough',
      abandoned: false,
    })
    await wait(1_000_000)
    expect(hand.asked.filter((one) => one.startsWith('start a'))).toHaveLength(
      ['pending', 'ready', 'dispatched for capacity'].includes(state) ? 0 : 1,
    )
    expect(watched.types('a').filter((type) => type === 'task.killed')).toHaveLength(1)
  })

  it('and has settled already stays as it is', async () => {
    const { start } = simulated()
    const { run, facts, statuses } = await start({
      done: { run: ok },
      bad: {
        run: () => {
          throw new Error('no')
        },
      },
      gone: { run: ok, needs: ['bad'] },
      open: { run: () => new Promise(() => undefined), killGrace: 0 },
    })
    const told = facts.length
    for (const id of ['done', 'bad', 'gone']) await run.kill(id)
    expect(facts).toHaveLength(told)
    expect(statuses()).toMatchObject({ done: 'completed', bad: 'failed', gone: 'skipped' })
  })

  it('of an unknown name is refused, and the near name is given', async () => {
    const { start } = simulated()
    const { run } = await start({ build: { run: ok } })
    expect(() => run.kill('buid')).toThrow(/Did you mean 'build'/)
  })

  it('and completes instead stays killed; its output is dropped and noted', async () => {
    const { hand, watched, wait } = await sceneOf('running')
    void watched.run.kill('a')
    hand.completes('a/1', 'too late')
    await wait()
    expect(watched.types('a').slice(-2)).toEqual(['task.warned', 'task.killed'])
    expect(watched.run.view().tasks.get('a')?.outcome?.status).toBe('killed')
  })
})

describe('a run that is killed', () => {
  it.each(states)('while a task is %s settles as killed with every task ended', async (state) => {
    const { hand, watched, wait, clock } = await sceneOf(state)
    void watched.run.kill(undefined, { reason: 'enough' })
    void watched.run.kill(undefined, { reason: 'again' })
    if (isLive(state)) hand.ends('a/1')
    await wait(5_000)
    expect(watched.result).toMatchObject({ status: 'killed', reason: 'enough' })
    expect(watched.result?.outcomes['a']).toEqual(
      state === 'pending' || state === 'ready'
        ? { status: 'skipped', because: 'run-killed' }
        : { status: 'killed', reason: 'enough', abandoned: false },
    )
    expect(watched.types().filter((type) => type === 'run.killing' || type === 'run.killed')).toEqual([
      'run.killing',
      'run.killed',
    ])
    expect(watched.types().at(-1)).toBe('run.killed')
    expect(clock.pending).toBe(0)
  })

  it('in the very turn of dispatch starts nothing', async () => {
    const hand = desk()
    const { runtime, wait } = simulated({ executors: { hand } })
    const watched = watch(runtime.dispatch(plan({ name: 'tried', tasks: { a: { run: byHand } } })))
    void watched.run.kill()
    await wait()
    expect(hand.asked).toEqual([])
    expect(watched.types()).toEqual([
      'run.created',
      'run.started',
      'task.ready',
      'run.killing',
      'task.skipped',
      'run.killed',
    ])
  })
})

describe('an attempt that does not end when told to', () => {
  it('is forced after the kill grace, and abandoned when that does not help either', async () => {
    const { hand, watched, wait } = await sceneOf('running')
    void watched.run.kill('a')
    await wait(4_999)
    expect(hand.asked).toEqual(['start a/1', 'abort a/1'])
    await wait(1)
    expect(hand.asked).toEqual(['start a/1', 'abort a/1', 'force a/1'])
    await wait(5_000)
    expect(watched.types('a').slice(-2)).toEqual(['task.abandoned', 'task.killed'])
    expect(watched.run.view().tasks.get('a')?.outcome).toMatchObject({ status: 'killed', abandoned: true })
  })

  it('is forced at once with a grace of 0', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const { run } = await start({ a: { run: byHand, killGrace: 0 } })
    void run.kill()
    await wait()
    expect(hand.asked).toEqual(['start a/1', 'abort a/1', 'force a/1'])
  })

  it('frees its slot when it is a handler that ignores its signal; its late output changes nothing', async () => {
    let finish!: (output: string) => void
    const { start, wait } = simulated({ concurrency: 1 })
    const watched = await start({
      deaf: {
        timeout: '1s',
        retry: { maxAttempts: 3 },
        run: () =>
          new Promise((resolve) => {
            finish = resolve
          }),
      },
      next: { run: ok },
    })
    await wait(6_000)
    expect(watched.statuses()).toEqual({ deaf: 'failed', next: 'completed' })
    finish('late')
    await wait()
    expect(watched.result).toMatchObject({
      status: 'failed',
      abandoned: ['deaf'],
      outcomes: { deaf: { abandoned: true, failure: { code: 'ATTEMPT_ABANDONED', retryable: false } } },
    })
  })

  it('is killed by a kill that comes while its timeout ends it', async () => {
    const { hand, watched, wait } = await sceneOf('stopping')
    void watched.run.kill('a', { reason: 'by hand' })
    hand.fails('a/1')
    await wait()
    expect(watched.run.view().tasks.get('a')?.outcome).toMatchObject({ status: 'killed', reason: 'by hand' })
  })
})

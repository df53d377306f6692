import { describe, expect, it } from 'vitest'
import { desk } from './desk.ts'
import { byHand, simulated } from './watching.ts'

const tasks = (...ids: readonly string[]) => Object.fromEntries(ids.map((id) => [id, { run: byHand }]))

/** The instants at which an executor that always says no is asked. */
const offersToTheFull = [0, 200, 600, 1_400, 3_000, 6_200, 11_200, 16_200]

describe('an executor with a capacity', () => {
  it('is never offered more than that', async () => {
    const hand = desk({ capacity: 2 })
    const { start, clock } = simulated({ executors: { hand } })
    const { run, types } = await start(tasks('a', 'b', 'c', 'd'))
    expect(hand.started).toEqual(['a', 'b'])
    expect(types('c')).toEqual(['task.ready'])
    expect(run.why('c').sentence).toBe(
      'c is ready and waits for the executor hand, which is full with 2, until it has room.',
    )
    hand.completes('a/1')
    expect(hand.started).toEqual(['a', 'b', 'c'])
    expect(clock.armed).toBe(0)
  })

  it('is offered work of another executor’s tasks meanwhile', async () => {
    const hand = desk({ capacity: 1 })
    const other = desk()
    const { start } = simulated({ executors: { hand, other } })
    await start({ ...tasks('a', 'b'), c: { run: { executor: 'other', work: undefined } } })
    expect(hand.started).toEqual(['a'])
    expect(other.started).toEqual(['c'])
  })

  it('is offered the best task first, of whichever run, also when it became ready last', async () => {
    const hand = desk({ capacity: 1 })
    const { start } = simulated({ executors: { hand } })
    await start(tasks('a', 'b'))
    await start(tasks('c'))
    await start({
      first: { run: { executor: 'inline', work: () => 1 } },
      d: { run: byHand, priority: 'high', needs: ['first'] },
    })
    for (const name of ['a/1', 'd/1', 'c/1']) hand.completes(name)
    expect(hand.started).toEqual(['a', 'd', 'c', 'b'])
  })

  it('shares its capacity between runs', async () => {
    const hand = desk({ capacity: 1 })
    const { start } = simulated({ executors: { hand } })
    await start(tasks('a'))
    await start(tasks('b'))
    expect(hand.started).toEqual(['a'])
    hand.completes('a/1')
    expect(hand.started).toEqual(['a', 'b'])
  })
})

describe('an executor that declines every offer', () => {
  it('is asked again at 200, 600, 1400, 3000, 6200, 11200 and 16200 ms, whatever waits for it', async () => {
    const offers: number[] = []
    const { start, wait, clock } = simulated({
      executors: {
        hand: desk({
          accepts() {
            offers.push(clock.now())
            return false
          },
        }),
      },
    })
    const { types, statuses } = await start(tasks('a', 'b', 'c'))
    await wait(16_200)
    expect(offers).toEqual(offersToTheFull)
    expect(types('a')).toEqual(['task.ready', ...offersToTheFull.map(() => 'task.deferred')])
    expect(types('b')).toEqual(['task.ready'])
    expect(statuses()).toEqual({ a: 'dispatched', b: 'ready', c: 'ready' })
  })

  it('says when it is asked again', async () => {
    const { start } = simulated({ executors: { hand: desk({ accepts: () => false }) } })
    const { run } = await start(tasks('a'))
    expect(run.why('a').waitsFor).toEqual([{ kind: 'executor', executor: 'hand', carrying: 0, until: 200 }])
    expect(run.why('a').sentence).toContain('until it has room or is asked again in 200 ms')
  })

  it('is left alone longer and longer also when it takes each attempt and at once gives it back', async () => {
    const offers: number[] = []
    const { start, wait, clock } = simulated({
      executors: {
        hand: desk({
          start(_attempt, report) {
            offers.push(clock.now())
            report({ type: 'attempt.rejected' })
          },
        }),
      },
    })
    await start(tasks('a', 'b'))
    await wait(16_200)
    expect([...new Set(offers)]).toEqual(offersToTheFull)
  })

  it('is asked after a short wait again once it has begun with an attempt', async () => {
    const offers: number[] = []
    let free = false
    const hand = desk({
      accepts() {
        offers.push(clock.now())
        return free
      },
    })
    const { start, wait, clock } = simulated({ executors: { hand } })
    await start(tasks('a', 'b'))
    await wait(1_399)
    free = true
    await wait(1)
    expect(hand.started).toEqual(['a', 'b'])
    hand.completes('a/1')
    hand.completes('b/1')
    free = false
    offers.length = 0
    await start(tasks('c'))
    await wait(600)
    expect(offers).toEqual([1_400, 1_600, 2_000])
  })

  it('is left alone longer and longer also when one task of each batch fails to start', async () => {
    const offers: number[] = []
    const hand = desk({
      accepts(_carrying, taskId) {
        offers.push(clock.now())
        return taskId === 'fails'
      },
      start(_attempt, report) {
        const failure = { code: 'NO_SHELL', message: 'no shell' }
        report({ type: 'attempt.failed', failure })
      },
    })
    const { start, wait, clock } = simulated({ executors: { hand } })
    const retry = { maxAttempts: 100, backoff: { base: 1, factor: 1 } }
    await start({ fails: { run: byHand, priority: 'high', retry }, waits: { run: byHand } })
    await wait(16_200)
    expect([...new Set(offers)]).toEqual(offersToTheFull)
    expect(offers).toHaveLength(2 * offersToTheFull.length)
  })

  it('is asked no more once its last task is killed', async () => {
    const offers: number[] = []
    const { start, wait, clock } = simulated({
      executors: {
        hand: desk({
          accepts() {
            offers.push(clock.now())
            return false
          },
        }),
      },
    })
    const { run, types } = await start(tasks('a'))
    await run.kill()
    await wait(60_000)
    expect(offers).toEqual([0])
    expect(types('a')).toEqual(['task.ready', 'task.deferred', 'task.killed'])
    expect(clock.pending).toBe(0)
  })
})

describe('an executor that declines while it carries something', () => {
  it('is asked again when that ends, in every run at once, and by no timer', async () => {
    const hand = desk({ accepts: (carrying) => carrying < 1 })
    const { start, wait, clock } = simulated({ executors: { hand } })
    await start({ a: { run: byHand, startTimeout: Number.POSITIVE_INFINITY } })
    const second = await start(tasks('b'))
    const third = await start(tasks('c'))
    await wait(60_000)
    expect(second.types('b')).toEqual(['task.ready', 'task.deferred'])
    expect(third.types('c')).toEqual(['task.ready'])
    expect(clock.armed).toBe(0)
    hand.completes('a/1')
    expect(hand.started).toEqual(['a', 'b'])
    hand.completes('b/1')
    expect(hand.started).toEqual(['a', 'b', 'c'])
  })

  it('is asked again when it says itself that it has room', async () => {
    let room = (): void => undefined
    let isHeard = true
    let free = false
    const hand = desk({
      accepts: () => free,
      onCapacity(listener) {
        room = listener
        return () => {
          isHeard = false
        }
      },
    })
    const { start, clock, runtime } = simulated({ executors: { hand } })
    await start(tasks('a'))
    free = true
    room()
    expect(hand.started).toEqual(['a'])
    hand.completes('a/1')
    expect(clock.pending).toBe(0)
    expect(isHeard).toBe(true)
    await runtime.shutdown()
    expect(isHeard).toBe(false)
  })
})

describe('an attempt that its executor gives back', () => {
  it('costs no attempt and comes back under a new number', async () => {
    const hand = desk({ begins: false })
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start({ a: { run: byHand } })
    hand.say('a/1', { type: 'attempt.rejected' })
    await wait(200)
    expect(hand.asked).toEqual(['start a/1', 'start a/2'])
    expect(watched.run.view().tasks.get('a')).toMatchObject({ attempt: 2, attemptsUsed: 1 })
    hand.begins('a/2')
    hand.fails('a/2')
    await wait()
    expect(watched.types('a')).toEqual([
      'task.ready',
      'task.dispatched',
      'task.starting',
      'task.deferred',
      'task.dispatched',
      'task.starting',
      'task.started',
      'task.failed',
    ])
  })

  it('keeps its place before those that became ready later', async () => {
    const hand = desk({ begins: false })
    const { start, wait } = simulated({ executors: { hand }, concurrency: 1 })
    await start(tasks('a', 'b'))
    hand.say('a/1', { type: 'attempt.rejected' })
    await wait(200)
    expect(hand.asked).toEqual(['start a/1', 'start a/2'])
  })
})

describe("admission by the executor alone, 'executor'", () => {
  it('offers ready tasks until it says no, past the free slots', async () => {
    const hand = desk({ accepts: (carrying) => carrying < 3 })
    const { start } = simulated({ executors: { hand }, admission: 'executor', concurrency: 1 })
    const { run, types } = await start(tasks('a', 'b', 'c', 'd', 'e'))
    expect(hand.started).toEqual(['a', 'b', 'c'])
    expect(types('d')).toEqual(['task.ready', 'task.deferred'])
    expect(types('e')).toEqual(['task.ready'])
    expect(run.why('e').waitsFor).toEqual([{ kind: 'executor', executor: 'hand', carrying: 3 }])
  })

  it('still holds everything back at a concurrency of 0', async () => {
    const hand = desk()
    const { start } = simulated({ executors: { hand }, admission: 'executor', concurrency: 0 })
    await start(tasks('a'))
    expect(hand.asked).toEqual([])
  })

  it('offers at most a capacity that was declared', async () => {
    const hand = desk({ capacity: 2 })
    const { start } = simulated({ executors: { hand }, admission: 'executor' })
    await start(tasks('a', 'b', 'c'))
    expect(hand.started).toEqual(['a', 'b'])
  })
})

import { createRuntime } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { desk } from './desk.ts'
import { byHand, ok, simulated } from './watching.ts'

const five = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map((id) => [id, { run: byHand }]))

describe('the concurrency of a runtime', () => {
  it('is four where nobody says otherwise', async () => {
    const hand = desk()
    const { start } = simulated({ executors: { hand } })
    await start(five)
    expect(hand.started).toEqual(['a', 'b', 'c', 'd'])
  })

  it('gives a slot that comes free to the next task at once', async () => {
    const hand = desk()
    const { start } = simulated({ executors: { hand } })
    await start(five)
    hand.completes('b/1')
    expect(hand.started).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('holds everything back when it is 0, and says so', async () => {
    const hand = desk()
    const { start, wait, clock } = simulated({ executors: { hand }, concurrency: 0 })
    const { run, statuses } = await start({ a: { run: byHand } })
    await wait(10_000_000)
    expect(hand.asked).toEqual([])
    expect(statuses()).toEqual({ a: 'ready' })
    expect(run.why('a').sentence).toBe(
      'a is ready and waits for a slot, but the concurrency of the runtime is 0, which holds everything.',
    )
    expect(clock.armed).toBe(0)
  })

  it('of 0 for one run leaves the slots to the others', async () => {
    const hand = desk()
    const { start } = simulated({ executors: { hand } })
    const held = await start({ held: { run: byHand } }, { concurrency: 0 })
    await start({ free: { run: byHand } })
    expect(hand.started).toEqual(['free'])
    expect(held.run.why('held').sentence).toContain('the concurrency of the run is 0')
  })

  it('may be without limit', async () => {
    const hand = desk()
    const { start } = simulated({ executors: { hand }, concurrency: Number.POSITIVE_INFINITY })
    await start(five)
    expect(hand.started).toHaveLength(5)
  })

  it.each([-1, 1.5, Number.NaN, '4', null])('is refused when it is %s', async (concurrency) => {
    const refused = expect.objectContaining({ code: 'CONFIG_INVALID' })
    const bad = { concurrency: concurrency as number }
    if (concurrency !== null) expect(() => createRuntime(bad)).toThrow(refused)
    await expect(simulated().start({ a: { run: ok } }, bad)).rejects.toThrow(refused)
  })
})

describe('a task that waits for a slot', () => {
  it('says who holds the slots of its run', async () => {
    const hand = desk()
    const { start } = simulated({ executors: { hand } })
    const { run } = await start(five, { concurrency: 2 })
    expect(run.why('c').waitsFor).toEqual([
      { kind: 'slot', of: 'run', limit: 2, heldBy: ['a', 'b'], heldElsewhere: 0 },
    ])
    expect(run.why('c').sentence).toBe(
      'c is ready and waits for one of the 2 slots of the run, held by a, b.',
    )
  })

  it('says how many slots other runs hold', async () => {
    const hand = desk()
    const { start } = simulated({ executors: { hand }, concurrency: 3 })
    await start({ x: { run: byHand }, y: { run: byHand } })
    const { run } = await start(five)
    expect(run.why('b').waitsFor).toEqual([
      { kind: 'slot', of: 'runtime', limit: 3, heldBy: ['a'], heldElsewhere: 2 },
    ])
  })

  it('costs neither an actor nor a fact', async () => {
    const hand = desk()
    const { start } = simulated({ executors: { hand }, concurrency: 1 })
    const { types } = await start({ a: { run: byHand }, b: { run: byHand } })
    expect(types('b')).toEqual(['task.ready'])
  })
})

describe('several runs in one runtime', () => {
  it('take up tasks in turn', async () => {
    const hand = desk()
    const { start } = simulated({ executors: { hand }, concurrency: 1 })
    const names = (run: string) =>
      Object.fromEntries(['1', '2', '3'].map((number) => [run + number, { run: byHand }]))
    await start(names('a'))
    await start(names('b'))
    await start(names('c'))
    for (let next = 0; next < 9; next++) hand.completes(`${hand.started[next]}/1`)
    expect(hand.started).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'c2', 'a3', 'b3', 'c3'])
  })

  it('start what has the highest priority first, whichever run it is of', async () => {
    const hand = desk()
    const { start } = simulated({ executors: { hand }, concurrency: 1 })
    await start({ busy: { run: byHand } })
    await start({ low: { run: byHand, priority: 'low' }, medium: { run: byHand } })
    await start({ high: { run: byHand, priority: 'high' }, critical: { run: byHand, priority: 'critical' } })
    for (let next = 0; next < 5; next++) hand.completes(`${hand.started[next]}/1`)
    expect(hand.started).toEqual(['busy', 'critical', 'high', 'medium', 'low'])
  })

  it('start what has the highest priority first where something still more urgent has to wait for a pool', async () => {
    const hand = desk()
    const { start } = simulated({ executors: { hand }, concurrency: 2, pools: { gpu: 1 } })
    const uses = { gpu: 1 }
    const critical = { run: byHand, priority: 'critical' } as const
    await start({ one: critical, two: critical })
    await start({
      holder: { ...critical, uses },
      high: { run: byHand, uses, priority: 'high' },
      low: { run: byHand, priority: 'low' },
    })
    await start({ medium: { run: byHand } })
    for (const name of ['one', 'two']) hand.completes(`${name}/1`)
    expect(hand.started).toEqual(['one', 'two', 'holder', 'medium'])
  })

  it('take turns at the capacity of an executor and at a pool, too', async () => {
    const limited = (uses: Record<string, number>) => (name: string) =>
      Object.fromEntries(['1', '2', '3'].map((number) => [name + number, { run: byHand, uses }]))
    for (const [capacity, names] of [
      [1, limited({})],
      [9, limited({ gpu: 1 })],
    ] as const) {
      const hand = desk({ capacity })
      const { start } = simulated({ executors: { hand }, concurrency: 9, pools: { gpu: 1 } })
      await Promise.all(['a', 'b', 'c'].map((run) => start(names(run))))
      for (let next = 0; next < 9; next++) hand.completes(`${hand.started[next]}/1`)
      const rounds = [0, 3, 6].map((first) => hand.started.slice(first, first + 3).toSorted())
      expect(rounds).toEqual(['1', '2', '3'].map((number) => ['a', 'b', 'c'].map((run) => run + number)))
    }
  })

  it('give the slots of one that ends to the next', async () => {
    const hand = desk()
    const { start } = simulated({ executors: { hand }, concurrency: 1 })
    const first = await start({ a: { run: byHand }, b: { run: byHand } })
    await start({ c: { run: byHand } })
    void first.run.kill()
    hand.ends('a/1')
    expect(hand.started).toEqual(['a', 'c'])
  })
})

describe('pools', () => {
  const gpu = (id: string, uses: Record<string, number>) => [id, { run: byHand, uses }] as const

  it('give all of a need or nothing, and let the next task be tried', async () => {
    const hand = desk()
    const { start } = simulated({ executors: { hand }, pools: { gpu: 2, licence: 1 }, concurrency: 9 })
    const { run } = await start(
      Object.fromEntries([
        gpu('first', { gpu: 1 }),
        gpu('both', { gpu: 2, licence: 1 }),
        gpu('licensed', { licence: 1 }),
        gpu('second', { gpu: 1 }),
        gpu('third', { gpu: 1 }),
      ]),
    )
    expect(hand.started).toEqual(['first', 'licensed', 'second'])
    expect(run.why('both').sentence).toContain(
      'for 2 of the pool gpu, which has 0 free (held by first, second)',
    )
  })

  it('give what comes free to the best task that it suffices for', async () => {
    const hand = desk()
    const { start } = simulated({ executors: { hand }, pools: { gpu: 2 }, concurrency: 9 })
    await start(Object.fromEntries([gpu('a', { gpu: 2 }), gpu('b', { gpu: 2 }), gpu('c', { gpu: 1 })]))
    expect(hand.started).toEqual(['a'])
    hand.completes('a/1')
    expect(hand.started).toEqual(['a', 'b'])
    hand.completes('b/1')
    expect(hand.started).toEqual(['a', 'b', 'c'])
  })

  it('of the runtime are shared by its runs, those of a run are its own', async () => {
    const hand = desk()
    const { start } = simulated({ executors: { hand }, pools: { shared: 1 }, concurrency: 9 })
    const tasks = { s: { run: byHand, uses: { shared: 1 } }, o: { run: byHand, uses: { own: 1 } } }
    await start(tasks, { pools: { own: 1 } })
    const second = await start(tasks, { pools: { own: 1 } })
    expect(hand.started).toEqual(['s', 'o', 'o'])
    expect(second.run.why('s').sentence).toContain('for 1 of the pool shared, which has 0 free')
  })

  it('are given back by an attempt that waits for its retry', async () => {
    const hand = desk()
    const { start } = simulated({ executors: { hand }, pools: { gpu: 1 } })
    await start({
      a: { run: byHand, uses: { gpu: 1 }, retry: { maxAttempts: 2 } },
      b: { run: byHand, uses: { gpu: 1 } },
    })
    hand.fails('a/1')
    expect(hand.started).toEqual(['a', 'b'])
  })

  it('that nobody has, or that are too small, are refused at dispatch', async () => {
    const { start } = simulated({ pools: { gpu: 1 } })
    const refused = expect.objectContaining({ code: 'CONFIG_INVALID' })
    await expect(start({ a: { run: ok, uses: { cpu: 1 } } })).rejects.toThrow(refused)
    await expect(start({ a: { run: ok, uses: { gpu: 2 } } })).rejects.toThrow(refused)
  })
})

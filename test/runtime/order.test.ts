import { describe, expect, it } from 'vitest'
import { plan } from 'dagmar'
import { desk } from './desk.ts'
import { byHand, simulated } from './watching.ts'

/** The order in which the tasks of a plan start, one at a time. */
async function startOrder(definition: Omit<Parameters<typeof plan>[0], 'name'>): Promise<readonly string[]> {
  const hand = desk()
  const { start, clock } = simulated({ executors: { hand }, concurrency: 1 })
  await start(plan({ name: 'ordered', ...definition }))
  for (let next = 0; next < hand.started.length; next++) hand.completes(`${hand.started[next]}/1`)
  expect(clock.pending).toBe(0)
  return hand.started
}

describe('ready tasks of equal priority', () => {
  it('start in the order in which they became ready, then by their place in the dag', async () => {
    const order = await startOrder({
      tasks: {
        a: { run: byHand },
        afterA: { run: byHand, needs: ['a'] },
        b: { run: byHand },
        afterB: { run: byHand, needs: ['b'] },
        c: { run: byHand },
      },
    })
    expect(order).toEqual(['a', 'b', 'c', 'afterA', 'afterB'])
  })

  it('start by their longest remaining path where a task has an estimate', async () => {
    const order = await startOrder({
      tasks: {
        short: { run: byHand, estimate: '1s' },
        middle: { run: byHand, estimate: '5s' },
        head: { run: byHand, estimate: '1s' },
        tail: { run: byHand, estimate: '10s', needs: ['head'] },
      },
    })
    expect(order).toEqual(['head', 'tail', 'middle', 'short'])
  })

  it('start by the number of their dependents where the paths are as long', async () => {
    const order = await startOrder({
      order: 'critical-path',
      tasks: {
        one: { run: byHand },
        two: { run: byHand },
        x: { run: byHand, needs: ['one', 'two'] },
        y: { run: byHand, needs: ['two'] },
      },
    })
    expect(order.slice(0, 2)).toEqual(['two', 'one'])
  })

  it('start first come, first served where the dag says fifo in spite of estimates', async () => {
    const order = await startOrder({
      order: 'fifo',
      tasks: { short: { run: byHand, estimate: 1 }, long: { run: byHand, estimate: 100 } },
    })
    expect(order).toEqual(['short', 'long'])
  })
})

describe('a task of a higher priority', () => {
  it('starts before a longer path and before those that waited longer', async () => {
    const order = await startOrder({
      tasks: {
        a: { run: byHand, estimate: 100 },
        b: { run: byHand, priority: 'low', estimate: 200 },
        c: { run: byHand, priority: 7 },
        d: { run: byHand, priority: 'critical', needs: ['c'] },
      },
    })
    expect(order).toEqual(['c', 'd', 'a', 'b'])
  })
})

describe('admission', () => {
  it('arms no timer, however much waits for slots, pools and dependencies', async () => {
    const hand = desk()
    const { start, clock } = simulated({ executors: { hand }, pools: { gpu: 1 }, concurrency: 2 })
    const never = { run: byHand, startTimeout: Number.POSITIVE_INFINITY }
    await start({
      a: { ...never, uses: { gpu: 1 } },
      b: { ...never, uses: { gpu: 1 } },
      c: never,
      d: never,
      e: { ...never, needs: ['d'] },
    })
    for (let next = 0; next < 5; next++) hand.completes(`${hand.started[next]}/1`)
    expect([...hand.started].toSorted()).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(clock.armed).toBe(0)
  })
})

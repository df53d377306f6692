import { createRuntime, type ItemOutcome, SimulatedClock, type SourceItem } from 'dagmar'
import { afterEach, describe, expect, it } from 'vitest'
import { consumed, item, teller } from './source-desk.ts'

type Made = Awaited<ReturnType<typeof consumed>>
const made: Made[] = []
const consuming = async (...given: Parameters<typeof consumed>): Promise<Made> => {
  const one = await consumed(...given)
  made.push(one)
  return one
}

afterEach(async () => {
  for (const { runtime, hand } of made.splice(0)) {
    const closed = runtime.shutdown({ mode: 'kill' })
    for (const asked of hand.asked.filter((one) => one.startsWith('abort'))) hand.ends(asked.slice(6))
    await closed
  }
})

describe('a source whose settle throws', () => {
  it('is told again after 1, 2, 4 and 8 s, and no more after that', async () => {
    const calls: number[] = []
    const settle = (): void => {
      calls.push(clock.now())
      throw new Error('no connection')
    }
    const { hand, wait, facts, clock, inbox } = await consuming({ items: [item('a')], settle })
    hand.completes('a/1')
    await wait(100_000)
    expect(calls).toEqual([0, 1_000, 3_000, 7_000, 15_000])
    expect(facts.filter(({ type }) => type === 'item.unsettled')).toEqual(
      [1_000, 3_000, 7_000, 15_000, undefined].map((until, index) => ({
        at: calls[index],
        source: 'source',
        type: 'item.unsettled',
        itemId: 'a',
        tries: index + 1,
        message: 'no connection',
        ...(until === undefined ? {} : { until }),
      })),
    )
    await inbox.done
    expect(inbox.view()).toMatchObject({ state: 'done', settled: 0, unsettled: 1 })
  })

  it.each<[string, () => unknown]>([
    ['rejects', () => Promise.reject(new Error('no'))],
    // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- foreign code may
    ['rejects with nothing', () => Promise.reject()],
    [
      'throws a text',
      () => {
        // oxlint-disable-next-line typescript/only-throw-error -- foreign code may
        throw 'no'
      },
    ],
  ])('(it %s) is told the same once more, and then knows', async (_, fails) => {
    const told: (readonly [SourceItem, ItemOutcome])[] = []
    const settle = (given: SourceItem, outcome: ItemOutcome): void => {
      told.push([given, outcome])
      return told.length === 1 ? (fails() as never) : undefined
    }
    const { hand, wait, inbox } = await consuming({ items: [item('a')], settle })
    hand.completes('a/1', 5)
    await wait(1_000)
    expect(told).toHaveLength(2)
    expect(told[1]).toEqual(told[0])
    expect(inbox.view()).toMatchObject({ state: 'done', settled: 1, unsettled: 0 })
  })

  it('keeps the place of an item until it knows: nothing more is taken meanwhile', async () => {
    let isDown = true
    const settle = (): void => {
      if (isDown) throw new Error('down')
    }
    const { hand, wait } = await consuming({ items: [item('a'), item('b')], settle }, { lookAhead: 1 })
    hand.completes('a/1')
    await wait(999)
    expect(hand.started).toEqual(['a'])
    isDown = false
    await wait(1)
    expect(hand.started).toEqual(['a', 'b'])
  })

  it('by its own options waits otherwise, and as often', async () => {
    let calls = 0
    const settle = (): void => {
      calls++
      throw new Error('no')
    }
    const options = { settleTries: 2, backoff: { base: '5s', factor: 1 } } as const
    const { hand, wait } = await consuming({ items: [item('a')], settle }, options)
    hand.completes('a/1')
    await wait(4_999)
    expect(calls).toBe(1)
    await wait(60_000)
    expect(calls).toBe(2)
  })
})

describe('a source that takes its time to be told', () => {
  it('is waited for up to 30 s, and then told again', async () => {
    const calls: number[] = []
    const settle = (): Promise<void> => {
      calls.push(clock.now())
      return calls.length === 1 ? new Promise(() => undefined) : Promise.resolve()
    }
    const { hand, wait, clock, types } = await consuming({ items: [item('a')], settle })
    hand.completes('a/1')
    await wait(31_000)
    expect(calls).toEqual([0, 31_000])
    expect(types().slice(-2)).toEqual(['item.unsettled a', 'item.settled a'])
    expect(clock.pending).toBe(0)
  })
})

describe('a source that is stopped', () => {
  it('gives nothing more, and what was taken is done', async () => {
    const told = teller()
    const { hand, wait, inbox, types } = await consuming(
      { items: [item('a'), item('b'), item('c')], ...told },
      { lookAhead: 2 },
      { concurrency: 1 },
    )
    const stopped = inbox.stop()
    hand.completes('a/1')
    await wait()
    hand.completes('b/1')
    await stopped
    expect(told.lines()).toEqual(['a completed', 'b completed'])
    expect(types()).toContain('source.stopped')
    await inbox.stop({ mode: 'kill' })
  })

  it('with kill has ended what was taken, and is told so', async () => {
    const told = teller()
    const { hand, inbox } = await consuming(
      { items: [item('a'), item('b')], ...told },
      {},
      { concurrency: 1 },
    )
    const stopped = inbox.stop({ mode: 'kill' })
    hand.ends('a/1')
    await stopped
    expect(told.lines().toSorted()).toEqual([
      'a killed: its source was stopped',
      'b killed: its source was stopped',
    ])
  })

  it('may be killed after it was stopped', async () => {
    const told = teller()
    const { hand, inbox } = await consuming({ items: [item('a')], ...told })
    const stopped = inbox.stop()
    void inbox.stop({ mode: 'kill' })
    hand.ends('a/1')
    await stopped
    expect(told.lines()).toEqual(['a killed: its source was stopped'])
  })

  it.each(['item.taken', 'source.opened'])('may be stopped by whoever is just told %s', async (type) => {
    const told = teller()
    const clock = new SimulatedClock()
    const runtime = createRuntime({ clock })
    const items = [
      item('a', { work: () => 1 }),
      item('b', { work: 5 as never }),
      item('c', { work: () => 3 }),
    ]
    const inbox = await runtime.consume({ items, ...told })
    inbox.events$.subscribe((fact) => {
      if (fact.type === type) void inbox.stop({ mode: 'kill' })
    })
    await inbox.done
    expect(told.lines()).toEqual(type === 'item.taken' ? ['a released: its source was stopped'] : [])
    expect(runtime.runs()).toEqual([])
    await runtime.shutdown()
  })

  it('has its iterator returned, also where it is asked and does not answer', async () => {
    let isReturned = false
    const items: AsyncIterable<SourceItem> = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise(() => undefined),
        return: () => {
          isReturned = true
          return Promise.reject(new Error('not now'))
        },
      }),
    }
    const { inbox } = await consuming(items)
    await inbox.stop()
    expect(isReturned).toBe(true)
  })

  it('is given back as released what was on its way', async () => {
    const told = teller()
    let give: (result: IteratorResult<SourceItem>) => void = () => undefined
    const items: AsyncIterable<SourceItem> = {
      [Symbol.asyncIterator]: () => ({
        next: () =>
          new Promise((resolve) => {
            give = resolve
          }),
      }),
    }
    const { inbox, wait } = await consuming({ items, ...told })
    await inbox.stop()
    give({ done: false, value: item('late') })
    await wait()
    expect(told.lines()).toEqual(['late released: stopped'])
    expect(inbox.view().state).toBe('done')
  })

  it('waits no longer to be opened again', async () => {
    const { inbox, clock } = await consuming({ items: () => Promise.reject(new Error('gone')) })
    await inbox.stop()
    expect(clock.pending).toBe(0)
  })

  it.each([[{ mode: 'gently' }], [5]])('refuses %o', async (options) => {
    const { inbox } = await consuming([])
    expect(() => inbox.stop(options as never)).toThrow('must be')
  })
})

describe('a shutdown', () => {
  const two = [item('a'), item('b')]

  it('that drains takes nothing more, lets what is live finish, and releases what is not', async () => {
    const told = teller()
    const { hand, runtime, inbox } = await consuming(
      { items: [...two, item('c')], ...told },
      { lookAhead: 2 },
      { concurrency: 1 },
    )
    const closed = runtime.shutdown()
    hand.completes('a/1')
    await closed
    expect(told.lines().toSorted()).toEqual(['a completed', 'b released: drained'])
    expect(inbox.view().state).toBe('done')
  })

  it('that kills ends everything, and tells so', async () => {
    const told = teller()
    const { hand, runtime } = await consuming({ items: two, ...told }, {}, { concurrency: 1 })
    const closed = runtime.shutdown({ mode: 'kill' })
    hand.ends('a/1')
    await closed
    expect(told.lines().toSorted()).toEqual(['a killed: shutdown', 'b killed: shutdown'])
  })

  it('may be an event that somebody sends to the actor', async () => {
    const told = teller()
    const { hand, runtime, inbox } = await consuming({ items: two, ...told }, {}, { concurrency: 1 })
    runtime.actor.send({ type: 'runtime.shutdown', mode: 'kill' })
    hand.ends('a/1')
    await inbox.done
    expect(told.lines().toSorted()).toEqual(['a killed: shutdown', 'b killed: shutdown'])
  })

  it('waits until the source knows', async () => {
    let isTold = false
    const settle = async (): Promise<void> => {
      for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
      isTold = true
    }
    const { hand, runtime } = await consuming({ items: [item('a')], settle })
    const closed = runtime.shutdown()
    hand.completes('a/1')
    await closed
    expect(isTold).toBe(true)
  })

  it('that kills tells once more a source that throws, and waits for nothing', async () => {
    let calls = 0
    const settle = (): void => {
      calls++
      throw new Error('no')
    }
    const { hand, runtime, wait, clock, inbox } = await consuming({ items: [item('a')], settle })
    hand.completes('a/1')
    await wait()
    await runtime.shutdown({ mode: 'kill' })
    expect(calls).toBe(2)
    expect(clock.pending).toBe(0)
    expect(inbox.view()).toMatchObject({ state: 'done', unsettled: 1 })
  })

  it('of a runtime with nothing to do ends a source that waits', async () => {
    const { runtime, inbox } = await consuming({ items: () => new Promise<SourceItem[]>(() => undefined) })
    await runtime.shutdown()
    await inbox.done
    expect(inbox.view().state).toBe('done')
  })
})

import { createRuntime, dag, SimulatedClock, type SourceItem } from 'dagmar'
import { concat, from, type Observable, of, Subject, throwError } from 'rxjs'
import { describe, expect, it, vi } from 'vitest'
import { desk } from '../runtime/desk.ts'
import { consumed, item, teller } from './source-desk.ts'

const failures = (facts: readonly { readonly type: string }[]) =>
  facts.filter(({ type }) => type === 'source.failed')

describe('a source that throws', () => {
  it('is opened again after 1 s, then after twice as long each time, up to 60 s', async () => {
    const opened: number[] = []
    const clock = new SimulatedClock()
    const items = (): never => {
      opened.push(clock.now())
      throw new Error('nobody answers')
    }
    const { facts, wait, runtime } = await consumed({ items }, {}, { clock })
    await wait(303_000)
    expect(opened).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183, 243, 303].map((s) => s * 1000))
    expect(failures(facts).slice(0, 2)).toEqual([
      {
        at: 0,
        source: 'source',
        type: 'source.failed',
        failures: 1,
        message: 'nobody answers',
        until: 1_000,
      },
      {
        at: 1_000,
        source: 'source',
        type: 'source.failed',
        failures: 2,
        message: 'nobody answers',
        until: 3_000,
      },
    ])
    await runtime.shutdown()
  })

  it('goes on where it is opened again, and waits 1 s anew once it has given something', async () => {
    const left = ['a', 'b', 'c']
    const { facts, wait, hand, inbox } = await consumed({
      async *items() {
        while (left.length > 0) {
          yield item(left.shift()!)
          throw new Error('the line went down')
        }
      },
    })
    for (const _ of left) await wait(1_000)
    await wait(3_000)
    expect(hand.started).toEqual(['a', 'b', 'c'])
    expect(failures(facts).map((fact) => 'failures' in fact && fact.failures)).toEqual([1, 1, 1])
    expect(inbox.view()).toMatchObject({ open: 3, state: 'stopping' })
  })

  it.each([
    ['rejects when it is opened', { items: () => Promise.reject(new Error('gone')) }],
    ['gives what are no items', { items: () => 5 as unknown as SourceItem[] }],
    ['gives no iterator', { items: { [Symbol.asyncIterator]: () => undefined as never } }],
    [
      'gives no result',
      { items: { [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve(undefined as never) }) } },
    ],
    [
      'throws in next',
      {
        items: {
          [Symbol.asyncIterator]: () => ({
            next: () => {
              throw new Error('gone')
            },
          }),
        },
      },
    ],
    [
      'throws as it is subscribed to',
      {
        items: {
          subscribe: () => {
            throw new Error('gone')
          },
        } as unknown as Observable<SourceItem>,
      },
    ],
    ['is an observable that errors', throwError(() => new Error('gone'))],
  ])('may be one that %s', async (_, source) => {
    const { facts, wait, runtime, inbox } = await consumed(source)
    await wait(1_000)
    expect(failures(facts)).toHaveLength(2)
    await runtime.shutdown()
    await inbox.done
    expect(inbox.view().state).toBe('done')
  })

  it('does not stop what it has given, nor any other run', async () => {
    const { hand, wait, inbox, runtime } = await consumed(
      concat(
        of(item('a')),
        throwError(() => 'gone'),
      ),
    )
    const other = runtime.run(dag('other').task('one', () => 1))
    hand.completes('a/1')
    await wait()
    await expect(other).resolves.toEqual({ one: 1 })
    expect(inbox.view()).toMatchObject({ settled: 1, state: 'open' })
    await inbox.stop()
  })
})

describe('items that cannot be opened anew', () => {
  it('are over for good where a generator threw', async () => {
    async function* items(): AsyncGenerator<SourceItem> {
      yield item('a')
      throw new Error('gone')
    }
    const { types, wait, hand, inbox } = await consumed(items())
    hand.completes('a/1')
    await wait(1_000)
    await inbox.done
    expect(types()).toEqual([
      'source.opened',
      'item.taken a',
      'source.failed',
      'item.settled a',
      'source.opened',
      'source.ended',
    ])
  })

  it('go on where their iterator does', async () => {
    let calls = 0
    const items: AsyncIterableIterator<SourceItem> = {
      [Symbol.asyncIterator]: () => items,
      next: async () => {
        calls++
        if (calls === 2) throw new Error('a short trouble')
        return calls < 4 ? { done: false, value: item(`i${calls}`) } : { done: true, value: undefined }
      },
    }
    const { hand, wait } = await consumed(items)
    await wait(1_000)
    expect(hand.started).toEqual(['i1', 'i3'])
  })
})

describe('a list of what is pending', () => {
  it('is asked for again and again, and gives nothing twice that is open', async () => {
    const pending = ['a', 'b']
    const { hand, wait, types, inbox } = await consumed(
      {
        items: async () => pending.map((id) => item(id)),
        settle: ({ id }) => void pending.splice(pending.indexOf(id), 1),
      },
      { again: '5s' },
    )
    hand.completes('a/1')
    pending.push('c')
    await wait(5_000)
    expect(hand.started).toEqual(['a', 'b', 'c'])
    expect(types().filter((type) => type.startsWith('item.repeated'))).toEqual(['item.repeated b'])
    hand.completes('b/1')
    hand.completes('c/1')
    await wait(5_000)
    expect(pending).toEqual([])
    expect(inbox.view()).toMatchObject({ state: 'open', open: 0 })
    await inbox.stop()
    expect(inbox.view().state).toBe('done')
  })

  it('has done again what it gives once more after it was told', async () => {
    const told = teller()
    const { hand, wait } = await consumed({ items: () => [item('a')], ...told }, { again: '5s' })
    hand.fails('a/1')
    await wait(5_000)
    expect(hand.started).toEqual(['a', 'a'])
  })
})

describe('an observable', () => {
  it('may give as many as the buffer holds beyond the look-ahead, of which the most urgent is taken next', async () => {
    const items$ = new Subject<SourceItem>()
    const told = teller()
    const { hand, inbox, wait, types } = await consumed(Object.assign(items$, told), {
      lookAhead: 1,
      buffer: 2,
    })
    items$.next(item('a'))
    items$.next(item('b', { priority: 'low' }))
    items$.next(item('c'))
    items$.next(item('d', { priority: 'critical' }))
    await wait()
    expect(told.lines()).toEqual(['b released: no room'])
    expect(types()).toContain('item.dropped b')
    expect(inbox.view()).toMatchObject({ open: 1, waiting: 2, dropped: 1, taken: 1 })
    for (const id of ['a', 'd', 'c']) {
      hand.completes(`${id}/1`)
      await wait()
    }
    expect(told.lines().slice(1)).toEqual(['a completed', 'd completed', 'c completed'])
  })

  it('may give ten thousand at once', async () => {
    const told = teller()
    const many = Array.from({ length: 10_000 }, (_, n) => item(`${n}`, { priority: n % 7, createdAt: n }))
    const { inbox, hand } = await consumed(Object.assign(from(many), told), { lookAhead: 1, buffer: 10 })
    expect(inbox.view()).toMatchObject({ open: 1, waiting: 10, dropped: 9_989, taken: 1 })
    expect(told.told).toHaveLength(9_989)
    hand.completes('0/1')
    await vi.waitFor(() => expect(hand.started).toEqual(['0', '6']))
  })

  it('loses nothing that it gives from the moment on at which its consumption is there', async () => {
    const items$ = new Subject<SourceItem>()
    const told = teller()
    const clock = new SimulatedClock()
    const hand = desk()
    const runtime = createRuntime({ clock, executors: { hand } })
    const inbox = await runtime.consume(Object.assign(items$, told))
    items$.next(item('a'))
    const types: string[] = []
    inbox.events$.subscribe(({ type }) => void types.push(type))
    await clock.advanceAsync(0)
    items$.next(item('b'))
    await clock.advanceAsync(0)
    expect(types.slice(0, 2)).toEqual(['source.opened', 'item.taken'])
    expect(inbox.view().taken).toBe(2)
    expect(hand.started).toEqual(['a', 'b'])
  })

  it('is given back what it gave before it was stopped in the same turn', async () => {
    const items$ = new Subject<SourceItem>()
    const told = teller()
    const runtime = createRuntime({ clock: new SimulatedClock() })
    const inbox = await runtime.consume(Object.assign(items$, told))
    items$.next(item('a'))
    await inbox.stop()
    expect(told.lines()).toEqual(['a released: stopped'])
    expect(items$.observed).toBe(false)
  })

  it('that throws where it is subscribed to is a source that failed', async () => {
    const broken = {
      subscribe: () => {
        throw new Error('no queue')
      },
    } as unknown as Observable<SourceItem>
    const { types } = await consumed(broken)
    expect(types()).toContain('source.failed')
  })

  it('that ends is done when what waits is done', async () => {
    const { hand, inbox, wait } = await consumed(of(item('a'), item('b')), { lookAhead: 1 })
    expect(inbox.view()).toMatchObject({ state: 'stopping', waiting: 1 })
    hand.completes('a/1')
    await wait()
    hand.completes('b/1')
    await wait()
    expect(inbox.view()).toMatchObject({ state: 'done', settled: 2 })
  })

  it('is unsubscribed from when it is stopped', async () => {
    const items$ = new Subject<SourceItem>()
    const { inbox } = await consumed(items$)
    await inbox.stop()
    expect(items$.observed).toBe(false)
  })
})

describe('a source that gives the same item for ever', () => {
  it('lets everything else go on', async () => {
    async function* items(): AsyncGenerator<SourceItem> {
      while (true) yield item('a')
    }
    const { hand, inbox, wait } = await consumed(items())
    await wait()
    expect(inbox.view().repeated).toBeGreaterThan(0)
    const stopped = inbox.stop()
    hand.completes('a/1')
    await stopped
    expect(inbox.view()).toMatchObject({ taken: 1, settled: 1 })
  })
})

describe('what is no source', () => {
  it.each([[undefined], [5], ['items'], [{}], [{ items: 5 }], [{ items: [], settle: 5 }]])(
    'is refused: %o',
    async (source) => {
      await expect(createRuntime().consume(source as never)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    },
  )

  it.each([
    [{ name: 'a:b' }],
    [{ name: '.a' }],
    [{ lookAhead: 0 }],
    [{ lookAhead: 1.5 }],
    [{ buffer: -1 }],
    [{ again: 0 }],
    [{ again: Number.POSITIVE_INFINITY }],
    [{ backoff: { base: '2m', cap: '1m' } }],
    [{ settleTries: 0 }],
    [{ work: 'rm' }],
    [{ defaults: 5 }],
    [{ defaults: { priority: 'urgent' } }],
    [{ defaults: { when: 'always' } }],
    [{ names: 'x' }],
    [{ name: '.inbox' }],
  ])('is refused, as are options that make no sense: %o', async (options) => {
    await expect(createRuntime().consume([], options as never)).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:CONFIG|DURATION)_INVALID$/),
    })
  })

  it('is refused under a name that another one has, until that one is done', async () => {
    const { runtime, inbox } = await consumed(new Subject<SourceItem>(), { name: 'inbox' })
    await expect(runtime.consume([], { name: 'inbox' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await inbox.stop()
    await expect(runtime.consume([], { name: 'inbox' })).resolves.toBeDefined()
    await runtime.shutdown()
    await expect(runtime.consume([])).rejects.toMatchObject({ code: 'RUNTIME_CLOSED' })
  })
})

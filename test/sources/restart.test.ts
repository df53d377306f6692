import {
  type ConsumeOptions,
  createRuntime,
  memoryStore,
  type RuntimeOptions,
  type Source,
  type SourceItem,
  type Store,
} from 'dagmar'
import { agents, memoryClaims } from 'dagmar/agents'
import { journal } from 'dagmar/journal'
import { sqlite } from 'dagmar/sqlite'
import { describe, expect, it, vi } from 'vitest'
import { desk } from '../runtime/desk.ts'
import { storeWith } from '../runtime/recovered.ts'
import { newFolder } from '../stores/folders.ts'
import { consumed, item, teller } from './source-desk.ts'

/** A runtime over that store, as a process has it, that consumes a source with these items. */
async function life(
  ids: readonly string[],
  options: RuntimeOptions,
  source: Partial<Extract<Source<SourceItem>, { items: unknown }>> = {},
  consumeOptions: ConsumeOptions = {},
) {
  const told = teller()
  const hand = desk()
  const runtime = createRuntime({ concurrency: 1, executors: { hand }, ...options })
  const items = ids.map((id) => item(id))
  const inbox = await runtime.consume({ items, ...told, ...source }, { name: 'inbox', ...consumeOptions })
  return { told, hand, runtime, inbox }
}

/** Rejects where it is not so within a second. */
const until = (look: () => void): Promise<void> => vi.waitFor(look, { timeout: 5_000, interval: 2 })

describe.each<[string, () => Store]>([
  ['memory', () => ({ ...memoryStore(), isVolatile: false })],
  ['SQLite', () => sqlite(`${newFolder()}/runs.db`)],
  ['plain files', () => journal(newFolder())],
])('items over a store in %s', (_, makeStore) => {
  it('that are settled are told from the journal to the next process, and not done again', async () => {
    const store = makeStore()
    const first = await life(['a', 'b'], { store })
    await until(() => expect(first.hand.started).toEqual(['a']))
    first.hand.completes('a/1', { size: 3 })
    await until(() => expect(first.hand.started).toEqual(['a', 'b']))
    first.hand.fails('b/1', 'no luck')
    await first.inbox.done
    await first.runtime.shutdown()

    const second = await life(['a', 'b'], { store })
    await second.inbox.done
    expect(second.told.told).toEqual(first.told.told)
    expect(second.told.told[0]).toEqual(['a', { status: 'completed', output: { size: 3 } }])
    expect(second.hand.started).toEqual([])
    await second.runtime.shutdown()
  })

  it('that are not are released by a shutdown, and go on in the next process', async () => {
    const store = makeStore()
    const first = await life(['a', 'b', 'c'], { store })
    await until(() => expect(first.hand.started).toEqual(['a']))
    const closed = first.runtime.shutdown()
    first.hand.completes('a/1')
    await closed
    expect(first.told.lines().toSorted()).toEqual([
      'a completed',
      'b released: shutdown',
      'c released: shutdown',
    ])

    const second = await life(['a', 'b', 'c'], { store })
    for (const id of ['b', 'c']) {
      await until(() => expect(second.hand.started).toContain(id))
      second.hand.completes(`${id}/1`)
    }
    await second.inbox.done
    expect(second.told.lines().toSorted()).toEqual(['a completed', 'b completed', 'c completed'])
    expect(second.hand.started).toEqual(['b', 'c'])
    await second.runtime.shutdown()
  })

  it('that were killed are told as killed', async () => {
    const store = makeStore()
    const first = await life(['a'], { store })
    await until(() => expect(first.hand.started).toEqual(['a']))
    const closed = first.runtime.shutdown({ mode: 'kill' })
    first.hand.ends('a/1')
    await closed

    const second = await life(['a'], { store })
    await second.inbox.done
    expect(second.told.lines()).toEqual(['a killed: shutdown'])
    await second.runtime.shutdown()
  })

  it('that a drain of their runs left undecided are done when they are given again', async () => {
    const store = makeStore()
    const first = await life(['a', 'b'], { store })
    await until(() => expect(first.runtime.runs().length).toBe(2))
    await until(() => expect(first.hand.started).toEqual(['a']))
    for (const run of first.runtime.runs()) void run.drain()
    first.hand.completes('a/1')
    await first.inbox.done
    expect(first.told.lines().toSorted()).toEqual(['a completed', 'b released: drained'])
    await first.runtime.shutdown()

    const second = await life(['b'], { store })
    await until(() => expect(second.hand.started).toEqual(['b']))
    second.hand.completes('b/1')
    await second.inbox.done
    expect(second.told.lines()).toEqual(['b completed'])
    await second.runtime.shutdown()
  })

  it('that another runtime has are left to it', async () => {
    const store = makeStore()
    const first = await life(['a'], { store })
    await until(() => expect(first.hand.started).toEqual(['a']))
    const second = await life(['a', 'b'], { store })
    await until(() => expect(second.hand.started).toEqual(['b']))
    expect(second.inbox.view()).toMatchObject({ held: 1, open: 1 })
    first.hand.completes('a/1')
    second.hand.completes('b/1')
    await first.inbox.done
    await second.inbox.done
    expect([first.told.lines(), second.told.lines()]).toEqual([['a completed'], ['b completed']])
    await first.runtime.shutdown()
    await second.runtime.shutdown()
  })

  it('that two runtimes take at the same moment are done by one of them', async () => {
    const store = makeStore()
    const both = await Promise.all([life(['a'], { store }), life(['a'], { store })])
    await until(() => expect(both.flatMap(({ hand }) => hand.started)).toEqual(['a']))
    const [one] = both.filter(({ hand }) => hand.started.length === 1)
    await until(() =>
      expect(both.map(({ inbox }) => inbox.view().held)).toEqual(expect.arrayContaining([0, 1])),
    )
    one!.hand.completes('a/1')
    await one!.inbox.done
    expect(both.flatMap(({ told }) => told.lines())).toEqual(['a completed'])
    for (const { runtime } of both) await runtime.shutdown()
  })
})

describe('an item that was at work when its process died', () => {
  it('is done by another attempt when it is given again', async () => {
    const store = memoryStore()
    const first = await life(['a'], { store })
    await until(() => expect(first.hand.started).toEqual(['a']))
    const left = storeWith(await store.read('inbox:a'))

    const { told, hand, inbox, runtime } = await life(['a'], { store: left })
    await until(() => expect(hand.asked).toContain('start a/2'))
    hand.completes('a/2')
    await inbox.done
    expect(told.lines()).toEqual(['a completed'])
    await runtime.shutdown()
  })

  it('is ended where its source is stopped while it is brought back', async () => {
    const store = memoryStore()
    const first = await life(['a'], { store })
    await until(() => expect(first.hand.started).toEqual(['a']))
    const left = storeWith(await store.read('inbox:a'))
    let read: () => void = () => undefined
    const isRead = new Promise<void>((resolve) => {
      read = resolve
    })
    const slow: Store = {
      ...left,
      read: async (...given) => (await (given[1] === undefined ? isRead : undefined), left.read(...given)),
    }

    const { told, inbox, runtime } = await life(['a'], { store: slow })
    await until(() => expect(inbox.view().open).toBe(1))
    await new Promise((resolve) => setTimeout(resolve, 20))
    const stopped = inbox.stop({ mode: 'kill' })
    read()
    await stopped
    expect(told.lines()).toEqual(['a killed: its source was stopped'])
    await runtime.shutdown()
  })
})

describe('items over a store that fails', () => {
  it('when it is read are released, and the next one is done', async () => {
    const store = memoryStore()
    let reads = 0
    const read: Store['read'] = (...given) =>
      reads++ === 0 ? Promise.reject(new Error('disk on fire')) : store.read(...given)
    const { told, hand, inbox, runtime } = await life(['a', 'b'], { store: { ...store, read } })
    await until(() => expect(hand.started).toEqual(['b']))
    hand.completes('b/1')
    await inbox.done
    expect(told.lines()).toEqual(['a released: The store could not be read: disk on fire', 'b completed'])
    await runtime.shutdown()
  })

  it('before they have begun are released, and while they are at work have failed', async () => {
    const store = memoryStore()
    let isDown = false
    const append: Store['append'] = (groups) => {
      if (isDown) throw new Error('disk full')
      return store.append(groups)
    }
    const { told, hand, inbox, runtime } = await life(['a', 'b'], { store: { ...store, append } })
    await until(() => expect(runtime.runs()).toHaveLength(2))
    isDown = true
    for (const run of runtime.runs()) run.pause()
    hand.ends('a/1')
    await inbox.done
    expect(told.lines().toSorted()).toEqual([
      'a failed: The store failed: disk full',
      'b released: The store failed: disk full',
    ])
    await runtime.shutdown()
  })
})

describe('items that several processes claim', () => {
  const claims = memoryClaims()
  const processWith = (told = teller()) =>
    consumed(
      { items: () => [item('a', { agent: 'ada' })], ...told },
      { again: '1m' },
      { agents: agents({ list: [{ id: 'ada', ttl: Infinity }], claims }) },
    )

  it('are done by one of them, which tells the source, and left to it by the others', async () => {
    const [told, others] = [teller(), teller()]
    const first = await processWith(told)
    const second = await processWith(others)
    await second.wait(15_000)
    expect(second.inbox.view()).toMatchObject({ held: 1, settled: 0, open: 0 })
    first.hand.completes('a/1')
    await first.wait()
    expect(told.lines()).toEqual(['a completed'])
    await second.wait(60_000)
    expect(second.inbox.view()).toMatchObject({ held: 2, settled: 0 })
    expect([first.hand.started, second.hand.started, others.lines()]).toEqual([['a'], [], []])
    for (const { runtime } of [first, second]) await runtime.shutdown()
  })

  it('are not left to anybody where it cannot be found out who has them: the source is told', async () => {
    const told = teller()
    const broken = {
      ...memoryClaims(),
      claim: () => {
        throw new Error('no such table')
      },
    }
    const { wait, inbox, runtime } = await consumed(
      { items: [item('a', { agent: 'ada' })], ...told },
      {},
      { agents: agents({ list: [{ id: 'ada', ttl: Infinity }], claims: broken }) },
    )
    for (let turn = 0; turn < 5; turn++) await wait(5_000)
    expect(told.lines()).toEqual(['a failed: max retries exceeded'])
    expect(inbox.view()).toMatchObject({ held: 0, settled: 1 })
    await runtime.shutdown()
  })
})

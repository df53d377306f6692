import type { SourceItem } from 'dagmar'
import { agents } from 'dagmar/agents'
import { Subject } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { consumed, item, teller } from './source-desk.ts'

describe('a source of items', () => {
  it('has each of them done, and is told what became of it', async () => {
    const source = { items: [item('a'), item('b')], ...teller() }
    const { hand, inbox, wait, types } = await consumed(source)
    hand.completes('a/1', 'fine')
    hand.fails('b/1')
    await wait()
    expect(source.told).toEqual([
      ['a', { status: 'completed', output: 'fine' }],
      [
        'b',
        {
          status: 'failed',
          reason: 'max retries exceeded',
          failure: expect.objectContaining({ code: 'BROKEN' }),
        },
      ],
    ])
    await inbox.done
    expect(types()).toEqual([
      'source.opened',
      'item.taken a',
      'item.taken b',
      'source.ended',
      'item.settled a',
      'item.settled b',
    ])
    expect(inbox.view()).toMatchObject({ state: 'done', taken: 2, settled: 2, open: 0 })
  })

  it('has what it gives at once done in the order of priority, then of age', async () => {
    const items = [
      item('low', { priority: 'low' }),
      item('new', { createdAt: 9 }),
      item('old', { createdAt: 3 }),
      item('high', { priority: 'high' }),
      item('critical', { priority: 'critical', createdAt: 7 }),
    ]
    const { hand, wait } = await consumed(items, {}, { concurrency: 1 })
    for (const id of ['critical', 'high', 'old', 'new', 'low']) {
      expect(hand.started.at(-1)).toBe(id)
      hand.completes(`${id}/1`)
      await wait()
    }
  })

  it.each([
    ['slots', {}, { concurrency: 1 }],
    ['a pool', { uses: { desk: 1 } }, { pools: { desk: 1 } }],
    [
      'agents',
      { requires: ['write'] },
      { agents: agents({ list: [{ id: 'ada', capabilities: ['write'] }] }) },
    ],
  ])(
    'has the oldest of those that wait for %s done first, whenever it came',
    async (_, needs, runtimeOptions) => {
      const items$ = new Subject<SourceItem>()
      const { hand, wait } = await consumed(items$, {}, runtimeOptions)
      for (const [id, createdAt] of [
        ['first', 9],
        ['new', 8],
        ['newer', 4],
        ['older', 3],
        ['as old', 3],
      ] as const) {
        items$.next(item(id, { createdAt, ...needs }))
        await wait()
      }
      for (const id of ['first', 'older', 'as old', 'newer', 'new']) {
        expect(hand.started.at(-1)).toBe(id)
        hand.completes(`${id}/1`)
        await wait()
      }
    },
  )
})

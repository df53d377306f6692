import type { SourceItem } from 'dagmar'
import { command, memoryStore, plan, TerminalError } from 'dagmar'
import { agents } from 'dagmar/agents'
import { firstValueFrom } from 'rxjs'
import { describe, expect, it, vi } from 'vitest'
import { byHand } from '../runtime/watching.ts'
import { consumed, item, teller } from './source-desk.ts'

describe('an item', () => {
  it('is a run of one task, with labels that say where it is from', async () => {
    const given = item('7', {
      title: 'Mend the door',
      labels: { area: 'hall' },
      priority: 'high',
      input: { size: 3 },
    })
    const { runtime, hand } = await consumed([given], { name: 'inbox' })
    const [run] = runtime.runs()
    expect(run?.id).toBe('inbox:7')
    expect(run?.name).toBe('inbox')
    const created = await firstValueFrom(run!.events({ from: 1 }))
    expect(created).toMatchObject({
      labels: { source: 'inbox', item: '7', title: 'Mend the door', area: 'hall' },
    })
    expect(hand.attempt('7/1').input).toEqual({ size: 3 })
  })

  it('has the options of a task, and takes those of the source where it has none', async () => {
    const { runtime } = await consumed([item('a'), item('b', { priority: 3 })], {
      defaults: { retry: { maxAttempts: 5 }, priority: 'low' },
    })
    expect(
      runtime.runs().map(({ plan: { tasks } }) => [tasks[0]!.priority, tasks[0]!.policy.maxAttempts]),
    ).toEqual([
      [3, 5],
      [-50, 5],
    ])
  })

  it('without work has that of the source, with what it is about as input', async () => {
    const told = teller()
    const items = [
      { id: 'a', input: 'x' },
      { id: 'b', input: 'y', work: () => 'its own' },
    ]
    const { inbox } = await consumed({ items, ...told }, { work: ({ input }) => `did ${String(input)}` })
    await inbox.done
    expect(told.told.map(([, outcome]) => outcome)).toEqual([
      { status: 'completed', output: 'did x' },
      { status: 'completed', output: 'its own' },
    ])
  })

  it('may be a command', async () => {
    const told = teller()
    const { inbox } = await consumed({ items: [{ id: 'a', work: command('echo', ['hello']) }], ...told })
    await inbox.done
    expect(told.told).toEqual([['a', { status: 'completed', output: 'hello' }]])
  })

  it('goes to an agent that has what it requires', async () => {
    const team = agents({ list: [{ id: 'ada' }, { id: 'bob', capabilities: ['write'] }] })
    const { hand } = await consumed([item('a', { requires: ['write'] })], {}, { agents: team })
    expect(hand.attempt('a/1').agent).toBe('bob')
  })

  it('may have any other fields, and is given back as the object that it was', async () => {
    const given = Object.assign(item('a'), { receipt: Symbol('receipt'), needs: 'nothing that dagmar knows' })
    let back: unknown
    const settle = (one: SourceItem): void => {
      back = one
    }
    const { hand, wait } = await consumed({ items: [given], settle })
    hand.completes('a/1')
    await wait()
    expect(back).toBe(given)
  })

  it.each([
    ['a Date', new Date(5)],
    ['a text', '1970-01-01T00:00:00.005Z'],
    ['a number', 5],
  ])('may say by %s when it was made', async (_, createdAt) => {
    const { hand } = await consumed(
      [item('b', { createdAt: 6 }), item('a', { createdAt })],
      {},
      { concurrency: 1 },
    )
    expect(hand.started).toEqual(['a'])
  })

  it('waits behind a run of the same priority that is no item', async () => {
    const { hand, wait, runtime } = await consumed([item('a'), item('b')], {}, { concurrency: 1 })
    runtime.dispatch(plan({ name: 'plain', tasks: { plain: { run: byHand } } }))
    await wait()
    hand.completes('a/1')
    await wait()
    expect(hand.started).toEqual(['a', 'plain'])
  })
})

const throwing = {
  id: 'a',
  get work(): never {
    throw new Error('no such thing')
  },
}

describe('an item that cannot be done', () => {
  it.each<[string, object, RegExp]>([
    ['without work', { id: 'a' }, /^work is undefined/],
    ['whose work is none', { id: 'a', work: 5 }, /run is 5/],
    ['of an unknown priority', item('a', { priority: 'urgent' as never }), /priority is 'urgent'/],
    ['made at NaN', item('a', { createdAt: Number.NaN }), /^createdAt is NaN/],
    ['made at no date', item('a', { createdAt: 'yesterday' }), /^createdAt is 'yesterday'/],
    ['made at null', item('a', { createdAt: {} as never }), /^createdAt is an object/],
    ['whose getter throws', throwing, /^no such thing/],
    ['with a control character in its id', item('a\n'), /control characters/],
    ['with too long an id', item('x'.repeat(200)), /^id is .* 1 to 193 characters/],
    ['with an unknown executor', item('a', { executor: 'nobody' }), /nobody/],
    ['with a pool that there is not', item('a', { uses: { gpu: 1 } }), /gpu/],
    ['that asks for an agent where there is none', item('a', { agent: 'ada' }), /agent/],
    ['with a label that is no text', item('a', { labels: { a: 1 } as never }), /labels/],
    ['with labels that are a list', item('a', { labels: ['x'] as never }), /^labels is an array/],
    ['with a title that is no text', item('a', { title: 5 as never }), /title/],
    ['with a negative timeout', item('a', { timeout: -1 }), /timeout/],
    ['with an input that is no JSON, over a store', item('a', { input: 5n }), /input/],
  ])('%s is given back as failed, and the next one is done', async (_, bad, message) => {
    const told = teller()
    const { hand, wait, inbox, facts } = await consumed(
      { items: [bad as SourceItem, item('good')], ...told },
      {},
      { store: { ...memoryStore(), isVolatile: false } },
    )
    await wait()
    expect(told.told).toEqual([
      [
        (bad as SourceItem).id,
        {
          status: 'failed',
          reason: expect.stringMatching(message),
          failure: expect.objectContaining({ retryable: false }),
        },
      ],
    ])
    expect(facts.find(({ type }) => type === 'item.refused')).toMatchObject({
      itemId: (bad as SourceItem).id,
    })
    await vi.waitFor(() => expect(hand.started).toEqual(['good']))
    expect(inbox.view()).toMatchObject({ refused: 1, open: 1 })
  })

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'a'],
    ['an empty id', { id: '' }],
    ['a number as id', { id: 7 }],
    [
      'an id that throws',
      {
        get id(): never {
          throw new Error('no')
        },
      },
    ],
  ])('and has no id (%s) is told as refused, and the next one is done', async (_, bad) => {
    const told = teller()
    const { hand, types, inbox } = await consumed({ items: [bad as SourceItem, item('good')], ...told })
    expect(types()).toEqual(['source.opened', 'item.refused', 'item.taken good', 'source.ended'])
    expect(told.told).toEqual([])
    expect(hand.started).toEqual(['good'])
    expect(inbox.view()).toMatchObject({ refused: 1, taken: 1 })
  })
})

describe('what became of an item', () => {
  const once = async (
    options: Partial<SourceItem>,
    act: (made: Awaited<ReturnType<typeof consumed>>) => void,
  ) => {
    const told = teller()
    const made = await consumed({ items: [item('a', options)], ...told })
    act(made)
    await made.wait(60_000)
    return told.lines()
  }

  it('is a failure with all retries used up once they are', async () => {
    const told = teller()
    const { hand, wait } = await consumed({ items: [item('a', { retry: { maxAttempts: 2 } })], ...told })
    hand.fails('a/1')
    await wait(5_000)
    expect(told.lines()).toEqual([])
    hand.fails('a/2')
    await wait()
    expect(told.lines()).toEqual(['a failed: max retries exceeded'])
  })

  it('is the message of a failure that forbids a retry', async () => {
    const work = (): never => {
      throw new TerminalError('it is not there')
    }
    expect(await once({ work, retry: { maxAttempts: 3 } }, () => undefined)).toEqual([
      'a failed: it is not there',
    ])
  })

  it('is all retries used up, too, where no agent was found', async () => {
    const told = teller()
    const { wait } = await consumed(
      { items: [item('a', { requires: ['fly'] })], ...told },
      {},
      { agents: agents() },
    )
    await wait(15_000)
    expect(told.lines()).toEqual(['a failed: max retries exceeded'])
  })

  it('is completed, with no output, where its failure is ignored', async () => {
    expect(await once({ onFailure: 'ignore' }, ({ hand }) => hand.fails('a/1'))).toEqual(['a completed'])
  })

  it('is killed, with the reason, where somebody kills it', async () => {
    const lines = await once({}, ({ runtime, hand }) => {
      void runtime.runs()[0]!.kill('a', { reason: 'not needed' })
      hand.ends('a/1')
    })
    expect(lines).toEqual(['a killed: not needed'])
  })

  it('is killed where a person says no', async () => {
    const lines = await once({ confirm: 'Really?' }, ({ runtime }) => runtime.runs()[0]!.answer('a', 'no'))
    expect(lines).toEqual(['a killed: the answer to its question was no'])
  })

  it('is released where its run is drained before it began, or while it waits for a retry', async () => {
    const told = teller()
    const { hand, wait, runtime } = await consumed(
      { items: [item('a', { retry: { maxAttempts: 2 }, priority: 'high' }), item('b'), item('c')], ...told },
      {},
      { concurrency: 1 },
    )
    hand.fails('a/1')
    await wait()
    for (const run of runtime.runs()) void run.drain()
    hand.completes('b/1')
    await wait()
    expect(told.lines().toSorted()).toEqual(['a released: drained', 'b completed', 'c released: drained'])
  })
})

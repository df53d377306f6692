import { type AppendGroup, type Attempt, type Executor, inlineExecutor, inputsOf, type Report } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { desk } from './desk.ts'
import { allSafe, storeThat } from './stores.ts'
import { byHand, ok, simulated } from './watching.ts'

describe('an attempt', () => {
  /** What an executor gets for `b`, which depends on `a`. */
  async function attemptOfB(): Promise<Attempt> {
    const hand = desk()
    const { start } = simulated({ executors: { hand } })
    await start({ a: { run: ok }, b: { run: byHand, needs: ['a'] } }, { id: 'r', input: 7 })
    return hand.attempt('b/1')
  }

  it('is plain data: a copy is as good as the original', async () => {
    const copy = { ...(await attemptOfB()) }
    expect(copy).toMatchObject({ runId: 'r', taskId: 'b', attempt: 1, input: 7 })
    expect(inputsOf(copy)).toEqual({ a: 'ok' })
  })

  it('has the same inputs in every copy, until somebody gives it others', async () => {
    const attempt = await attemptOfB()
    expect(inputsOf({ ...attempt, inputs: { a: 'wrapped' } })).toEqual({ a: 'wrapped' })
    expect(inputsOf(attempt)).toEqual({ a: 'ok' })
  })

  it('can be wrapped on its way to an executor of dagmar', async () => {
    const inner = inlineExecutor()
    const spans: string[] = []
    const traced: Executor = {
      ...inner,
      start(attempt, report) {
        const work = async (context: never): Promise<unknown> => {
          spans.push(`begin ${attempt.taskId}`)
          try {
            return await (attempt.work as (context: never) => unknown)(context)
          } finally {
            spans.push(`end ${attempt.taskId}`)
          }
        }
        return inner.start({ ...attempt, work }, report)
      },
    }
    const { start } = simulated({ executors: { inline: traced } })
    const watched = await start({
      a: { run: ok },
      b: { needs: ['a'], run: ({ inputs }) => `${String(inputs['a'])} again` },
    })
    expect(watched.result?.outputs).toEqual({ a: 'ok', b: 'ok again' })
    expect(spans).toEqual(['begin a', 'end a', 'begin b', 'end b'])
  })
})

describe('where an attempt is', () => {
  it('is told before what comes of it, by whatever copy it is noted', async () => {
    const hand: Executor = {
      start(attempt, report) {
        const copy = { ...attempt, work: 'other' }
        expect(copy.note({ job: 7 })).toBeUndefined()
        report({ type: 'attempt.started' })
      },
      abort: () => undefined,
    }
    const { start } = simulated({ executors: { hand } })
    const watched = await start({ a: { run: byHand } })
    expect(watched.types('a')).toEqual([
      'task.ready',
      'task.dispatched',
      'task.starting',
      'task.placed',
      'task.started',
    ])
    expect(watched.all('task.placed')).toMatchObject([{ attempt: 1, executor: 'hand', handle: { job: 7 } }])
    expect(watched.run.view().tasks.get('a')?.placed).toEqual({ executor: 'hand', handle: { job: 7 } })
  })

  it('may change, and the latest counts while the attempt is live', async () => {
    const hand = desk()
    const { start } = simulated({ executors: { hand } })
    const { run } = await start({ a: { run: byHand } })
    const handle = { job: 7 }
    void hand.attempt('a/1').note(handle)
    handle.job = 8
    expect(run.view().tasks.get('a')?.placed?.handle).toEqual({ job: 7 })
    void hand.attempt('a/1').note(handle)
    expect(run.view().tasks.get('a')?.placed?.handle).toEqual({ job: 8 })
    hand.completes('a/1')
    expect(run.view().tasks.get('a')).not.toHaveProperty('placed')
  })

  it('is nowhere once it is over', async () => {
    const hand = desk()
    const { start, wait } = simulated({ executors: { hand } })
    const watched = await start({ a: { run: byHand, retry: { maxAttempts: 2, backoff: { base: 0 } } } })
    const first = hand.attempt('a/1')
    hand.fails('a/1')
    void first.note('late')
    await wait(0)
    expect(hand.started).toEqual(['a', 'a'])
    void first.note('later')
    hand.completes('a/2')
    void hand.attempt('a/2').note('too late')
    expect(watched.all('task.placed')).toEqual([])
  })

  it.each([
    ['a cycle', cyclic()],
    ['nothing', undefined],
    ['a bigint', 1n],
  ])('must be JSON: %s is refused', async (_what, handle) => {
    const hand = desk()
    const { start } = simulated({ executors: { hand } })
    await start({ a: { run: byHand } })
    expect(() => hand.attempt('a/1').note(handle as never)).toThrow('it must be JSON')
  })

  it('is safe before the executor goes on, where a store takes its time', async () => {
    const waiting: (() => void)[] = []
    const store = storeThat(
      (groups: readonly AppendGroup[]) =>
        new Promise((resolve) => {
          waiting.push(() => resolve(allSafe(groups)))
        }),
    )
    const did: string[] = []
    const hand: Executor = {
      async start(attempt: Attempt, report: Report) {
        did.push('made')
        await attempt.note('here')
        did.push('runs')
        report({ type: 'attempt.started' })
      },
      abort: () => undefined,
    }
    const { start, wait } = simulated({ executors: { hand }, store })
    const watched = await start({ a: { run: byHand } })
    while (did.length === 0) {
      waiting.shift()!()
      await wait()
    }
    expect(did).toEqual(['made'])
    expect(watched.types('a')).not.toContain('task.placed')
    waiting.shift()!()
    await wait()
    expect(did).toEqual(['made', 'runs'])
    expect(watched.types('a')).toContain('task.placed')
  })
})

function cyclic(): unknown {
  const one: { self?: unknown } = {}
  one.self = one
  return one
}

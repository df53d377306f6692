import {
  createRuntime,
  dag,
  memoryStore,
  type OpenQuestion,
  plan,
  type Runtime,
  SimulatedClock,
} from 'dagmar'
import { firstValueFrom } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { desk } from './desk.ts'
import { storeThat } from './stores.ts'
import { byHand, fails, ok, simulated } from './watching.ts'

/** Every list that a subscriber gets, and the lists in words. */
async function listsOf(runtime: Runtime): Promise<{
  readonly lists: readonly (readonly OpenQuestion[])[]
  readonly words: () => readonly string[]
}> {
  const lists: (readonly OpenQuestion[])[] = []
  runtime.questions$.subscribe((open) => lists.push(open))
  await firstValueFrom(runtime.questions$)
  return {
    lists,
    words: () => lists.map((open) => open.map(({ taskId, question }) => `${taskId}: ${question}`).join(', ')),
  }
}

const asking = { run: byHand } as const

function asks(hand: ReturnType<typeof desk>, name: string, question: string): void {
  hand.say(name, { type: 'attempt.asked', question })
}

describe('the open questions of a runtime', () => {
  it('are told as a list on subscription and after each change, of all runs', async () => {
    const hand = desk()
    const { runtime, start } = simulated({ executors: { hand } })
    const { words, lists } = await listsOf(runtime)
    const first = await start({ a: asking }, { id: 'one' })
    await start({ b: asking }, { id: 'two' })
    asks(hand, 'a/1', 'Which?')
    asks(hand, 'b/1', 'Why?')
    first.run.answer('a', 'this')
    expect(words()).toEqual(['', 'a: Which?', 'a: Which?, b: Why?', 'b: Why?'])
    expect(lists.at(-1)).toMatchObject([{ runId: 'two', taskId: 'b', of: 'handler', question: 'Why?' }])
  })

  it('are there for whoever subscribes later', async () => {
    const hand = desk()
    const { runtime, start } = simulated({ executors: { hand } })
    await start({ a: asking, bad: { run: fails('broken'), onFailure: 'ask' }, other: { run: ok } })
    asks(hand, 'a/1', 'Which?')
    asks(hand, 'a/1', 'And now?')
    const { lists } = await listsOf(runtime)
    expect(lists).toMatchObject([
      [
        { taskId: 'a', of: 'handler', question: 'Which?' },
        { taskId: 'a', of: 'handler', question: 'And now?' },
        { taskId: 'bad', of: 'failure', failure: { message: 'broken' } },
      ],
    ])
  })

  it('say what failed, and are gone with the decision', async () => {
    const { runtime, start } = simulated()
    const { lists } = await listsOf(runtime)
    const { run } = await start({ bad: { run: fails('broken'), onFailure: 'ask' } })
    expect(lists.at(-1)).toMatchObject([{ of: 'failure', failure: { message: 'broken' } }])
    run.answer('bad', 'skip')
    expect(lists.at(-1)).toEqual([])
  })

  it('are gone with the attempt that asked, and with a kill of its run', async () => {
    const hand = desk()
    const { runtime, start } = simulated({ executors: { hand } })
    const { words } = await listsOf(runtime)
    const { run } = await start({ a: asking, b: asking })
    asks(hand, 'a/1', 'Which?')
    asks(hand, 'b/1', 'Why?')
    hand.completes('a/1')
    void run.kill()
    expect(words()).toEqual(['', 'a: Which?', 'a: Which?, b: Why?', 'b: Why?', ''])
  })

  it('are gone with an attempt that is ended, and begin anew with the next one', async () => {
    const hand = desk()
    const { runtime, start, wait } = simulated({ executors: { hand } })
    const { words } = await listsOf(runtime)
    await start({ a: { run: byHand, timeout: 100, retry: { maxAttempts: 2 } } })
    asks(hand, 'a/1', 'Which?')
    asks(hand, 'a/1', 'Why?')
    await wait(100)
    hand.ends('a/1')
    await wait(5_000)
    asks(hand, 'a/2', 'Again?')
    hand.fails('a/2')
    expect(words()).toEqual(['', 'a: Which?', 'a: Which?, a: Why?', '', 'a: Again?', ''])
  })

  it('come again, once, with a redrive', async () => {
    const { runtime, start, wait } = simulated({ mode: 'interpreted' })
    const { words } = await listsOf(runtime)
    const { run } = await start({ bad: { run: fails('broken'), onFailure: 'ask' } })
    run.answer('bad', 'skip')
    await run.result
    void run.redrive()
    await wait()
    const question = expect.stringContaining('bad failed: broken')
    expect(words()).toEqual(['', question, '', question])
  })

  it('come with a run that is recovered', async () => {
    const store = memoryStore()
    const dag = plan({ name: 'one', tasks: { bad: { run: fails('broken'), onFailure: 'ask' } } })
    const clock = new SimulatedClock()
    const died = createRuntime({ store, clock })
    died.dispatch(dag, { id: 'r' })
    await clock.advanceAsync(0)
    const runtime = createRuntime({ store, clock, dags: [dag] })
    const { words } = await listsOf(runtime)
    const run = await runtime.recover('r', { takeOver: true })
    await clock.advanceAsync(0)
    run.answer('bad', 'skip')
    expect(words()).toEqual(['', expect.stringContaining('bad failed: broken'), ''])
  })

  it('are gone with a run whose store fails', async () => {
    const hand = desk()
    let isFull = false
    const store = storeThat(() => {
      if (isFull) throw new Error('no room')
    })
    const { runtime, start, wait } = simulated({ executors: { hand }, store })
    const { lists } = await listsOf(runtime)
    const watched = await start({ a: asking })
    asks(hand, 'a/1', 'Which?')
    isFull = true
    watched.run.answer('a', 'this')
    hand.ends('a/1')
    await wait(100_000)
    expect(watched.result).toMatchObject({ failure: { code: 'STORE_FAILED' } })
    expect(lists.at(-1)).toEqual([])
  })

  it('are gone with a run of which the handle is disposed of', async () => {
    const { runtime, start, clock } = simulated()
    const { words } = await listsOf(runtime)
    const { run } = await start({ bad: { run: fails('broken'), onFailure: 'ask' } })
    await run[Symbol.asyncDispose]()
    await clock.advanceAsync(0)
    expect(words()).toEqual(['', expect.stringContaining('bad failed'), ''])
  })

  it('are the same objects in every list, and each is answered once by whoever keeps them', async () => {
    const hand = desk()
    const { runtime, start } = simulated({ executors: { hand } })
    const { run } = await start({ a: asking, b: asking })
    const answered = new Set<OpenQuestion>()
    runtime.questions$.subscribe((open) => {
      for (const one of open) {
        if (answered.has(one)) continue
        answered.add(one)
        run.answer(one.taskId, one.question)
      }
    })
    await firstValueFrom(runtime.questions$)
    asks(hand, 'a/1', 'one')
    asks(hand, 'b/1', 'two')
    asks(hand, 'a/1', 'three')
    expect(hand.asked.filter((one) => one.startsWith('answer'))).toEqual([
      'answer a/1 one',
      'answer b/1 two',
      'answer a/1 three',
    ])
  })

  it('are not told twice to one who subscribes while the question is told', async () => {
    const hand = desk()
    const { runtime, start } = simulated({ executors: { hand } })
    const { run } = await start({ a: asking })
    let later: ReturnType<typeof listsOf> | undefined
    run.events$.subscribe(({ type }) => {
      if (type === 'task.asked') later = listsOf(runtime)
    })
    asks(hand, 'a/1', 'Which?')
    const { words } = await later!
    expect(words()).toEqual(['a: Which?'])
  })

  it('isolate a subscriber that throws, which is told', async () => {
    const hand = desk()
    const { runtime, start } = simulated({ executors: { hand } })
    const watched = await start({ a: asking })
    let times = 0
    runtime.questions$.subscribe((open) => {
      times++
      if (open.length > 0) throw new Error('not my day')
    })
    const { words } = await listsOf(runtime)
    asks(hand, 'a/1', 'Which?')
    hand.completes('a/1')
    expect(times).toBe(3)
    expect(words()).toEqual(['', 'a: Which?', ''])
    expect(watched.all('observer.failed')).toMatchObject([{ message: expect.stringContaining('not my day') }])
  })

  it('are told no more to one who has unsubscribed', async () => {
    const hand = desk()
    const { runtime, start } = simulated({ executors: { hand } })
    await start({ a: asking })
    const lists: unknown[] = []
    const subscription = runtime.questions$.subscribe((open) => lists.push(open))
    const early = runtime.questions$.subscribe((open) => lists.push(open))
    early.unsubscribe()
    await firstValueFrom(runtime.questions$)
    subscription.unsubscribe()
    asks(hand, 'a/1', 'Which?')
    expect(lists).toEqual([[]])
  })

  it('complete with shutdown', async () => {
    const runtime = createRuntime()
    let isComplete = false
    runtime.questions$.subscribe({ complete: () => (isComplete = true) })
    runtime.dispatch(dag('one').task('a', async () => 1))
    await firstValueFrom(runtime.questions$)
    expect(isComplete).toBe(false)
    await runtime.shutdown()
    expect(isComplete).toBe(true)
  })
})

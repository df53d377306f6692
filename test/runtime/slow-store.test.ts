import { type AppendGroup, createRuntime, plan, type RunFact, SimulatedClock } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { desk } from './desk.ts'
import { allSafe, factsIn, storeThat } from './stores.ts'
import { byHand, ok, watch } from './watching.ts'

describe('a store that takes its time', () => {
  /** Appends that are safe when the test says so. */
  function slowStore() {
    const waiting: { readonly facts: readonly RunFact[]; readonly safe: () => void }[] = []
    const append = (groups: readonly AppendGroup[]) =>
      new Promise<readonly undefined[]>((resolve) => {
        waiting.push({ facts: factsIn(groups), safe: () => resolve(allSafe(groups)) })
      })
    return { ...storeThat(append), waiting }
  }

  it('holds facts, effects and the result back until they are safe', async () => {
    const hand = desk({ begins: false })
    const store = slowStore()
    const clock = new SimulatedClock()
    const runtime = createRuntime({ clock, store, executors: { hand } })
    const watched = watch(
      runtime.dispatch(
        plan({ name: 'one', tasks: { a: { run: byHand }, b: { run: byHand, needs: ['a'] } } }),
      ),
    )
    await clock.advanceAsync(0)
    expect(watched.told).toEqual([])
    expect(watched.run.view().tasks.get('a')?.status).toBe('pending')
    expect(hand.asked).toEqual([])
    const settle = async (): Promise<void> => {
      while (store.waiting.length > 0) {
        store.waiting.shift()!.safe()
        await clock.advanceAsync(0)
      }
    }
    await settle()
    expect(hand.asked).toEqual(['start a/1'])
    hand.begins('a/1')
    hand.completes('a/1')
    await clock.advanceAsync(0)
    expect(hand.asked).toEqual(['start a/1'])
    expect(watched.types('a')).not.toContain('task.completed')
    await settle()
    expect(hand.asked).toEqual(['start a/1', 'start b/1'])
    hand.begins('b/1')
    hand.completes('b/1')
    await clock.advanceAsync(0)
    expect(watched.result).toBeUndefined()
    expect(() => watched.run.redrive()).toThrow(expect.objectContaining({ code: 'RUN_NOT_SETTLED' }))
    await settle()
    expect(watched.result?.status).toBe('completed')
  })

  it('is asked for one append at a time: what comes meanwhile goes with the next', async () => {
    const hand = desk()
    const store = slowStore()
    const clock = new SimulatedClock()
    const runtime = createRuntime({ clock, store, executors: { hand } })
    const many = Object.fromEntries(['a', 'b', 'c', 'd'].map((id) => [id, { run: byHand }]))
    const watched = watch(runtime.dispatch(plan({ name: 'many', tasks: many })))
    const settle = async (): Promise<void> => {
      expect(store.waiting).toHaveLength(1)
      store.waiting.shift()!.safe()
      await clock.advanceAsync(0)
    }
    await clock.advanceAsync(0)
    while (hand.asked.length < 4) await settle()
    while (store.waiting.length > 0) await settle()
    for (const id of ['c', 'a', 'd', 'b']) hand.completes(`${id}/1`)
    await clock.advanceAsync(0)
    expect(store.waiting.map(({ facts }) => facts.map(({ taskId }) => taskId))).toEqual([['c']])
    await settle()
    expect(store.waiting[0]!.facts.map(({ taskId }) => taskId)).toEqual(['a', 'd', 'b', undefined])
    await settle()
    expect(watched.facts.map(({ seq }) => seq)).toEqual(watched.facts.map((_, index) => index + 1))
    expect(watched.all('task.completed').map(({ taskId }) => taskId)).toEqual(['c', 'a', 'd', 'b'])
    expect(watched.result?.status).toBe('completed')
  })

  it('gets the facts of all runs of a macrostep in one append, a group for each run', async () => {
    const appends: (readonly string[])[] = []
    const hand = desk()
    const clock = new SimulatedClock()
    const store = storeThat((groups) => {
      appends.push(groups.map(({ journal }) => journal.runId))
    })
    const runtime = createRuntime({ clock, store, executors: { hand } })
    const live = plan({ name: 'live', tasks: { a: { run: byHand } } })
    runtime.dispatch(live, { id: 'first' })
    runtime.dispatch(live, { id: 'second' })
    await clock.advanceAsync(0)
    appends.length = 0
    void runtime.shutdown({ mode: 'kill' })
    expect(appends).toEqual([['first', 'second']])
  })

  it('and now and then answers at once, keeps the order, too', async () => {
    const clock = new SimulatedClock()
    let calls = 0
    const runtime = createRuntime({
      clock,
      store: storeThat((groups) =>
        calls++ % 2 === 0
          ? new Promise((resolve) => {
              setImmediate(() => resolve(allSafe(groups)))
            })
          : undefined,
      ),
    })
    const watched = watch(
      runtime.dispatch(
        plan({
          name: 'p',
          tasks: { a: { run: async () => 'a' }, b: { run: ok, needs: ['a'] }, c: { run: async () => 'c' } },
        }),
      ),
    )
    for (let turn = 0; turn < 20; turn++) await clock.advanceAsync(0)
    expect(watched.facts.map(({ seq }) => seq)).toEqual(watched.facts.map((_, index) => index + 1))
    expect(watched.result?.outputs).toEqual({ a: 'a', b: 'ok', c: 'c' })
  })

  it('does not let `why` name a question that is answered for the one that is not yet safe', async () => {
    const hand = desk()
    const store = slowStore()
    const clock = new SimulatedClock()
    const runtime = createRuntime({ clock, store, executors: { hand } })
    const tasks = { a: { run: byHand, confirm: 'Deploy?', onFailure: 'ask' } } as const
    const run = runtime.dispatch(plan({ name: 'one', tasks }))
    const asked = () => run.why('a').waitsFor.find(({ kind }) => kind === 'answer')
    const settle = async (): Promise<void> => {
      while (store.waiting.length > 0) {
        store.waiting.shift()!.safe()
        await clock.advanceAsync(0)
      }
    }
    await clock.advanceAsync(0)
    await settle()
    expect(asked()).toMatchObject({ of: 'confirm', question: 'Deploy?' })
    run.answer('a', 'yes')
    await clock.advanceAsync(0)
    await settle()
    hand.say('a/1', { type: 'attempt.asked', question: 'Which?' })
    await clock.advanceAsync(0)
    await settle()
    expect(asked()).toMatchObject({ of: 'handler', question: 'Which?' })
    run.answer('a', 'this')
    hand.say('a/1', { type: 'attempt.asked', question: 'And now?' })
    expect(asked()).toMatchObject({ of: 'handler', question: '' })
    await clock.advanceAsync(0)
    await settle()
    expect(asked()).toMatchObject({ of: 'handler', question: 'And now?' })
    run.answer('a', 'that')
    hand.fails('a/1')
    expect(asked()).toMatchObject({ of: 'failure', question: '' })
    await clock.advanceAsync(0)
    await settle()
    expect(asked()).toMatchObject({ of: 'failure' })
    expect(() => run.answer('a', 'yes')).toThrow(expect.objectContaining({ code: 'ANSWER_INVALID' }))
  })

  it('does not keep attempts from being ended: aborting and forcing wait for no store', async () => {
    const hand = desk()
    const store = slowStore()
    const clock = new SimulatedClock()
    const runtime = createRuntime({ clock, store, executors: { hand } })
    const run = runtime.dispatch(plan({ name: 'one', tasks: { a: { run: byHand, killGrace: 10 } } }))
    await clock.advanceAsync(0)
    while (store.waiting.length > 0) {
      store.waiting.shift()!.safe()
      await clock.advanceAsync(0)
    }
    void run.kill()
    expect(hand.asked).toEqual(['start a/1', 'abort a/1'])
    await clock.advanceAsync(10)
    expect(hand.asked).toEqual(['start a/1', 'abort a/1', 'force a/1'])
    expect(run.view().status).toBe('running')
  })

  it('is not waited for by an attempt that is ended before it was ever asked for', async () => {
    const hand = desk()
    const store = slowStore()
    const clock = new SimulatedClock()
    const runtime = createRuntime({ clock, store, executors: { hand } })
    const watched = watch(runtime.dispatch(plan({ name: 'one', tasks: { a: { run: byHand } } })))
    await clock.advanceAsync(0)
    void watched.run.kill()
    while (store.waiting.length > 0) {
      store.waiting.shift()!.safe()
      await clock.advanceAsync(0)
    }
    expect(hand.asked).toEqual([])
    expect(watched.result?.outcomes['a']).toMatchObject({ status: 'killed', abandoned: false })
    expect(clock.pending).toBe(0)
  })

  it('and answers for an attempt only after the next one has begun, does not have that one started', async () => {
    const hand = desk()
    const store = slowStore()
    const clock = new SimulatedClock()
    const runtime = createRuntime({ clock, store, executors: { hand } })
    const retry = { maxAttempts: 2, backoff: { base: 0 } }
    runtime.dispatch(plan({ name: 'one', tasks: { a: { run: byHand, startTimeout: 10, retry } } }))
    await clock.advanceAsync(0)
    expect(store.waiting).toHaveLength(1)
    // The first attempt was too late to start before it was asked for, and the second waits for the store behind it.
    await clock.advanceAsync(10)
    const startingOf = (facts: readonly RunFact[]) =>
      facts.flatMap((fact) => (fact.type === 'task.starting' ? [fact.attempt] : []))
    expect(startingOf(store.waiting[0]!.facts)).toEqual([1])
    store.waiting.shift()!.safe()
    await clock.advanceAsync(0)
    expect(hand.asked).toEqual([])
    expect(startingOf(store.waiting[0]!.facts)).toEqual([2])
    store.waiting.shift()!.safe()
    await clock.advanceAsync(0)
    expect(hand.asked).toEqual(['start a/2'])
  })
})

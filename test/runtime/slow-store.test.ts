import { createRuntime, plan, type RunFact, SimulatedClock } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { desk } from './desk.ts'
import { byHand, ok, watch } from './watching.ts'

describe('a store that takes its time', () => {
  /** Appends that are safe when the test says so. */
  function slowStore() {
    const open: { readonly facts: readonly RunFact[]; readonly safe: () => void }[] = []
    return {
      open,
      append: (_runId: string, facts: readonly RunFact[]) =>
        new Promise<void>((resolve) => {
          open.push({ facts, safe: resolve })
        }),
    }
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
      while (store.open.length > 0) {
        store.open.shift()!.safe()
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

  it('keeps the order, whichever append is safe first', async () => {
    const hand = desk()
    const store = slowStore()
    const clock = new SimulatedClock()
    const runtime = createRuntime({ clock, store, executors: { hand } })
    const many = Object.fromEntries(['a', 'b', 'c', 'd'].map((id) => [id, { run: byHand }]))
    const watched = watch(runtime.dispatch(plan({ name: 'many', tasks: many })))
    await clock.advanceAsync(0)
    store.open.shift()!.safe()
    await clock.advanceAsync(0)
    store.open.shift()?.safe()
    await clock.advanceAsync(0)
    for (const id of ['c', 'a', 'd', 'b']) hand.completes(`${id}/1`)
    await clock.advanceAsync(0)
    expect(store.open.length).toBeGreaterThan(3)
    while (store.open.length > 0) {
      store.open.pop()!.safe()
      await clock.advanceAsync(0)
    }
    expect(watched.facts.map(({ seq }) => seq)).toEqual(watched.facts.map((_, index) => index + 1))
    expect(watched.all('task.completed').map(({ taskId }) => taskId)).toEqual(['c', 'a', 'd', 'b'])
    expect(watched.result?.status).toBe('completed')
  })

  it('and now and then answers at once, keeps the order, too', async () => {
    const clock = new SimulatedClock()
    let calls = 0
    const runtime = createRuntime({
      clock,
      store: {
        append: () => (calls++ % 2 === 0 ? new Promise((resolve) => setImmediate(resolve)) : undefined),
      },
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
})

import { createRuntime, memoryStore, plan, SimulatedClock, type Store } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { desk } from './desk.ts'
import { byHand, ok, watch } from './watching.ts'

/** Answers its first appends, and from then on none. */
function silentAfter(answered: number) {
  const memory = memoryStore()
  let appends = 0
  let answerLate: () => void = () => undefined
  const store: Store = {
    ...memory,
    append: async (groups) => {
      if (appends++ >= answered) {
        await new Promise<void>((resolve) => {
          answerLate = resolve
        })
      }
      return (await memory.append(groups)) ?? groups.map(() => undefined)
    },
  }
  return { store, answerLate: () => answerLate() }
}

async function caught(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise
  } catch (error) {
    return error
  }
}

async function begun(answered: number) {
  const clock = new SimulatedClock(1_000)
  const hand = desk()
  const silent = silentAfter(answered)
  const runtime = createRuntime({ clock, store: silent.store, executors: { hand } })
  const tasks = { a: { run: byHand }, b: { run: ok, needs: ['a'] } }
  const watched = watch(runtime.dispatch(plan({ name: 'two', tasks }), { id: 'r' }))
  await clock.advanceAsync(0)
  return { clock, hand, runtime, watched, run: watched.run, answerLate: silent.answerLate }
}

describe('a store that does not answer', () => {
  it('is what every task of its run waits for', async () => {
    const { clock, run } = await begun(0)
    await clock.advanceAsync(5_000)
    expect(run.why('a').waitsFor[0]).toEqual({ kind: 'store', since: 1_000 })
    expect(run.why('a').sentence).toMatch(/waits for the store, which has not answered for 5\.0 s/)
    expect(run.why('b').sentence).toMatch(/waits for the store, which has not answered for 5\.0 s/)
  })

  it('is what the run of a settled task waits for', async () => {
    const { clock, hand, run } = await begun(2)
    hand.completes('a/1')
    await clock.advanceAsync(2_000)
    expect(run.why('a').sentence).toBe(
      'a is completed. Its run waits for the store, which has not answered for 2.0 s.',
    )
  })

  it('is not waited for where a store answers', async () => {
    const { run } = await begun(100)
    expect(run.why('a').waitsFor.map(({ kind }) => kind)).not.toContain('store')
  })

  it('does not keep a shutdown from aborting and forcing attempts', async () => {
    const { clock, hand, runtime } = await begun(2)
    void caught(runtime.shutdown({ mode: 'kill' }))
    expect(hand.asked).toContain('abort a/1')
    await clock.advanceAsync(10_000)
    expect(hand.asked).toContain('force a/1')
  })

  it('fails its runs once a shutdown has waited its limit, which then says what may not be written', async () => {
    const { clock, hand, runtime, watched } = await begun(2)
    const told = caught(runtime.shutdown({ mode: 'kill', storeTimeout: '10s' }))
    const wanted = {
      code: 'STORE_SILENT',
      problem: 'The store did not answer within 10.0 s. It may not have written facts 7 to 11 of the run r.',
      facts: { unwritten: [{ runId: 'r', from: 7, to: 11 }] },
    }
    hand.ends('a/1')
    await clock.advanceAsync(9_999)
    expect(watched.result).toBeUndefined()
    await clock.advanceAsync(1)
    expect(watched.result?.failure).toMatchObject({
      code: 'STORE_FAILED',
      message: 'The store failed: it has not answered for 10.0 s',
    })
    expect(await told).toMatchObject(wanted)
  })

  it('counts as failed for what comes after that, and its late answer changes nothing', async () => {
    const { clock, hand, runtime, watched, answerLate } = await begun(2)
    const told = caught(runtime.shutdown({ storeTimeout: 1_000 }))
    await clock.advanceAsync(1_000)
    expect(watched.result).toBeUndefined()
    answerLate()
    hand.completes('a/1')
    await clock.advanceAsync(60_000)
    expect(watched.result?.failure?.code).toBe('STORE_FAILED')
    expect(await told).toMatchObject({ code: 'STORE_SILENT' })
    expect(clock.pending).toBe(0)
  })

  it('has 30 s by default, however the runtime is told to end', async () => {
    for (const end of ['stop', 'event', 'dispose'] as const) {
      const { clock, hand, runtime, watched } = await begun(2)
      if (end === 'stop') runtime.actor.stop()
      else if (end === 'event') runtime.actor.send({ type: 'runtime.shutdown', mode: 'kill' })
      else void caught(runtime[Symbol.asyncDispose]())
      hand.ends('a/1')
      await clock.advanceAsync(29_999)
      expect(watched.result).toBeUndefined()
      await clock.advanceAsync(1)
      expect(watched.result?.failure?.code).toBe('STORE_FAILED')
    }
  })

  it('that only takes its time is waited for, append by append', async () => {
    const clock = new SimulatedClock()
    const memory = memoryStore()
    const append: Store['append'] = async (groups) => {
      await new Promise<void>((resolve) => {
        clock.setTimeout(resolve, 900)
      })
      return (await memory.append(groups)) ?? groups.map(() => undefined)
    }
    const runtime = createRuntime({ clock, store: { ...memory, append } })
    const watched = watch(runtime.dispatch(plan({ name: 'one', tasks: { a: { run: ok } } })))
    await clock.advanceAsync(0)
    const shutdown = runtime.shutdown({ storeTimeout: '1s' })
    await clock.advanceAsync(60_000)
    await shutdown
    expect(watched.result?.status).toBe('killed')
  })

  it('refuses a limit that makes no sense', async () => {
    const { runtime } = await begun(100)
    await expect(runtime.shutdown({ storeTimeout: 0 })).rejects.toMatchObject({ code: 'DURATION_INVALID' })
    await expect(runtime.shutdown({ mode: 'now' as 'kill' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
    await expect(runtime.shutdown(null as never)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

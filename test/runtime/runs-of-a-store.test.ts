import {
  createRuntime,
  type Fact,
  memoryStore,
  type Plan,
  plan,
  type RuntimeOptions,
  SimulatedClock,
  type Store,
  type TaskDefinition,
} from 'dagmar'
import { describe, expect, it, vi } from 'vitest'
import { emptyShelves, textStore } from '../conformance/text-store.ts'
import { desk } from './desk.ts'
import { byHand, ok } from './watching.ts'

const planOf = (tasks: Readonly<Record<string, TaskDefinition>>, name = 'night'): Plan =>
  plan({ name, tasks }) as unknown as Plan

function at(store: Store, options: RuntimeOptions = {}) {
  const hand = desk()
  const clock = new SimulatedClock(1_000)
  const runtime = createRuntime({ clock, store, executors: { hand }, ...options })
  // Text stores take a turn of the event loop for each append.
  const pass = async (): Promise<void> => {
    for (let turn = 0; turn < 30; turn++) await clock.advanceAsync(0)
  }
  return { hand, clock, runtime, pass }
}

describe('the history of a runtime', () => {
  it('is what its store has, whoever ran it: by status, name, labels and time', async () => {
    const store = memoryStore()
    const { runtime, clock, hand } = at(store)
    runtime.dispatch(planOf({ a: { run: ok } }), { id: 'one', labels: { team: 'red' } })
    await clock.advanceAsync(500)
    runtime.dispatch(planOf({ a: { run: byHand } }, 'day'), { id: 'two', labels: { team: 'blue' } })
    await clock.advanceAsync(500)
    runtime.dispatch(planOf({ a: { run: byHand } }), { id: 'three' })
    await clock.advanceAsync(0)
    hand.fails('a/1')
    await clock.advanceAsync(0)
    const { runtime: other } = at(store)
    const ids = async (query?: Parameters<typeof other.history>[0]) =>
      (await other.history(query)).map(({ runId }) => runId)
    expect(await ids()).toEqual(['three', 'two', 'one'])
    expect(await ids({ status: 'failed' })).toEqual(['three'])
    expect(await ids({ name: 'day' })).toEqual(['two'])
    expect(await ids({ label: { team: 'red' } })).toEqual(['one'])
    expect(await ids({ since: 1_500 })).toEqual(['three', 'two'])
    expect(await ids({ limit: 1 })).toEqual(['three'])
  })

  it.each([
    [{ status: 'done' }],
    [{ nome: 'x' }],
    [{ limit: 0 }],
    [{ label: { team: 1 } }],
    [{ since: 'monday' }],
  ])('refuses what is no query: %o', async (query) => {
    const { runtime } = at(memoryStore())
    await expect(runtime.history(query as never)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('needs a store', async () => {
    await expect(createRuntime().history()).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(createRuntime().deadLetters()).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })
})

describe('dead letters', () => {
  const dag = planOf({
    a: { run: byHand, retry: { maxAttempts: 2, backoff: { base: 0 } } },
    b: { run: byHand, needs: ['a'] },
  })

  it('are found in the store, and redriven on another day', async () => {
    const store = memoryStore()
    const first = at(store)
    first.runtime.dispatch(dag, { id: 'run' })
    first.runtime.dispatch(planOf({ x: { run: byHand } }), { id: 'other' })
    await first.clock.advanceAsync(0)
    first.hand.fails('x/1')
    first.hand.fails('a/1')
    await first.clock.advanceAsync(1)
    first.hand.fails('a/2', 'no luck')
    await first.clock.advanceAsync(0)
    await first.runtime.shutdown()

    const { runtime, hand, clock } = at(store)
    const letters = await runtime.deadLetters()
    expect(letters).toMatchObject([
      { runId: 'run', name: 'night', taskId: 'a', attempt: 2, failure: { message: 'no luck' } },
    ])
    expect(await runtime.deadLetters({ name: 'day' })).toEqual([])
    const run = await runtime.recover('run', { dag })
    void run.redrive('a')
    await clock.advanceAsync(0)
    hand.completes('a/3')
    await clock.advanceAsync(0)
    hand.completes('b/1')
    await clock.advanceAsync(0)
    expect((await run.result).status).toBe('completed')
    expect(await runtime.deadLetters()).toEqual([])
  })
})

describe('what a run holds no more', () => {
  async function longRun(store: Store) {
    const one = at(store, { retainFacts: 3 })
    const run = one.runtime.dispatch(
      planOf({ a: { run: ok }, b: { run: ok, needs: ['a'] }, c: { run: byHand } }),
      {
        id: 'run',
      },
    )
    await one.pass()
    return { ...one, run }
  }

  it('is in its store, for events and stories', async () => {
    const store = memoryStore()
    const { run, hand, pass } = await longRun(store)
    const seen: Fact[] = []
    let isOver = false
    run.events({ from: 2, until: 'settled' }).subscribe({
      next: (fact) => seen.push(fact),
      complete: () => {
        isOver = true
      },
    })
    // Told while the older ones are being read.
    hand.completes('c/1')
    await pass()
    await vi.waitFor(() => expect(isOver).toBe(true))
    const facts = await store.read('run')
    expect(seen).toEqual(facts.slice(1))
    expect(run.story('a')).toEqual([])
    expect(await run.story('a', { from: 'store' })).toEqual(facts.filter(({ taskId }) => taskId === 'a'))
    expect(() => run.story('x', { from: 'store' })).toThrow(expect.objectContaining({ code: 'TASK_UNKNOWN' }))
  })

  it('ends with whoever listens', async () => {
    const { run, pass } = await longRun(memoryStore())
    const seen: Fact[] = []
    const subscription = run.events().subscribe((fact) => {
      seen.push(fact)
      if (seen.length === 2) subscription.unsubscribe()
    })
    await vi.waitFor(() => expect(seen).toHaveLength(2))
    await pass()
    expect(seen).toHaveLength(2)
  })

  it('is missing, as is said, where the store cannot be read', async () => {
    const store: Store = { ...memoryStore(), read: () => Promise.reject(new Error('a bad sector')) }
    const { run, pass } = await longRun(store)
    const seen: string[] = []
    run.events().subscribe(({ type }) => seen.push(type))
    await vi.waitFor(() => expect(seen[0]).toBe('stream.lagged'))
    await pass()
    expect(seen).toHaveLength(4)
    await expect(run.story('a', { from: 'store' })).rejects.toThrow('a bad sector')
  })

  it('is missing, as is said, where the store has it no more', async () => {
    const { run, pass } = await longRun({ ...memoryStore(), read: () => Promise.resolve([]) })
    const seen: string[] = []
    run.events().subscribe(({ type }) => seen.push(type))
    await vi.waitFor(() => expect(seen[0]).toBe('stream.lagged'))
    await pass()
  })
})

describe('ids and keys', () => {
  it('are unique among all who use a store', () => {
    const store = memoryStore()
    const dag = planOf({ a: { run: byHand } })
    at(store).runtime.dispatch(dag, { id: 'run', idempotencyKey: 'monday' })
    const { runtime } = at(store)
    expect(() => runtime.dispatch(dag, { id: 'run' })).toThrow(
      expect.objectContaining({ code: 'RUN_EXISTS' }),
    )
    expect(() => runtime.dispatch(dag, { idempotencyKey: 'monday' })).toThrow(
      expect.objectContaining({ code: 'KEY_TAKEN', facts: expect.objectContaining({ runId: 'run' }) }),
    )
    expect(runtime.runs()).toEqual([])
  })
})

describe('a shutdown that drains, where runs outlive the process', () => {
  const dag = planOf({
    live: { run: byHand },
    later: { run: byHand, needs: ['live'] },
    retries: { run: byHand, retry: { maxAttempts: 2, backoff: { base: '1h' } } },
  })

  it('lets what is live finish, and leaves the rest to be recovered', async () => {
    const shelves = emptyShelves()
    const { runtime, hand, clock, pass } = at(textStore(shelves))
    const run = runtime.dispatch(dag, { id: 'run' })
    await pass()
    hand.fails('retries/1')
    await pass()
    let isDown = false
    const shutDown = async (): Promise<void> => {
      await runtime.shutdown()
      isDown = true
    }
    const down = shutDown()
    await pass()
    expect(isDown).toBe(false)
    hand.completes('live/1', 'done')
    await pass()
    await down
    expect(hand.started).toEqual(['live', 'retries'])
    expect(clock.pending).toBe(0)
    expect(run.view().status).toBe('running')
    // Nobody is left waiting for what this runtime decides no more.
    await run.kill()
    await run[Symbol.asyncDispose]()

    const other = at(textStore(shelves))
    const recovered = await other.runtime.recover('run', { dag })
    await other.pass()
    expect(other.hand.asked).toEqual(['start later/1'])
    expect(recovered.view().counts).toMatchObject({ completed: 1, running: 1, dispatched: 1 })
    other.hand.completes('later/1')
    await other.clock.advanceAsync(3_600_000)
    await other.pass()
    other.hand.completes('retries/2')
    await other.pass()
    expect((await recovered.result).status).toBe('completed')
  })

  it('leaves one that was only just dispatched, too, and lets one that is ending end', async () => {
    const shelves = emptyShelves()
    const { runtime, hand, pass } = at(textStore(shelves))
    const ending = runtime.dispatch(planOf({ a: { run: byHand } }, 'ending'), { id: 'ending' })
    await pass()
    const drained = ending.drain()
    runtime.dispatch(dag, { id: 'new' })
    const down = runtime.shutdown()
    await pass()
    hand.completes('a/1')
    await pass()
    await Promise.all([down, drained])
    expect(await ending.result).toMatchObject({ status: 'killed', counts: { completed: 1 } })
    const other = at(textStore(shelves))
    const run = await other.runtime.recover('new', { dag })
    await other.pass()
    expect(other.hand.asked).toEqual(['start live/1', 'start retries/1'])
    expect(run.view().status).toBe('running')
  })

  it('gives way to a kill', async () => {
    const { runtime, hand, pass } = at(textStore(emptyShelves()))
    const run = runtime.dispatch(dag, { id: 'run' })
    await pass()
    const drained = runtime.shutdown()
    const killed = runtime.shutdown({ mode: 'kill' })
    await pass()
    for (const name of ['live/1', 'retries/1']) hand.ends(name)
    await pass()
    await Promise.all([drained, killed])
    expect(await run.result).toMatchObject({ status: 'killed', counts: { killed: 2, skipped: 1 } })
  })

  it('is left by run.drain alone, which ends the run', async () => {
    const { runtime, hand, pass } = at(textStore(emptyShelves()))
    const run = runtime.dispatch(dag, { id: 'run' })
    await pass()
    void run.drain()
    for (const name of ['live/1', 'retries/1']) hand.completes(name)
    await pass()
    expect(await run.result).toMatchObject({ status: 'killed', reason: 'drained' })
  })
})

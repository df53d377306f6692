import {
  type AppendGroup,
  createRuntime,
  fold,
  memoryStore,
  plan,
  type RunFact,
  SimulatedClock,
  type Store,
} from 'dagmar'
import { describe, expect, it } from 'vitest'
import { desk } from './desk.ts'
import { allSafe, factsIn, storeThat } from './stores.ts'
import { byHand, fails, ok, watch } from './watching.ts'

const tried = plan({
  name: 'tried',
  tasks: {
    live: { run: byHand },
    quick: { run: byHand },
    retries: { run: byHand, retry: { maxAttempts: 2, backoff: { base: 10 } } },
    child: { run: byHand, needs: ['quick'] },
    bad: { run: fails() },
  },
})

/** A store that fails at the append of a number (from 1), and what was kept before. */
function failingAt(
  append: number,
  how: 'throws' | 'rejects' | 'rejects late',
): Store & { readonly journal: RunFact[]; calls: number } {
  const store = {
    ...memoryStore(),
    journal: [] as RunFact[],
    calls: 0,
    append(groups: readonly AppendGroup[]): ReturnType<Store['append']> {
      store.calls++
      if (store.calls === append) {
        if (how === 'throws') throw new Error('disk full')
        if (how === 'rejects') return Promise.reject(new Error('disk full'))
        return new Promise((_resolve, reject) => {
          setImmediate(() => reject(new Error('disk full')))
        })
      }
      store.journal.push(...factsIn(groups))
      return how === 'throws' ? undefined : Promise.resolve(allSafe(groups))
    },
  }
  return store
}

async function play(store: Store) {
  const hand = desk()
  const clock = new SimulatedClock()
  const runtime = createRuntime({ clock, store, executors: { hand } })
  const watched = watch(runtime.dispatch(tried))
  const ended = new Set<string>()
  for (let round = 0; round < 15; round++) {
    await clock.advanceAsync(5)
    for (const asked of hand.asked.filter((one) => one.startsWith('start '))) {
      const name = asked.slice(6)
      if (ended.has(name) || (name === 'live/1' && round < 6)) continue
      ended.add(name)
      if (hand.asked.includes(`abort ${name}`)) hand.ends(name)
      else if (name === 'retries/1') hand.fails(name)
      else hand.completes(name)
      await clock.advanceAsync(1)
    }
  }
  await clock.advanceAsync(60_000)
  return { hand, watched, clock, runtime }
}

describe('a store that fails', () => {
  const appends = async (how: 'throws' | 'rejects' | 'rejects late'): Promise<number> => {
    const store = failingAt(0, how)
    await play(store)
    return store.calls
  }

  it.each(['throws', 'rejects', 'rejects late'] as const)(
    'and %s, at whatever append, fails the run; the journal is a valid prefix, and nothing is left behind',
    async (how) => {
      const count = await appends(how)
      expect(count).toBeGreaterThan(6)
      for (let append = 1; append <= count; append++) {
        const store = failingAt(append, how)
        const { watched, clock, hand, runtime } = await play(store)
        const { run, facts, result } = watched
        const at = `append ${append} of ${count}`
        expect({ at, result }).toMatchObject({
          at,
          result: {
            status: 'failed',
            failure: { code: 'STORE_FAILED', message: 'The store failed: disk full' },
          },
        })
        expect(Object.keys(result!.outcomes)).toEqual(tried.tasks.map(({ id }) => id))
        expect(store.journal).toEqual(facts.slice(0, store.journal.length))
        expect(facts.at(-1)).toMatchObject({ type: 'run.failed', failure: { code: 'STORE_FAILED' } })
        expect(facts.map(({ seq }) => seq)).toEqual(facts.map((_, index) => index + 1))
        expect(run.view().status).toBe('failed')
        expect(run.view().counts).toMatchObject({
          pending: 0,
          ready: 0,
          dispatched: 0,
          running: 0,
          stopping: 0,
        })
        const journalled = fold(store.journal)
        for (const { id, status, outcome } of journalled.tasks.values()) {
          if (outcome !== undefined) expect(result!.outcomes[id]).toEqual(outcome)
          // What nobody knows to have started must not have been asked for.
          if (status === 'pending' || status === 'ready') expect(hand.started).not.toContain(id)
        }
        expect(clock.pending).toBe(0)
        expect(store.calls).toBeLessThanOrEqual(how === 'throws' ? append : count + 1)
        await runtime.shutdown()
      }
    },
  )

  it('ends what is live', async () => {
    const store = failingAt(2, 'throws')
    const { hand } = await play(store)
    expect(hand.asked).toContain('abort live/1')
  })

  it('leaves the other runs of the runtime alone', async () => {
    const clock = new SimulatedClock()
    const runtime = createRuntime({
      clock,
      store: storeThat(async (groups) =>
        groups.map(({ journal }) => (journal.runId === 'bad' ? new Error('no such table') : undefined)),
      ),
    })
    const one = plan({ name: 'one', tasks: { a: { run: ok } } })
    const bad = watch(runtime.dispatch(one, { id: 'bad' }))
    const good = watch(runtime.dispatch(one, { id: 'good' }))
    await clock.advanceAsync(0)
    expect(bad.result?.failure?.code).toBe('STORE_FAILED')
    expect(good.result?.status).toBe('completed')
  })

  it('while the run is being killed makes it a failed one', async () => {
    const hand = desk()
    const clock = new SimulatedClock()
    let fail = false
    const runtime = createRuntime({
      clock,
      executors: { hand },
      store: storeThat(() => {
        if (fail) throw new Error('disk full')
      }),
    })
    const watched = watch(runtime.dispatch(plan({ name: 'one', tasks: { a: { run: byHand } } })))
    await clock.advanceAsync(0)
    void watched.run.kill()
    fail = true
    hand.ends('a/1')
    await clock.advanceAsync(0)
    expect(watched.result).toMatchObject({ status: 'failed', failure: { code: 'STORE_FAILED' } })
    expect(watched.run.view().status).toBe('failed')
  })

  it('lets the run not be redriven, since nothing of that could be written down', async () => {
    let ran = 0
    const clock = new SimulatedClock()
    const runtime = createRuntime({
      clock,
      store: storeThat((groups) => {
        if (factsIn(groups).some(({ type }) => type === 'task.failed')) throw new Error('disk full')
      }),
    })
    const run = runtime.dispatch(
      plan({
        name: 'one',
        tasks: {
          a: {
            run: () => {
              ran++
              throw new Error('no')
            },
          },
        },
      }),
    )
    await clock.advanceAsync(0)
    expect(ran).toBe(1)
    expect(() => run.redrive()).toThrow(/its store failed.*dispatch the dag anew/i)
    await clock.advanceAsync(0)
    expect(ran).toBe(1)
  })

  it('and rejects an append while others come, leaves no hole in the journal', async () => {
    const hand = desk()
    const clock = new SimulatedClock()
    const journal: RunFact[] = []
    let calls = 0
    const runtime = createRuntime({
      clock,
      executors: { hand },
      // The second append takes longest, and is refused.
      store: storeThat((groups) => {
        const isSecond = ++calls === 2
        return new Promise((resolve, reject) => {
          clock.setTimeout(
            () => {
              if (isSecond) return reject(new Error('disk full'))
              journal.push(...factsIn(groups))
              return resolve(allSafe(groups))
            },
            isSecond ? 50 : 10,
          )
        })
      }),
    })
    const tasks = { a: { run: byHand, timeout: '5s' }, b: { run: byHand }, c: { run: byHand } }
    const watched = watch(runtime.dispatch(plan({ name: 'three', tasks })))
    await clock.advanceAsync(15)
    hand.completes('b/1')
    await clock.advanceAsync(2)
    hand.completes('c/1')
    await clock.advanceAsync(50)
    expect(hand.asked).toContain('abort a/1')
    hand.ends('a/1')
    await clock.advanceAsync(20_000)
    expect(journal.map(({ seq }) => seq)).toEqual(journal.map((_, index) => index + 1))
    expect(journal).toEqual(watched.facts.slice(0, journal.length))
    expect(calls).toBe(2)
    expect(clock.pending).toBe(0)
    expect(watched.result?.failure?.code).toBe('STORE_FAILED')
  })

  it.each([
    ['nothing', undefined, 'undefined'],
    ['a list that is too short', [], '0 answers'],
    ['something else', 'ok', 'ok'],
  ])('to say which groups are safe, and answers with %s, has refused them all', async (_, answer, said) => {
    const hand = desk()
    const clock = new SimulatedClock()
    const runtime = createRuntime({
      clock,
      executors: { hand },
      store: storeThat(async () => answer as never),
    })
    const watched = watch(runtime.dispatch(plan({ name: 'one', tasks: { a: { run: byHand } } })))
    await clock.advanceAsync(0)
    expect(hand.asked).toEqual([])
    expect(watched.result?.failure).toMatchObject({
      code: 'STORE_FAILED',
      message: `The store failed: it answered an append of 1 groups with ${said}`,
    })
  })

  it.each([undefined, null, 'just text'])(
    'and rejects with %s, which is no error, fails the run',
    async (reason) => {
      const clock = new SimulatedClock()
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors
      const store = storeThat(() => Promise.reject(reason))
      const watched = watch(
        createRuntime({ clock, store }).dispatch(plan({ name: 'one', tasks: { a: { run: ok } } })),
      )
      await clock.advanceAsync(0)
      expect(watched.result?.failure?.message).toBe(`The store failed: ${reason}`)
    },
  )
})

describe('a store whose create is async', () => {
  it('is refused at once, and what it rejects with does not end the process', async () => {
    const create = async () => Promise.reject(new Error('nobody hears of it'))
    const store = { ...memoryStore(), create } as unknown as Store
    const named = plan({ name: 'p', tasks: { a: { run: () => 1 } } })
    expect(() => createRuntime({ store }).dispatch(named)).toThrow(/given at once/)
    await new Promise((resolve) => setImmediate(resolve))
  })
})

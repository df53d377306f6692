import {
  createRuntime,
  dag,
  type Executor,
  plan,
  type RunHandle,
  type Runtime,
  SimulatedClock,
  type Store,
} from 'dagmar'
import { describe, expect, it } from 'vitest'
import { heapUsed } from './heap-used.ts'

/** A store that keeps nothing. */
const forgetful: Store = {
  create: (runId) => ({ runId, lastSeq: 0 }),
  open: (runId) => ({ runId, lastSeq: 0 }),
  release: () => undefined,
  append: () => undefined,
  read: async () => [],
  runs: async () => [],
  close: () => undefined,
}

/** What cannot be read breaks the run in the midst of a step. */
const unreadable: Executor = {
  start: () => {},
  abort: () => {},
  get force(): never {
    throw new Error('no force')
  },
}

const child = dag('child').task('inner', async () => 'x'.repeat(100))

const stormy = plan({
  name: 'stormy',
  defaults: { killGrace: 100, retry: { maxAttempts: 3, backoff: { base: 50 } } },
  tasks: {
    flaky: {
      run: ({ attempt, log, progress }) => {
        log(`attempt ${attempt}`)
        progress(attempt, 'on its way')
        if (attempt < 3) throw new Error('not yet')
        return { text: 'x'.repeat(1_000) }
      },
    },
    deaf: { run: () => new Promise(() => {}), timeout: 400 },
    polite: {
      run: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error))
        }),
    },
    silent: { run: () => new Promise(() => {}), stall: { after: 100, grace: 100 }, onFailure: 'ignore' },
    asking: { run: ({ ask }) => ask('well?') },
    nesting: { run: ({ run }) => run(child), needs: ['flaky'] },
    failing: { run: () => Promise.reject(new Error('never')), onFailure: 'skip' },
    blocked: { run: () => 1, needs: ['failing'] },
    cleanup: { run: () => 1, needs: ['flaky', 'polite'], teardown: true },
  },
})
const broken = plan({ name: 'broken', tasks: { a: { run: { executor: 'unreadable', work: 1 } } } })

async function storm(runtime: Runtime, clock: SimulatedClock, from: number, runs: number, keep: RunHandle[]) {
  for (let n = from; n < from + runs; n++) {
    const run = runtime.dispatch(n % 10 === 0 ? broken : stormy, { labels: { n: String(n) }, input: { n } })
    run.events$.subscribe(() => {})
    await clock.advanceAsync((n * 37) % 700)
    run.view()
    if (n % 10 > 0) run.why('polite')
    if (n % 3 === 0) run.actor.send({ type: 'run.kill', reason: 'enough' })
    else if (n % 3 === 1) void run.drain()
    else run.pause()
    await clock.advanceAsync((n * 53) % 300)
    if (n % 3 === 2) run.resume()
    void run.kill()
    await clock.advanceAsync(2_000)
    if (n % 4 === 1) {
      void run.redrive()
      await clock.advanceAsync(60)
      void run.kill()
      await clock.advanceAsync(2_000)
    }
    await run.result
    keep.push(run)
  }
}

describe('a storm of kills, retries, redrives and broken runs', () => {
  it.each([
    ['without a store', undefined],
    ['with a store', forgetful],
  ])(
    'leaves nothing behind: the heap grows by nothing over 300 runs (%s)',
    async (_what, store) => {
      const clock = new SimulatedClock()
      const hooks = { 'task.complete': () => {} }
      const options = { clock, hooks, executors: { unreadable }, concurrency: 16 }
      const runtime = createRuntime(store === undefined ? options : { ...options, store })
      // What runs weigh while somebody holds them.
      const held: RunHandle[] = []
      const empty = await heapUsed()
      await storm(runtime, clock, 0, 100, held)
      const weight = ((await heapUsed()) - empty) * 3
      expect(weight).toBeGreaterThan(300 * 2_000)
      held.length = 0
      // The least of some rounds: in the first ones code is compiled, which stays.
      let growth = Number.POSITIVE_INFINITY
      for (let round = 0; round < 6 && !(growth / weight < 0.05); round++) {
        const before = await heapUsed()
        await storm(runtime, clock, 100 + 300 * round, 300, [])
        growth = Math.min(growth, (await heapUsed()) - before)
      }
      expect(growth / weight).toBeLessThan(0.05)
      expect(clock.pending).toBe(0)
      expect(runtime.runs().length).toBe(0)
    },
    60_000,
  )
})

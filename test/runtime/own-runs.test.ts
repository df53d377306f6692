import { dag, type Plan, plan, RunFailedError, type Runtime } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { desk } from './desk.ts'
import { byHand, ok, simulated, watch } from './watching.ts'

const child = dag('child').task('inner', async () => 'from within')

describe('a run that a handler starts by ctx.run', () => {
  it('gives its outputs, and takes the slot of the task that waits for it', async () => {
    const { start } = simulated({ concurrency: 1 })
    const told = await start(dag('outer').task('outer', async ({ run }) => (await run(child)).inner))
    expect(told.result?.outputs).toEqual({ outer: 'from within' })
  })

  it('runs at any depth, however many wait, and whatever their slots', async () => {
    const { start, runtime } = simulated({ concurrency: 2 })
    const nested = (depth: number): Plan =>
      plan({
        name: `depth-${depth}`,
        tasks: Object.fromEntries(
          ['a', 'b'].map((id) => [
            id,
            {
              run: async ({ run }) => (depth === 0 ? 1 : ((await run(nested(depth - 1)))['a'] as number) + 1),
            },
          ]),
        ),
      })
    const told = [await start(nested(4)), await start(nested(4))]
    expect(told.map(({ result }) => result?.outputs)).toEqual([
      { a: 5, b: 5 },
      { a: 5, b: 5 },
    ])
    await runtime.shutdown()
  })

  it('takes the slot back at its end, and leaves none lent or taken', async () => {
    const hand = desk()
    const { start, wait } = simulated({ concurrency: 2, executors: { hand } })
    const first = await start({
      a: { run: async ({ run }) => void (await Promise.all([run(child), run(child)])) },
      b: { run: byHand, needs: ['a'] },
      c: { run: byHand, needs: ['a'] },
      d: { run: byHand, needs: ['a'] },
    })
    expect(first.statuses()).toEqual({ a: 'completed', b: 'running', c: 'running', d: 'ready' })
    hand.completes('b/1')
    await wait()
    expect(first.statuses()['d']).toBe('running')
  })

  it('goes on without its task where the handler does not wait for it, or fails first', async () => {
    const hand = desk()
    const { start, wait, runtime } = simulated({ concurrency: 1, executors: { hand } })
    const lasting = dag('lasting').task('inner', byHand)
    const first = await start(
      dag('hasty').task('a', ({ run }) => {
        void run(lasting)
        throw new Error('no time')
      }),
    )
    expect(first.result?.status).toBe('failed')
    const second = await start({ b: { run: ok } })
    expect(second.statuses()).toEqual({ b: 'ready' })
    hand.completes('inner/1')
    await wait()
    expect(second.result?.status).toBe('completed')
    await runtime.shutdown()
  })

  it('rejects with its result where it does not complete', async () => {
    const { start } = simulated()
    const failing = dag('failing').task('x', () => {
      throw new Error('within')
    })
    let caught: unknown
    const told = await start(
      dag('outer').task('a', async ({ run }) => {
        try {
          await run(failing)
        } catch (error) {
          caught = error
          throw error
        }
      }),
    )
    expect(caught).toBeInstanceOf(RunFailedError)
    expect(told.result?.outcomes['a']).toMatchObject({ failure: { message: /: x: within/ } })
  })

  it('goes on in a shutdown that lets its task finish, and may still begin', async () => {
    const hand = desk()
    const { start, wait, runtime } = simulated({ concurrency: 1, executors: { hand } })
    const lasting = dag('lasting')
      .task('one', byHand)
      .task('two', { needs: ['one'] }, async () => 2)
    const told = await start(
      dag('outer').task('a', async ({ run }) => [(await run(lasting)).two, (await run(child)).inner]),
    )
    const down = runtime.shutdown()
    await wait()
    hand.completes('one/1')
    await wait()
    expect(told.result?.outputs).toEqual({ a: [2, 'from within'] })
    await down
  })

  it('may be started by a teardown in a shutdown that kills, and a further one ends it', async () => {
    const hand = desk()
    const { start, wait, runtime } = simulated({ concurrency: 1, executors: { hand } })
    const lasting = dag('lasting').task('long', byHand)
    const said: string[] = []
    const told = await start(
      dag('outer')
        .task('up', byHand)
        .task('down', { needs: ['up'], teardown: true }, async ({ run }) => {
          said.push((await run(child)).inner)
          await run(lasting)
        }),
    )
    const down = runtime.shutdown({ mode: 'kill' })
    hand.ends('up/1')
    await wait()
    expect([said, hand.started]).toEqual([['from within'], ['up', 'long']])
    void runtime.shutdown({ mode: 'kill' })
    expect(hand.asked).toContain('abort long/1')
    hand.ends('long/1')
    await down
    expect(told.result?.outcomes['down']?.status).toBe('killed')
  })

  it('is killed with its task', async () => {
    const hand = desk()
    const { start, wait, runtime } = simulated({ executors: { hand } })
    const lasting = dag('lasting').task('inner', byHand)
    const told = await start(dag('outer').task('a', async ({ run }) => run(lasting, { id: 'within' })))
    expect(runtime.runs().map(({ id }) => id)).toContain('within')
    void told.run.kill()
    expect(hand.asked).toContain('abort inner/1')
    hand.ends('inner/1')
    await wait()
    expect(told.result?.status).toBe('killed')
  })

  it('waits for no further attempt: one that is tried again lends its own slot', async () => {
    const hand = desk()
    const { start, wait } = simulated({ concurrency: 1, executors: { hand } })
    const lasting = dag('lasting').task('inner', byHand)
    const told = await start({
      a: {
        retry: { maxAttempts: 2, backoff: { base: 10, jitter: 0 } },
        run: async ({ run, attempt }) => {
          const running = run(lasting)
          if (attempt === 1) throw new Error('not yet')
          return running
        },
      },
    })
    await wait(10)
    hand.completes('inner/1')
    await wait()
    hand.completes('inner/1')
    await wait()
    expect(told.result?.status).toBe('completed')
    const next = await start({ x: { run: byHand }, y: { run: byHand } })
    expect(Object.values(next.statuses()).toSorted()).toEqual(['ready', 'running'])
  })
})

/** As many handlers as there are slots, each of which dispatches on its own runtime and waits. */
function stuck(runtime: Runtime, slots: number) {
  return Array.from({ length: slots }, (_, n) =>
    watch(
      runtime.dispatch(
        dag(`pipe-${n}`).task(
          'outer',
          async () => (await runtime.dispatch(child, { id: `child-${n}` }).result).status,
        ),
      ),
    ),
  )
}

describe('handlers that wait for runs of their own full runtime', () => {
  it('are warned once they have held all slots for 10 s, and why names it for them and for those that wait', async () => {
    const { runtime, wait } = simulated({ concurrency: 2 })
    const pipes = stuck(runtime, 2)
    await wait(9_999)
    expect(pipes.flatMap(({ all }) => all('task.warned'))).toEqual([])
    expect(pipes[0]!.run.why('outer').sentence).not.toContain('ctx.run')
    await wait(1)
    const warnings = pipes.map(({ all }) => all('task.warned').map(({ message }) => message))
    expect(warnings.map((list) => list.length)).toEqual([1, 1])
    expect(warnings[0]![0]).toMatch(
      /^All 2 slots of the runtime have been held by the same handlers for 10\.0 s, while the run child-\d, dispatched after they began, waits for one: .* ctx\.run\.$/,
    )
    const inner = runtime.runs().find(({ id }) => id === 'child-1')!
    expect(inner.why('inner').sentence).toMatch(/waits for one of the 2 slots .* ctx\.run\.$/)
    expect(pipes[0]!.run.why('outer').sentence).toMatch(/^outer is running.* ctx\.run\.$/)
    await wait(60_000)
    expect(pipes.flatMap(({ all }) => all('task.warned'))).toHaveLength(2)
    void pipes[0]!.run.kill()
    await wait(60_000)
    expect(inner.why('inner').sentence).not.toContain('ctx.run')
  })

  it('in a full runtime where slots come free, nothing is said', async () => {
    const { runtime, clock, wait } = simulated({ concurrency: 2 })
    const nap = (ms: number) => () =>
      new Promise<void>((resolve) => {
        clock.setTimeout(resolve, ms)
      })
    const busy = Array.from({ length: 10 }, (_, n) =>
      watch(runtime.dispatch(dag(`busy-${n}`).task('a', nap(6_000)).task('b', nap(9_000)))),
    )
    await wait(0)
    busy.push(watch(runtime.dispatch(dag('later').task('a', ok))))
    await wait(300_000)
    expect(busy.map(({ result }) => result?.status)).toEqual(busy.map(() => 'completed'))
    expect(busy.flatMap(({ all }) => all('task.warned'))).toEqual([])
    expect(clock.pending).toBe(0)
  })

  it('by commands alone, nothing is said: they wait for no run of this process', async () => {
    const hand = desk()
    const { runtime, start, wait } = simulated({ concurrency: 1, executors: { hand } })
    const held = await start({ a: { run: byHand } })
    watch(runtime.dispatch(child))
    await wait(60_000)
    expect(held.all('task.warned')).toEqual([])
  })
})

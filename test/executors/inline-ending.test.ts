import { createRuntime, plan, type RunHandle, SimulatedClock } from 'dagmar'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { fails, ok, simulated } from '../runtime/watching.ts'
import { expectNothingUnhandled } from './unhandled.ts'

expectNothingUnhandled()

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('the signal of a handler', () => {
  function countControllers(): { made: number } {
    const count = { made: 0 }
    const Real = globalThis.AbortController
    vi.stubGlobal(
      'AbortController',
      class extends Real {
        constructor() {
          super()
          count.made++
        }
      },
    )
    return count
  }

  it('costs nothing when nobody touches it, not even when the attempt is killed', async () => {
    const count = countControllers()
    const { start, wait } = simulated()
    await start({ a: { run: ok }, b: { run: async ({ heartbeat }) => heartbeat() } })
    const { run } = await start({ c: { run: () => new Promise(() => undefined), killGrace: 1 } })
    void run.kill()
    await wait(1)
    expect(run.view().status).toBe('killed')
    expect(count.made).toBe(0)
  })

  it('is one and the same for as long as the attempt lasts', async () => {
    const count = countControllers()
    const { start } = simulated()
    const { result } = await start({ a: { run: (context) => context.signal === context.signal } })
    expect(result?.outputs).toEqual({ a: true })
    expect(count.made).toBe(1)
  })

  it('is aborted by a kill, with a reason that names the attempt', async () => {
    const { start, wait } = simulated()
    const watched = await start(
      {
        a: {
          run: ({ signal }) =>
            new Promise((_resolve, reject) => {
              signal.addEventListener('abort', () => reject(signal.reason as Error))
            }),
        },
      },
      { id: 'r' },
    )
    void watched.run.kill('a')
    await wait()
    expect(watched.result?.outcomes['a']).toEqual({ status: 'killed', reason: 'killed', abandoned: false })
  })

  it('is aborted already when it is first touched after the kill', async () => {
    let touch!: () => AbortSignal
    let finish!: () => void
    const { start, wait } = simulated()
    const { run } = await start({
      a: {
        run: (context) =>
          new Promise<void>((resolve) => {
            touch = () => context.signal
            finish = resolve
          }),
      },
    })
    void run.kill()
    await wait()
    const signal = touch()
    expect(signal.aborted).toBe(true)
    expect(signal.reason).toMatchObject({
      name: 'AbortError',
      message: `The attempt ${run.id}/a/1 is being ended.`,
    })
    // One look at the stack for each of many tasks would take longer than the kill, and shows nothing of the user's.
    expect((signal.reason as Error).stack).toBe(`AbortError: The attempt ${run.id}/a/1 is being ended.`)
    expect(Error.stackTraceLimit).toBeGreaterThan(0)
    finish()
    await wait()
    expect(run.view().status).toBe('killed')
  })
})

describe('a handler that is ended', () => {
  it('has its questions rejected, be they awaited or not', async () => {
    const { start, wait } = simulated()
    const rejections: unknown[] = []
    let finish!: () => void
    const watched = await start({
      awaits: {
        run: async ({ ask }) => {
          try {
            return await ask('well?')
          } catch (thrown) {
            rejections.push(thrown)
            throw thrown
          }
        },
      },
      forgets: {
        run: ({ ask }) => {
          void ask('anybody?')
          return new Promise<void>((resolve) => {
            finish = resolve
          })
        },
      },
      asksLate: {
        run: async ({ signal, ask }) => {
          await new Promise((resolve) => {
            signal.addEventListener('abort', resolve)
          })
          return ask('too late?')
        },
      },
    })
    void watched.run.kill()
    await wait()
    finish()
    await wait()
    expect(rejections).toEqual([expect.objectContaining({ name: 'AbortError' })])
    expect(watched.result?.counts.killed).toBe(3)
    expect(watched.result?.abandoned).toEqual([])
  })

  it('and never settles is abandoned; the process and other runs go on', async () => {
    const { start, wait } = simulated()
    const stuck = await start({ a: { run: () => new Promise(() => undefined), timeout: 10, killGrace: 20 } })
    await wait(30)
    expect(stuck.result?.rootCauses[0]?.failure.code).toBe('ATTEMPT_ABANDONED')
    const { result } = await start({ b: { run: ok } })
    expect(result?.status).toBe('completed')
  })

  it('and fails after it was abandoned leaves no unhandled rejection', async () => {
    const { start, wait } = simulated()
    let fail!: (reason: Error) => void
    const { run } = await start({
      a: {
        killGrace: 0,
        run: () =>
          new Promise((_resolve, reject) => {
            fail = reject
          }),
      },
    })
    void run.kill()
    await wait()
    fail(new Error('much later'))
    await wait()
    expect(run.view().status).toBe('killed')
  })
})

describe('a handler that touches its own run', () => {
  it('may kill, dispatch and look, synchronously', async () => {
    const clock = new SimulatedClock()
    const runtime = createRuntime({ clock })
    const inner = plan({ name: 'inner', tasks: { x: { run: ok } } })
    const run: RunHandle = runtime.dispatch(
      plan({
        name: 'outer',
        tasks: {
          looks: { run: () => run.why('later').status },
          nests: { run: () => runtime.run(inner) },
          later: { run: ok, needs: ['looks', 'nests'] },
          kills: { run: () => void run.kill('never') },
          never: { run: fails(), needs: ['later'] },
        },
      }),
    )
    const result = await run.result
    expect(result.outputs).toMatchObject({ looks: 'pending', nests: { x: 'ok' }, later: 'ok' })
    expect(result.outcomes['never']).toMatchObject({ status: 'killed' })
  })
})

import { createRuntime, fold, memoryStore, type Plan, plan, SimulatedClock } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { desk } from './desk.ts'
import { byHand, simulated, watch } from './watching.ts'

const hour = 3_600_000
const never = new Promise(() => undefined)

describe.each([
  ['back', -hour],
  ['forth', hour],
])('a clock that is set %s by an hour', (_where, byMs) => {
  it('moves no timeout, and facts tell the wall time', async () => {
    const { start, wait, clock } = simulated()
    const { types, all, result } = await start({ a: { run: () => never, timeout: '10s', killGrace: '2s' } })
    await wait(4_000)
    clock.set(clock.now() + byMs)
    await wait(5_999)
    expect(types('a')).not.toContain('task.stopping')
    await wait(1)
    expect(all('task.stopping')[0]).toMatchObject({ at: 10_000 + byMs, until: 12_000 + byMs })
    clock.set(clock.now() + byMs)
    await wait(1_999)
    expect(types('a')).not.toContain('task.abandoned')
    await wait(1)
    expect(types('a')).toContain('task.abandoned')
    expect(result).toBeUndefined()
    expect(clock.pending).toBe(0)
  })

  it('moves no backoff, no stall, no timeout of the run and no wait for an executor', async () => {
    const offers: number[] = []
    const hand = desk({
      accepts() {
        offers.push(clock.monotonic())
        return false
      },
    })
    const clock = new SimulatedClock()
    const runtime = createRuntime({ clock, executors: { hand } })
    let tries = 0
    const watched = watch(
      runtime.dispatch(
        plan({
          name: 'set',
          timeout: '30s',
          tasks: {
            again: {
              run: () => {
                tries++
                throw new Error('no')
              },
              retry: { maxAttempts: 2, backoff: { base: '5s' } },
            },
            silent: { run: () => never, stall: { after: '8s' } },
            full: { run: byHand },
          },
        }),
      ),
    )
    await clock.advanceAsync(100)
    clock.set(clock.now() + byMs)
    await clock.advanceAsync(500)
    expect(offers).toEqual([0, 200, 600])
    await clock.advanceAsync(4_399)
    expect(tries).toBe(1)
    await clock.advanceAsync(1)
    expect(tries).toBe(2)
    await clock.advanceAsync(2_999)
    expect(watched.types('silent')).not.toContain('task.stalled')
    await clock.advanceAsync(1)
    expect(watched.types('silent')).toContain('task.stalled')
    await clock.advanceAsync(22_000)
    expect(watched.all('run.killing')[0]).toMatchObject({ at: 30_000 + byMs, ending: 'timed-out' })
    expect(fold(watched.facts).status).toBe('killing')
  })
})

describe('a clock that was set back by an hour while nobody had the run', () => {
  /** Begins a run, and has another program go on with it an hour earlier. */
  async function anHourEarlier(tasks: Parameters<typeof plan>[0]['tasks'], playMs: number) {
    const store = memoryStore()
    const dag = plan({ name: 'set', timeout: '30s', tasks }) as unknown as Plan
    const before = new SimulatedClock(10 * hour)
    createRuntime({ clock: before, store }).dispatch(dag, { id: 'run' })
    await before.advanceAsync(playMs)
    const clock = new SimulatedClock(9 * hour + playMs)
    const run = await createRuntime({ clock, store }).recover('run', { dag, takeOver: true })
    await clock.advanceAsync(0)
    return { run, clock }
  }

  it('has a task tried again no later than it was to be', async () => {
    let tries = 0
    const run = (): void => {
      tries++
      if (tries === 1) throw new Error('no')
    }
    const { clock } = await anHourEarlier(
      { again: { run, retry: { maxAttempts: 2, backoff: { base: '5s' } } } },
      1_000,
    )
    await clock.advanceAsync(3_999)
    expect(tries).toBe(1)
    await clock.advanceAsync(1_001)
    expect(tries).toBe(2)
  })

  it('has a question wait, and the run go on, no longer than they were to', async () => {
    const { run, clock } = await anHourEarlier(
      {
        asked: { run: () => 1, confirm: 'Go?', answerWithin: '8s', defaultAnswer: 'no' },
        long: { run: () => never, killGrace: 0 },
      },
      1_000,
    )
    await clock.advanceAsync(8_000)
    expect(run.view().tasks.get('asked')?.status).toBe('skipped')
    expect(run.view().status).toBe('running')
    await clock.advanceAsync(22_000)
    expect(await run.result).toMatchObject({ status: 'failed', failure: { code: 'RUN_TIMEOUT' } })
  })
})

describe('a program that was stopped, or whose event loop was blocked', () => {
  it('hears what has happened meanwhile before it judges limits', async () => {
    const clock = new SimulatedClock()
    const hand = desk()
    // Its timers fire late, as those of a process that was stopped, and the report comes right after them.
    const late = {
      now: () => clock.now(),
      setTimeout: (ring: () => void, ms: number) => clock.setTimeout(ring, ms === 1_000 ? 5_000 : ms),
      clearTimeout: (id: unknown) => clock.clearTimeout(id),
    }
    const runtime = createRuntime({ clock: late, executors: { hand } })
    const tasks = { heard: { run: byHand, timeout: 1_000 }, silent: { run: byHand, timeout: 1_000 } }
    const watched = watch(runtime.dispatch(plan({ name: 'late', tasks })))
    await clock.advanceAsync(5_000)
    hand.completes('heard/1')
    await clock.advanceAsync(999)
    expect(watched.statuses()).toEqual({ heard: 'completed', silent: 'running' })
    await clock.advanceAsync(4_001)
    expect(watched.statuses()).toEqual({ heard: 'completed', silent: 'stopping' })
  })
})

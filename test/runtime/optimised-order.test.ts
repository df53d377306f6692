import { describe, expect, it } from 'vitest'
import { createRuntime, plan, SimulatedClock } from 'dagmar'
import type { Executor, Plan, RunHandle } from 'dagmar'
import { firstValueFrom } from 'rxjs'

const estimates = { a: 3, b: 3, c: 2, d: 2, e: 2 }

const five = (options: Partial<Parameters<typeof plan>[0]> = {}): Plan =>
  plan({
    name: 'five',
    order: 'optimised',
    tasks: Object.entries(estimates).map(
      ([id, estimate]) => [id, { estimate, executor: 'timed', run: () => undefined }] as const,
    ),
    ...options,
  })

/** A runtime whose tasks last as long as their estimates, or fail at once where they are named. */
function timedRuntime(
  options: {
    readonly capacity?: number | undefined
    readonly failing?: Set<string>
    readonly slots?: number
  } = {},
) {
  const clock = new SimulatedClock()
  const started: string[] = []
  const timed: Executor = {
    ...(options.capacity === undefined ? {} : { capacity: options.capacity }),
    start({ taskId }, report) {
      started.push(taskId)
      report({ type: 'attempt.started' })
      clock.setTimeout(
        () => {
          if (options.failing?.has(taskId)) {
            report({ type: 'attempt.failed', failure: { code: 'NO', message: 'no' } })
          } else report({ type: 'attempt.completed', output: undefined })
        },
        estimates[taskId as keyof typeof estimates],
      )
    },
    abort: () => undefined,
  }
  return {
    clock,
    started,
    runtime: createRuntime({ clock, executors: { timed }, concurrency: options.slots ?? 4 }),
  }
}

/** The first run in the optimised order begins when the search for it is loaded. */
const begun = (run: RunHandle) => firstValueFrom(run.events$)

const durationOf = async (of: Plan, concurrency: number, capacity?: number, slots = 4) => {
  const { clock, runtime } = timedRuntime({ capacity, slots })
  const run = runtime.dispatch(of, { concurrency })
  await begun(run)
  await clock.advanceAsync(100)
  return (await run.result).durationMs
}

describe('a run in the optimised order', () => {
  it('takes less time than by critical path, for the slots that it has', async () => {
    expect(await durationOf(five({ order: 'critical-path' }), 2)).toBe(7)
    expect(await durationOf(five(), 2)).toBe(6)
    expect(await durationOf(five(), 3)).toBe(5)
  })

  it('heeds what its executor carries at once', async () => {
    expect(await durationOf(five({ order: 'critical-path' }), 4, 2)).toBe(7)
    expect(await durationOf(five(), 4, 2)).toBe(6)
  })

  it('heeds the slots of the runtime, where it has fewer', async () => {
    expect(await durationOf(five(), 9, undefined, 2)).toBe(6)
  })

  it('with no effort is the critical path', async () => {
    expect(await durationOf(five({ optimise: { effort: 0 } }), 2)).toBe(7)
  })

  it('has a list for each of its limits, and the plan keeps its own', async () => {
    const of = five()
    const before = of.rank.slice()
    expect([await durationOf(of, 3), await durationOf(of, 2), await durationOf(of, 3)]).toEqual([5, 6, 5])
    expect(of.rank).toEqual(before)
  })

  it('keeps its list when it is driven again', async () => {
    const failing = new Set(Object.keys(estimates))
    const { clock, started, runtime } = timedRuntime({ failing })
    const run = runtime.dispatch(five(), { concurrency: 2 })
    await begun(run)
    await clock.advanceAsync(100)
    await run.result
    const first = started.splice(0)
    failing.clear()
    const again = run.redrive()
    await clock.advanceAsync(100)
    await again
    expect(started).toEqual(first)
    expect(first.slice(0, 2)).not.toEqual(['a', 'b'])
  })

  it('waits where nothing may run, and looks for nothing', async () => {
    const { clock, started, runtime } = timedRuntime()
    const run = runtime.dispatch(five(), { concurrency: 0 })
    await clock.advanceAsync(10)
    expect(started).toEqual([])
    await run.kill()
    expect((await run.result).status).toBe('killed')
  })
})

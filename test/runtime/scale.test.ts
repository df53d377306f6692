import {
  createRuntime,
  inlineExecutor,
  type Plan,
  plan,
  type RuntimeOptions,
  SimulatedClock,
  type TaskDefinition,
} from 'dagmar'
import { describe, expect, it } from 'vitest'

const many = 10_000

function wide(size: number, run: TaskDefinition['run'], concurrency = Number.POSITIVE_INFINITY) {
  return plan({
    name: 'wide',
    concurrency,
    tasks: Array.from({ length: size }, (_, index) => [`t${index}`, { run }] as const),
  })
}

describe('ten thousand tasks', () => {
  it('may all settle in the same turn', async () => {
    const clock = new SimulatedClock()
    const runtime = createRuntime({ clock, concurrency: Number.POSITIVE_INFINITY })
    let open!: () => void
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const run = runtime.dispatch(wide(many, () => gate))
    await clock.advanceAsync(0)
    expect(run.view().counts.running).toBe(many)
    open()
    expect((await run.result).counts.completed).toBe(many)
    expect(clock.pending).toBe(0)
  })

  it('in a chain of synchronous handlers do not overflow the stack, and arm no timer', async () => {
    const clock = new SimulatedClock()
    const runtime = createRuntime({ clock })
    const run = runtime.dispatch(
      plan({
        name: 'chain',
        tasks: Array.from(
          { length: many },
          (_, index) =>
            [
              `t${index}`,
              {
                needs: index === 0 ? [] : [`t${index - 1}`],
                run: ({ inputs }: { readonly inputs: Readonly<Record<string, unknown>> }) =>
                  ((inputs[`t${index - 1}`] as number | undefined) ?? 0) + 1,
              },
            ] as const,
        ),
      }),
    )
    const result = await run.result
    expect(result.outputs[`t${many - 1}`]).toBe(many)
    expect(clock.armed).toBe(0)
  })

  it('that follow from one failure are skipped without overflowing the stack', async () => {
    const runtime = createRuntime({ clock: new SimulatedClock() })
    const run = runtime.dispatch(
      plan({
        name: 'chain',
        tasks: Array.from(
          { length: many },
          (_, index) =>
            [
              `t${index}`,
              {
                needs: index === 0 ? [] : [`t${index - 1}`],
                run: () => {
                  throw new Error('the first of all')
                },
              },
            ] as const,
        ),
      }),
    )
    expect((await run.result).counts).toEqual({ completed: 0, failed: 1, killed: 0, skipped: many - 1 })
  })

  it('in parallel arm no timer, however few the slots', async () => {
    const clock = new SimulatedClock()
    const runtime = createRuntime({ clock, concurrency: 3 })
    const run = runtime.dispatch(wide(many, async () => undefined))
    expect((await run.result).status).toBe('completed')
    expect(clock.armed).toBeLessThanOrEqual(3)
  })

  it('cost each at most three times what one of a thousand costs', async () => {
    const perTask = async (size: number): Promise<number> => {
      const runtime = createRuntime({ clock: new SimulatedClock(), concurrency: Number.POSITIVE_INFINITY })
      const planned = wide(size, () => undefined)
      // As many tasks for each size: the clock of the processor is too coarse for a thousand of them.
      const times = many / size
      // Processor time: the longer a run, the more of its time on the wall is other people's.
      const before = process.cpuUsage()
      for (let left = times; left > 0; left--) await runtime.dispatch(planned).result
      const { user, system } = process.cpuUsage(before)
      return (user + system) / many
    }
    let [few, most] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    // The least of some tries, since others use the machine, too; more of them only where the first are not enough.
    for (let round = 0; round < 8 && !(most / few <= 3); round++) {
      for (let again = 0; again < 5; again++) few = Math.min(few, await perTask(1_000))
      most = Math.min(most, await perTask(many))
    }
    expect(most / few).toBeLessThanOrEqual(3)
  }, 60_000)
})

describe('many runs at once', () => {
  const three = plan({
    name: 'three',
    tasks: { a: { run: () => 1 }, b: { needs: ['a'], run: () => 1 }, c: { needs: ['b'], run: () => 1 } },
  })
  const shared = plan({
    name: 'shared',
    tasks: {
      a: { run: async () => 1, uses: { gpu: 1 } },
      b: { needs: ['a'], run: async () => 1, uses: { gpu: 1 } },
    },
  })

  /** CPU a run, in µs: the better of two rounds. */
  async function cost(runs: number, dag: Plan, options: RuntimeOptions): Promise<number> {
    const rounds: number[] = []
    for (let round = 0; round < 2; round++) {
      const runtime = createRuntime({ ...options, clock: new SimulatedClock() })
      const before = process.cpuUsage()
      const results = Array.from({ length: runs }, () => runtime.dispatch(dag).result)
      await Promise.all(results)
      rounds.push(process.cpuUsage(before).user / runs)
    }
    return Math.min(...rounds)
  }

  it.each([
    ['slots', three, { concurrency: 8 }],
    ['a pool', shared, { concurrency: Number.POSITIVE_INFINITY, pools: { gpu: 8 } }],
    [
      'an executor',
      shared,
      { pools: { gpu: 8 }, executors: { inline: { ...inlineExecutor(), capacity: 4 } } },
    ],
  ])('that share %s cost about as much each as a few', async (_what, dag, options) => {
    await cost(100, dag, options)
    expect((await cost(2_000, dag, options)) / (await cost(200, dag, options))).toBeLessThan(4)
  })
})

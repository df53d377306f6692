import { createRuntime, plan, type RunHandle, SimulatedClock, systemClock, type TaskDefinition } from 'dagmar'
import { describe, expect, it } from 'vitest'
import { heapUsed } from './heap-used.ts'
import { actors } from '../ways/actors.ts'

const unlimited = Number.POSITIVE_INFINITY

type Shape = (index: number) => readonly string[]

const wide: Shape = () => []
const chain: Shape = (index) => (index === 0 ? [] : [`t${index - 1}`])

function planOf(size: number, shape: Shape, run: TaskDefinition['run'] = async () => undefined) {
  return plan({
    name: 'guarded',
    tasks: Array.from({ length: size }, (_, index) => [`t${index}`, { needs: shape(index), run }] as const),
  })
}

describe('what a task costs', () => {
  it.each([
    ['wide', wide],
    ['in a chain', chain],
  ])(
    'is at fifty thousand at most twice what it is at five thousand: %s',
    async (_, shape) => {
      const perTask = async (size: number): Promise<number> => {
        const planned = planOf(size, shape)
        const runtime = createRuntime({ clock: new SimulatedClock(), concurrency: 256 })
        await heapUsed()
        const since = process.cpuUsage()
        await runtime.dispatch(planned).result
        const { user, system } = process.cpuUsage(since)
        return (user + system) / size
      }
      let [few, many] = [unlimited, unlimited]
      // The least of some tries, since others use the machine, too; more of them only where the first are not enough.
      for (let round = 0; round < 6 && !(many / few <= 2); round++) {
        for (let again = 0; again < 4; again++) few = Math.min(few, await perTask(5_000))
        many = Math.min(many, await perTask(50_000))
      }
      expect(many / few).toBeLessThanOrEqual(2)
    },
    120_000,
  )

  it('is no timer, whatever its shape', async () => {
    for (const shape of [wide, chain]) {
      let armed = 0
      const clock = {
        now: () => systemClock.now(),
        setTimeout: (ring: () => void, ms: number) => {
          armed++
          return systemClock.setTimeout(ring, ms)
        },
        clearTimeout: (id: unknown) => systemClock.clearTimeout(id),
      }
      await createRuntime({ clock }).dispatch(planOf(2_000, shape)).result
      expect(armed).toBe(0)
    }
  })

  it('is at most 1.5 kB while it is live (3.5 kB with actors of XState), and 100 bytes once it is settled and the run dropped', async () => {
    const size = 5_000
    let open!: () => void
    let gate!: Promise<void>
    const planned = planOf(size, wide, () => gate)
    const runtime = createRuntime({ clock: new SimulatedClock(), concurrency: unlimited })
    const perTask = async (): Promise<{ readonly live: number; readonly after: number }> => {
      gate = new Promise((resolve) => {
        open = resolve
      })
      const before = await heapUsed()
      let run: RunHandle | undefined = runtime.dispatch(planned)
      const live = ((await heapUsed()) - before) / size
      open()
      await run.result
      run = undefined
      return { live, after: ((await heapUsed()) - before) / size }
    }
    // The least of some runs: the first ones pay for code that is compiled and kept.
    let [live, after] = [unlimited, unlimited]
    for (let round = 0; round < 6 && !(round > 1 && after <= 100); round++) {
      const measured = await perTask()
      live = Math.min(live, measured.live)
      after = Math.min(after, measured.after)
    }
    expect(live).toBeLessThanOrEqual(actors === 'slim' ? 1_500 : 3_500)
    // What is live is there: else this measures nothing.
    expect(live).toBeGreaterThan(500)
    expect(after).toBeLessThanOrEqual(100)
  }, 60_000)

  it('does not grow over twenty runs', async () => {
    const size = 2_000
    const runs = 20
    const planned = planOf(size, chain)
    const runtime = createRuntime({ clock: new SimulatedClock(), concurrency: unlimited })
    for (let warm = 0; warm < 5; warm++) await runtime.dispatch(planned).result
    const before = await heapUsed()
    for (let again = 0; again < runs; again++) {
      await runtime.dispatch(planned).result
      await heapUsed()
    }
    expect(((await heapUsed()) - before) / (runs * size)).toBeLessThanOrEqual(20)
  }, 60_000)
})

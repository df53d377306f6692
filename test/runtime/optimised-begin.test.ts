import { describe, expect, it } from 'vitest'
import { createRuntime, plan, SimulatedClock } from 'dagmar'

const two = plan({
  name: 'two',
  order: 'optimised',
  tasks: { a: { run: () => 1 }, b: { run: () => 2 } },
})

// In one test, because what is loaded stays loaded.
describe('the first run of a process in the optimised order', () => {
  it('begins when the search is loaded, hears what was asked of it before, and holds up no other run', async () => {
    const runtime = createRuntime({ clock: new SimulatedClock() })
    const told: string[] = []
    runtime.events$.subscribe(({ runId, type }) => told.push(`${runId} ${type}`))
    const killed = runtime.dispatch(two, { id: 'killed' })
    const done = runtime.dispatch(two, { id: 'done' })
    const other = runtime.dispatch(plan({ name: 'other', tasks: { c: { run: () => 3 } } }), { id: 'other' })
    void killed.kill()
    await other.result
    expect(told).not.toContain('killed run.created')
    expect(told).not.toContain('done run.created')
    expect((await killed.result).status).toBe('killed')
    expect((await done.result).outputs).toEqual({ a: 1, b: 2 })
    await runtime.shutdown()
  })

  it('is ended by a shutdown that comes before', async () => {
    const runtime = createRuntime({ clock: new SimulatedClock() })
    const run = runtime.dispatch(two)
    await runtime.shutdown({ mode: 'kill' })
    expect((await run.result).status).toBe('killed')
  })
})

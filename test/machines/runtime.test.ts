import { createActor } from 'xstate'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DagContext, type RuntimeEvent, runtimeMachine } from '../../machines/index.ts'
import { type Stepper, stepper } from './stepping.ts'

const output: DagContext = {
  runId: 'run',
  state: 'completed',
  ending: undefined,
  reason: '',
  failure: undefined,
  causedBy: undefined,
  endsTeardowns: false,
}
const dispatch: RuntimeEvent = { type: 'runtime.dispatch', runId: 'run' }
const done: RuntimeEvent = { type: 'xstate.done.actor.dag', output }
const drain: RuntimeEvent = { type: 'runtime.shutdown', mode: 'drain' }
const kill: RuntimeEvent = { type: 'runtime.shutdown', mode: 'kill' }

function runtime(...events: readonly RuntimeEvent[]): Stepper<typeof runtimeMachine> {
  const machine = stepper(runtimeMachine, undefined)
  for (const event of events) machine.send(event)
  return machine
}

describe('an open runtime', () => {
  it('counts a run before it spawns it, and until it is settled', () => {
    expect(runtime(dispatch).did).toEqual(['noteDispatched', 'spawnRun'])
    expect(runtime(dispatch, dispatch).context.live).toBe(2)
    expect(runtime(dispatch, dispatch, done).context).toEqual({ state: 'open', live: 1 })
  })

  it('stays open when its last run settles', () => {
    expect(runtime(dispatch, done).state).toBe('open')
  })

  it.each([drain, kill])('closes at once when it is shut down without a run', (shutdown) => {
    expect(runtime(shutdown).did).toEqual(['enterClosed', 'closeRuntime'])
    expect(runtime(dispatch, done, shutdown).context).toEqual({ state: 'closed', live: 0 })
  })

  it('drains or kills its runs when it is shut down with some', () => {
    expect(runtime(dispatch, drain).did).toEqual(['enterDraining', 'drainRuns'])
    expect(runtime(dispatch, drain).context.state).toBe('draining')
    expect(runtime(dispatch, kill).did).toEqual(['enterKilling', 'killRuns'])
    expect(runtime(dispatch, kill).context.state).toBe('killing')
  })
})

describe.each([
  ['draining', drain],
  ['killing', kill],
] as const)('a runtime that is %s', (state, shutdown) => {
  it('waits for a run that one of its own has it spawn', () => {
    const machine = runtime(dispatch, shutdown, dispatch)
    expect(machine.did).toEqual(['noteDispatched', 'spawnRun'])
    machine.send(done)
    expect(machine.context).toEqual({ state, live: 1 })
  })

  it('closes when its last run has settled, and not before', () => {
    const machine = runtime(dispatch, dispatch, shutdown, done)
    expect(machine.context).toEqual({ state, live: 1 })
    machine.send(done)
    expect(machine.did).toEqual(['noteSettled', 'enterClosed', 'closeRuntime'])
    expect(machine.context).toEqual({ state: 'closed', live: 0 })
  })

  it('is not moved by another drain', () => {
    expect(runtime(dispatch, shutdown, drain).did).toEqual([])
  })
})

describe('a kill of a draining runtime', () => {
  it('hastens it', () => {
    const machine = runtime(dispatch, drain, kill)
    expect(machine.state).toBe('killing')
    expect(machine.did).toEqual(['enterKilling', 'killRuns'])
  })

  it('that is told again kills the runs again, which ends their teardowns', () => {
    const machine = runtime(dispatch, kill, kill)
    expect([machine.state, machine.did]).toEqual(['killing', ['killRuns']])
    expect(runtime(dispatch, kill, drain).did).toEqual([])
  })
})

describe('a closed runtime', () => {
  it('takes nothing any more', () => {
    const actor = createActor(runtimeMachine)
    actor.start()
    actor.send(drain)
    for (const event of [dispatch, kill, drain, done]) actor.send(event)
    expect(actor.getSnapshot()).toMatchObject({ status: 'done', context: { state: 'closed', live: 0 } })
  })
})

describe('whatever happens to a runtime', () => {
  it('counts the runs it took that are not settled, and closes with the last once it is to', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(dispatch, dispatch, done, drain, kill)), (events) => {
        const machine = runtime()
        let open = 0
        for (const event of events) {
          if (event === done && open === 0) continue
          machine.send(event)
          if (machine.did.includes('spawnRun')) open++
          if (event === done) open--
          expect(machine.context).toEqual({ state: machine.state, live: open })
          expect(machine.state === 'open' || (machine.state === 'closed') === (open === 0)).toBe(true)
        }
      }),
      { numRuns: 300 },
    )
  })
})

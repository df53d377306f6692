import { newDagContext } from '../../machines/dag.ts'
import { createActor } from 'xstate'
import { describe, expect, it } from 'vitest'
import {
  type DagContext,
  type DagEvent,
  dagMachine,
  type Failure,
  newTaskContext,
  type RunState,
} from '../../machines/index.ts'
import { failure, plainPolicy } from './stepped-task.ts'
import { type Stepper, stepper } from './stepping.ts'

type SteppedDag = Stepper<typeof dagMachine>

const beginning: DagContext = newDagContext('run')
const timedOut: Failure = failure({ code: 'RUN_TIMEOUT', severity: 'critical' })

const recover: DagEvent = { type: 'run.recover' }
const pause: DagEvent = { type: 'run.pause' }
const resume: DagEvent = { type: 'run.resume' }
const drain: DagEvent = { type: 'run.drain', reason: 'going home' }
const kill: DagEvent = { type: 'run.kill', reason: 'enough' }
const abort: DagEvent = { type: 'run.abort', ending: 'aborted', failure: timedOut, causedBy: 'build' }
const offer: DagEvent = { type: 'run.offer', most: 2 }
const killTask: DagEvent = { type: 'run.killTask', index: 0, reason: 'enough' }
const settled = (failed: number): DagEvent => ({ type: 'run.settled', failed })
const taskDone: DagEvent = {
  type: 'xstate.done.actor.task',
  output: newTaskContext({ runId: 'run', taskId: 'build', index: 0, policy: plainPolicy }),
}
const every: readonly DagEvent[] = [
  { type: 'run.start' },
  { type: 'run.reopen' },
  recover,
  pause,
  resume,
  drain,
  kill,
  abort,
  offer,
  killTask,
  settled(0),
  settled(1),
  taskDone,
]

function dag(...events: readonly DagEvent[]): SteppedDag {
  const machine = stepper(dagMachine, structuredClone(beginning))
  for (const event of events) machine.send(event)
  return machine
}

/** The ways into the states that are not final. */
const into = {
  running: [],
  paused: [pause],
  draining: [drain],
  killing: [kill],
} as const satisfies Partial<Record<RunState, readonly DagEvent[]>>
type Live = keyof typeof into
const live = Object.keys(into) as readonly Live[]

const after = (state: Live, event: DagEvent): SteppedDag => dag(...into[state], event)

describe('a run', () => {
  it('opens on run.start, or on run.reopen after a redrive', () => {
    expect(dag({ type: 'run.start' }).did).toEqual(['openRun'])
    expect(dag({ type: 'run.reopen' }).did).toEqual(['reopenRun'])
  })

  it('goes on with what its state does to tasks when it was restored in it', () => {
    const done = live.map((state) => after(state, recover).did)
    expect(done).toEqual([
      ['recoverRun'],
      ['recoverRun'],
      ['recoverRun', 'skipRest', 'killWaiting'],
      ['recoverRun', 'skipRest', 'killLive'],
    ])
    expect(live.map((state) => after(state, recover).state)).toEqual(live)
  })

  it('knows the state it is in', () => {
    for (const state of live) {
      for (const event of every) {
        const machine = after(state, event)
        expect(machine.context.state).toBe(machine.state)
      }
    }
  })

  it('takes up tasks unless it is paused: while it is ended early, the teardowns that are left', () => {
    const taking = live.filter((state) => after(state, offer).did.includes('admitTasks'))
    expect(taking).toEqual(['running', 'draining', 'killing'])
  })

  it.each(live)('takes the done event of a task while %s', (state) => {
    expect(after(state, taskDone).did).toEqual(['settleTask'])
    expect(after(state, taskDone).state).toBe(state)
  })

  it('ends single tasks on demand', () => {
    const ending = live.filter((state) => after(state, killTask).did.includes('killTask'))
    expect(ending).toEqual(live)
  })

  it('ignores what its state does not expect', () => {
    const ignoring = (state: Live) =>
      every.filter((event) => {
        const machine = after(state, event)
        return machine.state === state && machine.did.length === 0
      })
    expect(ignoring('running')).toEqual([resume])
    expect(ignoring('paused')).toEqual([{ type: 'run.start' }, { type: 'run.reopen' }, pause, offer])
    expect(ignoring('draining')).toEqual([
      { type: 'run.start' },
      { type: 'run.reopen' },
      pause,
      resume,
      drain,
    ])
    expect(ignoring('killing')).toEqual([
      { type: 'run.start' },
      { type: 'run.reopen' },
      pause,
      resume,
      drain,
      abort,
    ])
  })
})

describe('a further kill', () => {
  it('ends the teardowns, once, and changes nothing else', () => {
    const machine = dag(kill, { ...kill, reason: 'more' })
    expect(machine.did).toEqual(['noteNoTeardowns', 'killTeardowns'])
    expect(machine.context).toMatchObject({ state: 'killing', reason: 'enough', endsTeardowns: true })
    expect(dag(kill, kill, kill).did).toEqual([])
  })

  it('is what the failure of the store comes to', () => {
    const lost: DagEvent = { type: 'run.abort', ending: 'store-failed', failure: timedOut }
    expect(dag(lost).context.endsTeardowns).toBe(true)
    expect(dag(lost, kill).did).toEqual([])
    const machine = dag(kill, lost)
    expect(machine.did).toEqual(['noteNoTeardowns', 'killTeardowns'])
    expect(machine.context).toMatchObject({ ending: 'killed', endsTeardowns: true })
  })
})

describe('a pause', () => {
  it('is told, and so is the resumption', () => {
    expect(dag(pause).did).toEqual(['tellPaused', 'enterPaused'])
    expect(dag(pause, resume).did).toEqual(['tellResumed', 'enterRunning'])
    expect(dag(pause, resume, offer).did).toEqual(['admitTasks'])
  })
})

describe.each(['running', 'paused'] as const)('a drain of a %s run', (state) => {
  it('is told first, then the rest is skipped and what waits is killed', () => {
    const machine = after(state, drain)
    expect(machine.did).toEqual(['noteDrain', 'tellDraining', 'enterDraining', 'skipRest', 'killWaiting'])
    expect(machine.context).toMatchObject({ state: 'draining', ending: 'drained', reason: 'going home' })
  })

  it('ends it as killed, whatever its tasks have come to', () => {
    for (const failed of [0, 1]) {
      const machine = dag(...into[state], drain, settled(failed))
      expect(machine.context).toMatchObject({ state: 'killed', ending: 'drained', reason: 'going home' })
    }
  })
})

describe.each(['running', 'paused', 'draining'] as const)('a kill of a %s run', (state) => {
  it('is told first, then the rest is skipped and what is live is killed', () => {
    const machine = after(state, kill)
    expect(machine.did).toEqual(['noteKill', 'tellKilling', 'enterKilling', 'skipRest', 'killLive'])
    expect(machine.context).toMatchObject({ state: 'killing', ending: 'killed', reason: 'enough' })
  })

  it('ends it as killed', () => {
    const machine = dag(...into[state], kill, settled(1))
    expect(machine.state).toBe('killed')
    expect(machine.did).toEqual(['enterKilled', 'tellKilled', 'closeRun'])
  })
})

describe.each(['running', 'paused', 'draining'] as const)('an abort of a %s run', (state) => {
  it('is told first, then the rest is skipped and what is live is killed', () => {
    const machine = after(state, abort)
    expect(machine.did).toEqual(['noteAbort', 'tellKilling', 'enterKilling', 'skipRest', 'killLive'])
    expect(machine.context).toMatchObject({ ending: 'aborted', failure: timedOut, causedBy: 'build' })
  })

  it('ends it as failed, even where no task makes it fail', () => {
    const machine = dag(...into[state], abort, settled(0))
    expect(machine.state).toBe('failed')
    expect(machine.did).toEqual(['enterFailed', 'tellFailed', 'closeRun'])
  })
})

describe('a run that is being ended for good', () => {
  it('stays with the first ending', () => {
    expect(dag(kill, abort, drain).context).toMatchObject({ ending: 'killed', failure: undefined })
    expect(dag(abort, kill).context).toMatchObject({ ending: 'aborted', reason: '' })
  })
})

describe.each(['running', 'paused'] as const)('a %s run whose tasks are all settled', (state) => {
  it('completes when none of them makes it fail', () => {
    const machine = after(state, settled(0))
    expect(machine.state).toBe('completed')
    expect(machine.did).toEqual(['enterCompleted', 'tellCompleted', 'closeRun'])
  })

  it('fails when one of them does', () => {
    const machine = after(state, settled(1))
    expect(machine.state).toBe('failed')
    expect(machine.did).toEqual(['enterFailed', 'tellFailed', 'closeRun'])
  })
})

describe('a settled run', () => {
  it('gives its context to the runtime and takes no events any more', () => {
    const actor = createActor(dagMachine, { input: structuredClone(beginning) })
    actor.start()
    actor.send(settled(0))
    expect(actor.getSnapshot()).toMatchObject({
      status: 'done',
      output: { state: 'completed', runId: 'run' },
    })
    for (const event of every) actor.send(event)
    expect(actor.getSnapshot().context).toEqual({ ...beginning, state: 'completed' })
  })
})

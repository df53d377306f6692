import { describe, expect, it } from 'vitest'
import { createActor, type EventFrom } from 'xstate'
import {
  type DagContext,
  dagMachine,
  newTaskContext,
  type RunState,
  taskMachine,
} from '../../machines/index.ts'
import { compile } from '../../src/runtime/compile/compile.ts'
import { plainPolicy } from '../machines/stepped-task.ts'

const modes = ['compiled', 'interpreted'] as const

function dagIn(mode: (typeof modes)[number], state: RunState, did: string[]) {
  const provided = dagMachine.provide({
    actions: {
      recoverRun: () => did.push('recoverRun'),
      skipRest: () => did.push('skipRest'),
      killLive: () => did.push('killLive'),
      tellResumed: () => did.push('tellResumed'),
      enterPaused: () => did.push('enterPaused'),
    },
  })
  const logic = mode === 'compiled' ? compile(provided, { ownContext: true }) : provided
  const context: DagContext = {
    runId: 'run',
    state,
    ending: state === 'killing' ? 'killed' : undefined,
    reason: '',
    failure: undefined,
    causedBy: undefined,
    endsTeardowns: false,
  }
  const snapshot = logic.resolveState({ value: state, context })
  return { actor: createActor(logic, { snapshot, input: context }).start(), context }
}

describe.each(modes)('an actor that is restored, %s', (mode) => {
  it('keeps its context and does not enter its state', () => {
    const did: string[] = []
    const { actor, context } = dagIn(mode, 'paused', did)
    expect(did).toEqual([])
    expect(actor.getSnapshot().context).toBe(context)
    actor.send({ type: 'run.resume' })
    expect(actor.getSnapshot().value).toBe('running')
    expect(context.state).toBe('running')
    expect(did).toEqual(['tellResumed'])
  })

  it('does to tasks what its state does, once it has taken them up again', () => {
    const did: string[] = []
    dagIn(mode, 'killing', did).actor.send({ type: 'run.recover' })
    expect(did).toEqual(['recoverRun', 'skipRest', 'killLive'])
  })

  it('ends for the reason for which its attempt was being ended', () => {
    const logic = mode === 'compiled' ? compile(taskMachine, { ownContext: true }) : taskMachine
    const context = {
      ...newTaskContext({ runId: 'run', taskId: 'a', index: 0, policy: plainPolicy }, 1),
      state: 'stopping' as const,
      attemptsUsed: 1,
      waitingFor: undefined,
      stopReason: 'timeout' as const,
    }
    const snapshot = logic.resolveState({ value: 'stopping', context })
    const actor = createActor(logic, { snapshot, input: context }).start()
    const ended: EventFrom<typeof taskMachine> = { type: 'attempt.ended', attempt: 1, at: 1, retryAt: 1 }
    actor.send(ended)
    expect(actor.getSnapshot()).toMatchObject({
      value: 'failed',
      status: 'done',
      context: { failure: { code: 'ATTEMPT_TIMEOUT' } },
    })
  })
})

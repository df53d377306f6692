import { createActor } from 'xstate'
import { describe, expect, it } from 'vitest'
import {
  abortsRun,
  dueAt,
  holdsSlot,
  isDeadLetter,
  newTaskContext,
  taskMachine,
  type TaskState,
} from '../../machines/index.ts'
import { plainPolicy, report, reports, SteppedTask, taskIn } from './stepped-task.ts'

const live: readonly TaskState[] = ['dispatched', 'starting', 'running', 'stalled', 'stopping']
const settled: readonly TaskState[] = ['completed', 'failed', 'killed']
const never = Number.POSITIVE_INFINITY

describe('a task that has just been taken up', () => {
  it('waits for a grant, without an attempt, a slot or an instant', () => {
    const task = new SteppedTask()
    expect(task.state).toBe('dispatched')
    expect(task.context).toMatchObject({ waitingFor: 'grant', attempt: 0, attemptsUsed: 0 })
    expect(holdsSlot(task.state)).toBe(false)
    expect(dueAt(task.context)).toBe(never)
  })

  it('goes on counting attempts where an earlier life left off', () => {
    const task = new SteppedTask({}, 4).grant(0)
    expect(task.context).toMatchObject({ attempt: 5, attemptsUsed: 1 })
  })

  it('is deferred when its executor is full, which costs no attempt', () => {
    const task = new SteppedTask().defer(0)
    expect(task.did).toEqual(['noteDeferred', 'tellDeferred'])
    expect(task.context).toMatchObject({ state: 'dispatched', waitingFor: 'capacity', attempt: 0 })
    expect(task.defer(5).context.waitingFor).toBe('capacity')
  })

  it('starts when it is granted, deferred before or not', () => {
    for (const task of [new SteppedTask(), new SteppedTask().defer(0)]) {
      task.grant(100)
      expect(task.state).toBe('starting')
      expect(task.context).toMatchObject({
        attempt: 1,
        attemptsUsed: 1,
        waitingFor: undefined,
        startBy: 130,
      })
    }
  })

  it('is told of as dispatched directly before it is told of as starting, and only then asked for', () => {
    expect(new SteppedTask().grant(0).did).toEqual([
      'noteGranted',
      'enterStarting',
      'slotChanged',
      'tellDispatched',
      'tellStarting',
      'startAttempt',
    ])
  })
})

describe('a starting task', () => {
  it('runs once its executor confirms it; timeout and silence count from there', () => {
    const task = taskIn('starting').hear('attempt.started', 20)
    expect(task.state).toBe('running')
    expect(task.context).toMatchObject({ startBy: never, timeoutAt: 1_020, stallAt: 120 })
    expect(dueAt(task.context)).toBe(120)
  })

  it('is deferred when its executor takes the attempt back, which costs no attempt', () => {
    const task = taskIn('starting').hear('attempt.rejected', 4)
    expect(task.state).toBe('dispatched')
    expect(task.did).toEqual(['noteRejected', 'tellDeferred', 'enterDispatched', 'slotChanged'])
    expect(task.context).toMatchObject({
      waitingFor: 'capacity',
      attemptsUsed: 0,
      attempt: 1,
      startBy: never,
    })
    expect(task.grant(9).context).toMatchObject({ attempt: 2, attemptsUsed: 1 })
  })

  it('has its whole number of attempts however often it was rejected', () => {
    const task = new SteppedTask({ maxAttempts: 2 })
    for (let at = 0; at < 10; at++) task.grant(at).hear('attempt.rejected', at)
    task.grant(20).hear('attempt.failed', 21)
    expect(task.state).toBe('dispatched')
    task.due(28).grant(28).hear('attempt.failed', 29)
    expect(task.state).toBe('failed')
    expect(task.context).toMatchObject({ attempt: 12, attemptsUsed: 2 })
  })

  it('tries again after a start that failed, while attempts are left', () => {
    expect(taskIn('starting', { maxAttempts: 2 }).hear('attempt.failed', 4).state).toBe('dispatched')
    expect(taskIn('starting', { maxAttempts: 1 }).hear('attempt.failed', 4).state).toBe('failed')
  })

  it('is ended when it does not start in time', () => {
    const task = taskIn('starting')
    expect(task.due(29).state).toBe('starting')
    expect(task.due(30).state).toBe('stopping')
    expect(task.context).toMatchObject({ stopReason: 'start-timeout', forceAt: 35 })
    task.hear('attempt.ended', 32)
    expect(task.context).toMatchObject({ state: 'failed', failure: { code: 'START_TIMEOUT', at: 32 } })
  })
})

describe('a running task', () => {
  it('completes with its output', () => {
    const task = taskIn('running').hear('attempt.completed', 20)
    expect(task.state).toBe('completed')
    expect(task.context.output).toBe('built')
    expect(task.did).toEqual(['noteOutput', 'enterCompleted', 'slotChanged', 'tellCompleted'])
  })

  it('is stalled after its silence, and each sign of work puts that off', () => {
    const task = taskIn('running')
    task.hear('attempt.heartbeat', 60)
    expect(dueAt(task.context)).toBe(160)
    expect(task.due(110).state).toBe('running')
    task.hear('attempt.warned', 100)
    expect(task.did).toContain('tellWarned')
    expect(task.due(199).state).toBe('running')
    expect(task.due(200).state).toBe('stalled')
    expect(task.did).toContain('tellStalled')
    expect(task.context).toMatchObject({ stallAt: never, graceAt: 250 })
  })

  it('is ended at its timeout, signs of work or not', () => {
    const task = taskIn('running', { stallAfterMs: never }).hear('attempt.heartbeat', 1_009)
    expect(task.due(1_009).state).toBe('running')
    expect(task.due(1_010).state).toBe('stopping')
    expect(task.context).toMatchObject({ stopReason: 'timeout', forceAt: 1_015 })
  })

  it('is ended rather than called stalled when both instants have come', () => {
    expect(taskIn('running', { timeoutMs: 100 }).due(500).state).toBe('stopping')
  })

  it('has no instant at all where the policy has none', () => {
    expect(dueAt(taskIn('running', { timeoutMs: never, stallAfterMs: never }).context)).toBe(never)
  })
})

describe('a question of a running task', () => {
  it('suspends the stall timeout, not the timeout', () => {
    const task = taskIn('running').hear('attempt.asked', 50)
    expect(task.state).toBe('running')
    expect(dueAt(task.context)).toBe(1_010)
    task.hear('attempt.heartbeat', 60)
    expect(task.context.stallAt).toBe(never)
    expect(task.due(900).state).toBe('running')
    expect(task.due(1_010).state).toBe('stopping')
  })

  it('goes to the handler with its answer, and silence counts anew once the last one is answered', () => {
    const task = taskIn('running').hear('attempt.asked', 50).hear('attempt.asked', 51)
    task.answer(300, 'yes')
    expect(task.did).toEqual(['noteAnswer', 'tellAnswered', 'deliverAnswer'])
    expect(task.context).toMatchObject({ openQuestions: [{ answerBy: never }], stallAt: never })
    task.answer(400, 'no')
    expect(task.context).toMatchObject({ openQuestions: [], stallAt: 500 })
    expect(task.answer(401, 'again').context.ignoredEvents).toBe(1)
  })

  it('is gone with its attempt', () => {
    const task = taskIn('running', { maxAttempts: 2 }).hear('attempt.asked', 50).hear('attempt.failed', 60)
    expect(task.context.openQuestions).toEqual([])
    expect(task.answer(61, 'yes').context.ignoredEvents).toBe(1)
  })
})

describe('a stalled task', () => {
  it.each(['attempt.heartbeat', 'attempt.warned'] as const)('runs again on %s', (type) => {
    const task = taskIn('stalled').hear(type, 120)
    expect(task.state).toBe('running')
    expect(task.did).toContain('tellUnstalled')
    expect(task.context).toMatchObject({ graceAt: never, stallAt: 220, timeoutAt: 1_010 })
  })

  it('runs again when it asks, and is not stalled while that is open', () => {
    const task = taskIn('stalled').hear('attempt.asked', 120)
    expect(task.state).toBe('running')
    expect(task.did).toEqual(expect.arrayContaining(['tellUnstalled', 'tellAsked']))
    expect(dueAt(task.context)).toBe(1_010)
  })

  it('may still complete or fail', () => {
    expect(taskIn('stalled').hear('attempt.completed', 120).state).toBe('completed')
    expect(taskIn('stalled').hear('attempt.failed', 120).state).toBe('failed')
    expect(taskIn('stalled', { maxAttempts: 2 }).hear('attempt.failed', 120).state).toBe('dispatched')
  })

  it('is ended when its grace is over', () => {
    const task = taskIn('stalled')
    expect(task.due(159).state).toBe('stalled')
    expect(task.due(160).state).toBe('stopping')
    task.hear('attempt.ended', 161)
    expect(task.context).toMatchObject({ state: 'failed', failure: { code: 'ATTEMPT_STALLED' } })
  })

  it('is never ended for its silence where there is no grace', () => {
    const task = taskIn('stalled', { stallGraceMs: never, timeoutMs: never })
    expect(dueAt(task.context)).toBe(never)
  })

  it('is ended at its timeout', () => {
    const task = taskIn('stalled', { stallGraceMs: never }).due(1_010)
    expect(task.context).toMatchObject({ state: 'stopping', stopReason: 'timeout' })
  })
})

describe('a failed attempt', () => {
  it('is retried at its stored instant while attempts remain, and frees the slot while it waits', () => {
    const task = taskIn('running', { maxAttempts: 2 }).hear('attempt.failed', 20)
    expect(task.did).toEqual(['planRetry', 'tellRetrying', 'enterDispatched', 'slotChanged'])
    expect(task.context).toMatchObject({
      waitingFor: 'retry',
      retryAt: 27,
      failure: { code: 'HANDLER_THREW' },
    })
    expect(holdsSlot(task.state)).toBe(false)
    expect(task.grant(21).state).toBe('dispatched')
    expect(task.due(26).context).toMatchObject({ waitingFor: 'retry', ignoredEvents: 2 })
    expect(task.due(27).did).toEqual(['noteGrantable', 'requestGrant'])
    expect(task.context).toMatchObject({ waitingFor: 'grant', retryAt: never })
    expect(task.grant(27).context).toMatchObject({ attempt: 2, attemptsUsed: 2 })
  })

  it('settles the task as failed once the last attempt is spent', () => {
    const task = taskIn('running', { maxAttempts: 2 }).hear('attempt.failed', 20)
    task.due(27).grant(27).hear('attempt.started', 28).hear('attempt.failed', 29)
    expect(task.did).toEqual(['noteFailure', 'enterFailed', 'slotChanged', 'tellFailed'])
    expect(isDeadLetter(task.context)).toBe(true)
  })

  it('is the last one when its failure forbids another', () => {
    const task = taskIn('running', { maxAttempts: 5 }).hear('attempt.failed', 20, { retryable: false })
    expect(task.state).toBe('failed')
    expect(isDeadLetter(task.context)).toBe(false)
  })

  it('is no dead letter where one attempt was all there was to be', () => {
    expect(isDeadLetter(taskIn('failed').context)).toBe(false)
  })

  it('does not taint the output of the next', () => {
    const task = taskIn('running', { maxAttempts: 2 }).hear('attempt.failed', 20)
    task.due(27).grant(27).hear('attempt.started', 28).hear('attempt.completed', 29)
    expect(task.context).toMatchObject({ state: 'completed', output: 'built' })
  })
})

describe('a task that has failed', () => {
  it('ends the run with onFailure abort, or when the failure is critical, and not otherwise', () => {
    expect(abortsRun(taskIn('failed', { onFailure: 'abort' }).context)).toBe(true)
    const critical = taskIn('running', { onFailure: 'ignore' }).hear('attempt.failed', 20, {
      severity: 'critical',
    })
    expect(abortsRun(critical.context)).toBe(true)
    expect(abortsRun(taskIn('failed', { onFailure: 'skip' }).context)).toBe(false)
    expect(abortsRun(taskIn('killed', { onFailure: 'abort' }).context)).toBe(false)
  })

  it('counts as completed with onFailure ignore, unless the failure is critical', () => {
    expect(taskIn('failed', { onFailure: 'ignore' }).context.ignored).toBe(true)
    const critical = taskIn('running', { onFailure: 'ignore' }).hear('attempt.failed', 20, {
      severity: 'critical',
    })
    expect(critical.context.ignored).toBe(false)
  })
})

describe('a task with onFailure ask', () => {
  const asking = () => taskIn('running', { onFailure: 'ask', maxAttempts: 1 }).hear('attempt.failed', 20)

  it('waits for a person once its attempts are used up, holding no slot', () => {
    const task = asking()
    expect(task.did).toEqual(['planAsk', 'tellAsked', 'enterDispatched', 'slotChanged'])
    expect(task.context).toMatchObject({ state: 'dispatched', waitingFor: 'answer' })
    expect(dueAt(task.context)).toBe(never)
    expect(task.grant(21).state).toBe('dispatched')
  })

  it('asks nobody while attempts are left', () => {
    const task = taskIn('running', { onFailure: 'ask', maxAttempts: 2 }).hear('attempt.failed', 20)
    expect(task.context.waitingFor).toBe('retry')
  })

  it('asks nobody after a critical failure', () => {
    const task = taskIn('running', { onFailure: 'ask' }).hear('attempt.failed', 20, { severity: 'critical' })
    expect(task.state).toBe('failed')
  })

  it('starts anew on retry, with its attempts as good as new', () => {
    const task = asking().answer(30, 'retry')
    expect(task.did).toEqual(['noteSecondLife', 'tellAnswered', 'requestGrant'])
    expect(task.context).toMatchObject({
      waitingFor: 'grant',
      attemptsUsed: 0,
      attempt: 1,
      answer: undefined,
    })
    expect(task.grant(31).context).toMatchObject({ attempt: 2, attemptsUsed: 1 })
  })

  it.each([
    ['skip', false, false],
    ['ignore', true, false],
    ['abort', false, true],
  ] as const)('is failed on %s', (answer, ignored, aborts) => {
    const task = asking().answer(30, answer)
    expect(task.did).toEqual(['noteDecision', 'tellAnswered', 'enterFailed', 'slotChanged', 'tellFailed'])
    expect(task.context).toMatchObject({
      state: 'failed',
      answer,
      ignored,
      failure: { code: 'HANDLER_THREW' },
    })
    expect(abortsRun(task.context)).toBe(aborts)
  })

  it('goes on waiting after an answer that is none', () => {
    const task = asking().answer(30, 'perhaps')
    expect(task.context).toMatchObject({ waitingFor: 'answer', ignoredEvents: 1 })
  })

  it('takes the first answer alone', () => {
    const task = asking().answer(30, 'retry').answer(31, 'abort')
    expect(task.context).toMatchObject({ state: 'dispatched', waitingFor: 'grant', ignoredEvents: 1 })
  })

  it('can be killed while it waits', () => {
    expect(asking().kill(30).context).toMatchObject({
      state: 'killed',
      waitingFor: undefined,
      answer: undefined,
    })
  })

  it('asks after a timeout as well', () => {
    const task = taskIn('running', { onFailure: 'ask' }).due(1_010).hear('attempt.ended', 1_011)
    expect(task.context).toMatchObject({ waitingFor: 'answer', failure: { code: 'ATTEMPT_TIMEOUT' } })
  })
})

describe('a report of an old attempt', () => {
  const inSecond = (state: TaskState) => {
    const task = new SteppedTask({ maxAttempts: 9, onFailure: 'ask' })
    task.run().hear('attempt.failed', 20).due(27)
    if (state === 'dispatched') return task
    task.grant(30)
    if (state === 'starting') return task
    task.hear('attempt.started', 40)
    if (state === 'stalled') task.due(140)
    if (state === 'stopping') task.kill(141)
    return task
  }

  it.each(live.flatMap((state) => reports.map((type) => [type, state] as const)))(
    'changes nothing and is counted: %s while %s',
    (type, state) => {
      const task = inSecond(state)
      expect(task.state).toBe(state)
      const before = structuredClone(task.context)
      task.send(report(type, 1, 150))
      expect(task.did).toEqual(['noteIgnored'])
      expect(task.context).toEqual({ ...before, ignoredEvents: before.ignoredEvents + 1 })
    },
  )
})

describe('a settled task', () => {
  it.each(settled)('gives its context to the run and takes no events any more: %s', (state) => {
    const actor = createActor(taskMachine, {
      input: newTaskContext({ runId: 'run', taskId: 'build', index: 0, policy: plainPolicy }),
      clock: { setTimeout: () => expect.unreachable(), clearTimeout: () => {} },
    })
    actor.start()
    if (state !== 'killed') {
      actor.send({ type: 'task.grant', at: 0, forceable: true })
      actor.send(report('attempt.started', 1, 1))
      actor.send(report(state === 'completed' ? 'attempt.completed' : 'attempt.failed', 1, 2))
    } else actor.send({ type: 'task.kill', at: 0, reason: 'enough' })
    expect(actor.getSnapshot()).toMatchObject({ value: state, status: 'done' })
    const before = structuredClone(actor.getSnapshot().context)
    expect(actor.getSnapshot().output).toEqual(before)
    for (const type of reports) actor.send(report(type, 1, 3))
    actor.send({ type: 'task.kill', at: 4, reason: 'again' })
    actor.send({ type: 'task.grant', at: 4, forceable: true })
    actor.send({ type: 'task.answer', at: 4, answer: 'retry' })
    actor.send({ type: 'task.due', at: 1e9 })
    expect(actor.getSnapshot()).toMatchObject({ value: state, status: 'done' })
    expect(actor.getSnapshot().context).toEqual(before)
    expect(dueAt(before)).toBe(never)
  })
})

describe('the slot of a task', () => {
  it('is held while an attempt is live, from starting to its confirmed end', () => {
    expect(live.filter((state) => holdsSlot(state))).toEqual(['starting', 'running', 'stalled', 'stopping'])
    expect(settled.filter((state) => holdsSlot(state))).toEqual([])
  })

  it('is announced as changed whenever the task comes into a state that holds or frees it', () => {
    const told = (task: SteppedTask) => task.did.includes('slotChanged')
    const task = new SteppedTask({ maxAttempts: 2 })
    expect(told(task)).toBe(true)
    expect(told(task.grant(0))).toBe(true)
    expect(told(task.hear('attempt.started', 10))).toBe(false)
    expect(told(task.hear('attempt.failed', 20))).toBe(true)
    task.due(27).grant(27).hear('attempt.started', 28)
    expect(told(task.due(128))).toBe(false)
    expect(told(task.kill(129))).toBe(false)
    expect(told(task.hear('attempt.ended', 130))).toBe(true)
  })
})

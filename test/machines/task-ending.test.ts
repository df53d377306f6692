import { describe, expect, it } from 'vitest'
import { holdsSlot } from '../../machines/index.ts'
import { SteppedTask, taskIn } from './stepped-task.ts'

const never = Number.POSITIVE_INFINITY

describe('a kill', () => {
  it('ends a waiting task at once, whatever it waits for', () => {
    const waiting = [
      new SteppedTask(),
      new SteppedTask().defer(0),
      taskIn('running', { maxAttempts: 2 }).hear('attempt.failed', 20),
      taskIn('running', { onFailure: 'ask' }).hear('attempt.failed', 20),
    ]
    expect(waiting.map((task) => task.context.waitingFor)).toEqual(['grant', 'capacity', 'retry', 'answer'])
    for (const task of waiting) {
      task.kill(30)
      expect(task.did).toEqual(['noteKill', 'enterKilled', 'slotChanged', 'tellKilled'])
      expect(task.context).toMatchObject({
        state: 'killed',
        killReason: 'enough',
        retryAt: never,
        waitingFor: undefined,
      })
    }
  })

  it.each(['starting', 'running', 'stalled'] as const)(
    'ends a %s task politely and keeps its slot until the end is confirmed',
    (state) => {
      const task = taskIn(state).kill(200)
      expect(task.did).toEqual(['noteKill', 'enterStopping', 'tellStopping', 'abortAttempt'])
      expect(task.context).toMatchObject({ state: 'stopping', stopReason: 'kill', forceAt: 205 })
      expect(holdsSlot(task.state)).toBe(true)
      task.hear('attempt.ended', 202)
      expect(task.did).toEqual(['enterKilled', 'slotChanged', 'tellKilled'])
      expect(task.context).toMatchObject({ state: 'killed', killReason: 'enough', abandoned: false })
    },
  )

  it.each(['attempt.ended', 'attempt.completed', 'attempt.failed', 'attempt.rejected'] as const)(
    'is confirmed by %s, and the task is never tried again',
    (type) => {
      const task = taskIn('stopping', { maxAttempts: 5, onFailure: 'ask' }).hear(type, 21)
      expect(task.state).toBe('killed')
    },
  )

  it('overrides a timeout in stopping, and not the instant of force', () => {
    const task = taskIn('running', { maxAttempts: 5 }).due(1_010).kill(1_012)
    expect(task.did).toEqual(['noteKill'])
    expect(task.context).toMatchObject({ state: 'stopping', stopReason: 'kill', forceAt: 1_015 })
    expect(task.hear('attempt.ended', 1_013).state).toBe('killed')
  })

  it('overrides the end of a stall as well', () => {
    const task = taskIn('stalled', { maxAttempts: 5 }).due(160).kill(161).hear('attempt.failed', 162)
    expect(task.context).toMatchObject({ state: 'killed', failure: undefined })
  })

  it('makes a task that is given up killed, not failed', () => {
    const task = new SteppedTask({}).run({ forceable: false }).due(1_010).kill(1_011).due(1_015)
    expect(task.context).toMatchObject({ state: 'killed', abandoned: true, failure: undefined })
  })
})

describe('an attempt that is being ended for a timeout', () => {
  const stopping = (policy = {}) => taskIn('running', policy).due(1_010)

  it('is retried once its end is confirmed, while attempts remain', () => {
    const task = stopping({ maxAttempts: 2 })
    expect(task.grant(1_011).state).toBe('stopping')
    task.hear('attempt.ended', 1_012)
    expect(task.context).toMatchObject({
      state: 'dispatched',
      waitingFor: 'retry',
      retryAt: 1_019,
      stopReason: undefined,
      forceAt: never,
      failure: { code: 'ATTEMPT_TIMEOUT', retryable: true, at: 1_012 },
    })
  })

  it('fails for the timeout, whatever the attempt says at its end', () => {
    for (const type of [
      'attempt.ended',
      'attempt.failed',
      'attempt.completed',
      'attempt.rejected',
    ] as const) {
      const task = stopping({ severity: 'critical' }).hear(type, 1_012)
      expect(task.context).toMatchObject({
        state: 'failed',
        failure: { code: 'ATTEMPT_TIMEOUT', severity: 'critical' },
        output: undefined,
      })
    }
  })

  it('drops the output of a late completion, and notes it', () => {
    const again = stopping({ maxAttempts: 2 }).hear('attempt.completed', 1_012)
    expect(again.did.slice(0, 3)).toEqual(['tellDroppedOutput', 'planRetry', 'tellRetrying'])
    const over = stopping().hear('attempt.completed', 1_012)
    expect(over.did.slice(0, 2)).toEqual(['tellDroppedOutput', 'noteFailure'])
    const asked = stopping({ onFailure: 'ask' }).hear('attempt.completed', 1_012)
    expect(asked.did.slice(0, 2)).toEqual(['tellDroppedOutput', 'planAsk'])
    const killed = taskIn('stopping').hear('attempt.completed', 21)
    expect(killed.did[0]).toBe('tellDroppedOutput')
    for (const task of [again, over, asked, killed]) expect(task.context.output).toBeUndefined()
  })

  it('is not saved by a sign of work', () => {
    expect(stopping().hear('attempt.heartbeat', 1_011).context).toMatchObject({
      state: 'stopping',
      ignoredEvents: 1,
    })
  })
})

describe('an attempt that does not end', () => {
  it('is forced after the kill grace, and given up after another one', () => {
    const task = taskIn('stopping')
    expect(task.due(24).did).toEqual(['noteIgnored'])
    expect(task.due(25).did).toEqual(['noteForced', 'forceAttempt'])
    expect(task.context).toMatchObject({ state: 'stopping', forced: true, forceAt: 30 })
    expect(task.due(29).state).toBe('stopping')
    expect(task.due(30).did).toEqual([
      'noteGivenUp',
      'tellAbandoned',
      'enterKilled',
      'slotChanged',
      'tellKilled',
    ])
    expect(task.context).toMatchObject({ state: 'killed', abandoned: true })
  })

  it('is given up after the first grace where its executor has no force', () => {
    const task = new SteppedTask().run({ forceable: false }).kill(20)
    expect(task.due(25).context).toMatchObject({ state: 'killed', forced: false, abandoned: true })
  })

  it('fails the task as abandoned after a timeout, and is never tried again', () => {
    const task = new SteppedTask({ maxAttempts: 5, onFailure: 'ask' }).run({ forceable: false }).due(1_010)
    task.due(1_015)
    expect(task.did).toEqual(['noteGivenUp', 'tellAbandoned', 'enterFailed', 'slotChanged', 'tellFailed'])
    expect(task.context).toMatchObject({
      state: 'failed',
      abandoned: true,
      failure: { code: 'ATTEMPT_ABANDONED', retryable: false, at: 1_015 },
    })
  })

  it('counts as completed with onFailure ignore, unless the task is critical', () => {
    const givenUp = (severity: 'error' | 'critical') =>
      new SteppedTask({ onFailure: 'ignore', severity }).run({ forceable: false }).due(1_010).due(1_015)
    expect(givenUp('error').context.ignored).toBe(true)
    expect(givenUp('critical').context.ignored).toBe(false)
  })

  it('ends in the ordinary way when force has helped', () => {
    const task = taskIn('stopping').due(25).hear('attempt.ended', 26)
    expect(task.context).toMatchObject({ state: 'killed', forced: true, abandoned: false })
  })
})
